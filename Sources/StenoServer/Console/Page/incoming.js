// What the server tells of a conversation, event by event, and what the page makes of it.

import { correction, TOOL } from "./corrections.js";
import { fromBase64 } from "./pcm.js";

// What the server says when there is nothing left to stop; that is as it should be.
const HARMLESS = new Set(["response_cancel_not_active", "item_truncate_invalid_item_id", "item_retrieve_invalid_item_id"]);

export function handle(conversation, event) {
  judge(conversation, event);
  handlers[event.type]?.(conversation, event);
}

// Speech too short to interrupt has its end told with its start, while the answer goes on.
function judge(conversation, event) {
  if (conversation.suspect === undefined) return;
  const isShort = event.type === "input_audio_buffer.speech_stopped" && event.item_id === conversation.suspect;
  conversation.suspect = undefined;
  if (!isShort) conversation.silence();
  conversation.player.hold(false);
}

const handlers = {
  "error": (conversation, { error }) => refused(conversation, error),
  "input_audio_buffer.speech_started": (conversation, event) => {
    conversation.speech = event.item_id;
    conversation.starts.set(event.item_id, event.audio_start_ms);
    conversation.dialogue.turn(event.item_id, "user");
    if (!conversation.player.isPlaying) return;
    if (conversation.response) {
      conversation.player.hold(true);
      conversation.suspect = event.item_id;
    } else {
      conversation.silence();
    }
  },
  "input_audio_buffer.speech_stopped": (conversation, event) => {
    conversation.speech = undefined;
    addSound(conversation, event.item_id, event.audio_end_ms);
  },
  "input_audio_buffer.committed": (conversation, { item_id: id }) => committed(conversation, id),
  "conversation.item.input_audio_transcription.delta": ({ dialogue }, event) => dialogue.find(event.item_id)?.append(event.delta),
  "conversation.item.input_audio_transcription.completed": ({ dialogue }, event) => {
    if (event.transcript.trim() === "") dialogue.remove(event.item_id);
    else dialogue.find(event.item_id)?.finish(event.transcript);
  },
  "conversation.item.input_audio_transcription.failed": ({ dialogue }, event) => {
    dialogue.remove(event.item_id);
    dialogue.notice(`What you said could not be written down: ${event.error.message}`);
  },
  "response.created": (conversation, { response }) => {
    conversation.awaited = Math.max(0, conversation.awaited - 1);
    conversation.response = response.id;
    conversation.hasMessage = false;
    conversation.hasCalls = false;
    conversation.stopAwaitingGreeting();
  },
  "response.output_item.added": (conversation, { item }) => {
    if (item.type === "message") conversation.hasMessage = true;
  },
  "response.output_audio_transcript.delta": said,
  "response.output_text.delta": said,
  "response.output_audio.delta": (conversation, event) => {
    if (conversation.stopped.has(event.response_id)) return;
    const samples = fromBase64(event.delta);
    conversation.dialogue.turn(event.item_id, "assistant").addSound(samples);
    conversation.player.add(event.item_id, samples);
  },
  "response.output_audio.done": ({ player }, { item_id: id }) => player.end(id),
  "response.output_item.done": ({ dialogue }, { item }) => {
    if (item.type === "message" && item.status === "completed") dialogue.find(item.id)?.finish();
  },
  "response.function_call_arguments.done": called,
  "response.done": (conversation, { response }) => done(conversation, response),
  // What is left of the answer is what the conversation goes on with.
  "conversation.item.truncated": ({ connection }, { item_id }) => connection?.send("conversation.item.retrieve", { item_id }),
  "conversation.item.retrieved": ({ dialogue }, { item }) => {
    const part = item.content?.[0];
    const text = part?.transcript ?? part?.text ?? "";
    // Of an answer that was stopped before its first word nothing remains.
    if (text.trim() === "") dialogue.remove(item.id);
    else dialogue.find(item.id)?.cutOff(text);
  },
};

function committed(conversation, id) {
  if (conversation.speech === id) conversation.speech = undefined;
  if (!conversation.commit) return;
  const start = conversation.commit.start ?? conversation.starts.get(id);
  conversation.commit = undefined;
  conversation.dialogue.turn(id, "user");
  if (start !== undefined) conversation.starts.set(id, start);
  addSound(conversation, id, conversation.recording.duration);
  conversation.ask();
}

function addSound({ dialogue, recording, starts }, id, end) {
  const start = starts.get(id);
  starts.delete(id);
  if (start !== undefined) dialogue.find(id)?.addSound(recording.between(start, end));
}

function said({ dialogue, stopped }, event) {
  if (!stopped.has(event.response_id)) dialogue.turn(event.item_id, "assistant").append(event.delta);
}

function called(conversation, { call_id: id, name, arguments: text }) {
  conversation.hasCalls = true;
  const found = name === TOOL ? correction(text) : undefined;
  if (found) conversation.dialogue.correction(found);
  const output = found ? "The correction is shown." : "There is no such function, or its arguments are not as described.";
  conversation.connection?.send("conversation.item.create", { item: { type: "function_call_output", call_id: id, output } });
}

function done(conversation, response) {
  const { dialogue } = conversation;
  if (conversation.response === response.id) conversation.response = undefined;
  conversation.stopped.delete(response.id);
  if (response.status === "failed") dialogue.notice(response.status_details?.error?.message ?? "There is no answer.");
  if (response.status === "incomplete") dialogue.notice("The answer is not complete: it became too long.");
  if (response.status === "cancelled") {
    for (const item of response.output ?? []) dialogue.find(item.id)?.cutOff();
    conversation.silence();
  }
  // A model that only corrected has yet to answer.
  if (response.status === "completed" && conversation.hasCalls && !conversation.hasMessage) conversation.ask();
}

function refused(conversation, error) {
  if (error.event_id === "turn") {
    conversation.commit = undefined;
    conversation.onRefusal("Nothing was recorded. Hold the button for as long as you speak.");
  } else if (!HARMLESS.has(error.code)) {
    conversation.awaited = 0;
    conversation.onRefusal(error.message);
  }
}
