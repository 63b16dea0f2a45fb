// The utterances of a session as its events tell of them: when each was said, and what.

export class Transcript {
  constructor() {
    this.utterances = [];
    // Those of earlier sessions lie before this position.
    this.offset = 0;
  }

  // What has been said and written down, in the order of time.
  get finished() {
    return this.utterances.filter((one) => one.state === "final" && one.text !== "").sort((a, b) => a.start - b.start);
  }

  get isEmpty() { return !this.utterances.some((one) => one.text !== ""); }

  // Committed utterances whose text has not come.
  get awaited() { return this.utterances.filter((one) => one.isCommitted && one.state === "open").length; }

  find(id) { return this.utterances.find((one) => one.id === id); }

  // A session begins whose clock stands at zero at this position.
  beginSession(offset) { this.offset = offset; }

  // What is open will not be finished any more.
  endSession() { this.utterances = this.utterances.filter((one) => one.state !== "open"); }

  // Takes an event; returns the utterance that it changes. `now` is the position of what was sent last.
  take(event, now) {
    switch (event.type) {
      case "input_audio_buffer.speech_started": return this.open(event.item_id, event.audio_start_ms + this.offset);
      case "input_audio_buffer.speech_stopped": {
        const utterance = this.find(event.item_id);
        if (utterance) utterance.end = event.audio_end_ms + this.offset;
        return utterance;
      }
      case "input_audio_buffer.committed": {
        const utterance = this.find(event.item_id) ?? this.open(event.item_id, now);
        utterance.isCommitted = true;
        utterance.end ??= now;
        return utterance;
      }
      case "conversation.item.input_audio_transcription.delta": {
        const utterance = this.find(event.item_id);
        if (utterance) utterance.text += event.delta;
        return utterance;
      }
      case "conversation.item.input_audio_transcription.completed":
        return this.finish(event.item_id, "final", event.transcript.trim());
      case "conversation.item.input_audio_transcription.failed":
        return this.finish(event.item_id, "failed", event.error?.message ?? "This part could not be transcribed.");
      default: return undefined;
    }
  }

  open(id, start) {
    const utterance = { id, start, end: undefined, text: "", state: "open", isCommitted: false };
    this.utterances.push(utterance);
    return utterance;
  }

  finish(id, state, text) {
    const utterance = this.find(id);
    if (utterance) Object.assign(utterance, { state, text });
    return utterance;
  }
}
