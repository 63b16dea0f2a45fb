// A spoken conversation over /v1/realtime: what the user does in it, what is played, and what was heard of it.

import { tool } from "./corrections.js";
import { handle } from "./incoming.js";
import { adopt, heard, silenceDetection } from "./listening.js";
import { instructions, prompt } from "./personas.js";
import { Player } from "./player.js";
import { Recording } from "./recording.js";
import { openSession } from "./session.js";

// An item that no session has. The error that it does not exist says that all before it is done.
const NO_ITEM = "item_none";
// Milliseconds that a server may take to say so.
const PATIENCE = 3_000;

export class Conversation {
  // `ready` is awaited before a session is opened.
  constructor(dialogue, { ready, onState, onProblem, onRefusal, holds }) {
    Object.assign(this, { dialogue, ready, onState, onProblem, onRefusal, holds });
    this.speaks = true;
    // Counts the sessions, so that one that opens late is closed again.
    this.sessions = 0;
    this.recording = new Recording();
    this.isListening = false;
    // Speech of the user that has begun: the item's id, and where in the recording.
    this.speech = undefined;
    this.starts = new Map();
    // The response that is being made, and those that were stopped here, of which nothing more is played.
    this.response = undefined;
    this.stopped = new Set();
    this.awaited = 0;
    // An item whose speech may have interrupted; the next event tells.
    this.suspect = undefined;
    // Whether the character is to speak first, which it does only while the server takes turns.
    this.awaitsGreeting = false;
  }

  get isOpen() { return this.connection !== undefined; }

  // Opens the session if there is none.
  open() {
    this.opening ??= this.start().catch((problem) => {
      this.opening = undefined;
      this.show();
      throw problem;
    });
    return this.opening;
  }

  async start() {
    this.onState("connecting");
    const number = this.sessions;
    await this.ready();
    const player = await Player.open(() => this.show());
    try {
      const { connection, session, voice } = await openSession(prompt(), {
        onEvent: (event) => this.take(event),
        onClose: (problem) => this.lost(problem),
      });
      if (number === this.sessions) [this.connection, this.player] = [connection, player];
      else connection.close();
      this.defaultDetection = session.audio?.input?.turn_detection;
      this.defaultVoice = voice;
      adopt(session);
    } finally {
      if (this.player !== player) player.close();
    }
    this.update();
    this.show();
  }

  close() {
    this.sessions += 1;
    this.connection?.close();
    this.player?.stop();
    this.player?.close();
    this.connection = this.player = this.opening = this.speech = this.response = undefined;
    this.awaited = 0;
    this.isListening = this.awaitsGreeting = this.namesVoice = false;
    this.held = this.commit = this.suspect = undefined;
    this.recording = new Recording();
  }

  // Closes the session once the server has kept what was said and heard. Nothing of it is shown any more.
  async end() {
    this.isEnding = true;
    if (this.connection) {
      const { promise, resolve } = Promise.withResolvers();
      this.settle = resolve;
      setTimeout(resolve, PATIENCE);
      await this.interrupt();
      this.connection?.send("conversation.item.retrieve", { event_id: "end", item_id: NO_ITEM });
      await promise;
    }
    this.close();
  }

  lost(problem) {
    if (this.isEnding) this.settle();
    else this.onProblem(problem);
  }

  update() {
    if (!this.connection) return;
    const corrects = document.querySelector("#corrections").checked;
    const session = {
      type: "realtime",
      output_modalities: [this.speaks ? "audio" : "text"],
      tools: corrects ? [tool] : [],
      audio: { input: { turn_detection: this.detection(), ...heard() }, ...this.output() },
      ...instructions(),
    };
    this.connection.send("session.update", { event_id: "settings", session });
  }

  // The voice, where one is chosen. A session that has been given one is given back its own by name.
  output() {
    const chosen = document.querySelector("#voice").value;
    const voice = chosen === "" && this.namesVoice ? this.defaultVoice : chosen;
    this.namesVoice ||= chosen !== "";
    return voice ? { output: { voice } } : {};
  }

  detection() {
    if (this.holds() && !this.awaitsGreeting) return null;
    switch (document.querySelector("#ending").value) {
      case "server_vad": return silenceDetection();
      case "semantic_vad": return { type: "semantic_vad" };
      default: return this.defaultDetection ?? { type: "server_vad" };
    }
  }

  // Has the character speak first.
  async begin() {
    this.awaitsGreeting = true;
    await this.open();
  }

  stopAwaitingGreeting() {
    if (!this.awaitsGreeting) return;
    this.awaitsGreeting = false;
    this.update();
  }

  // Whether the microphone stays open between turns.
  listens(isListening) {
    this.isListening = isListening;
    this.show();
  }

  hear(piece) {
    if (!this.connection) return;
    this.connection.append(piece);
    this.recording.add(piece);
  }

  async say(words) {
    await this.open();
    await this.interrupt();
    const content = [{ type: "input_text", text: words }];
    const id = `item_page_${crypto.getRandomValues(new Uint32Array(2)).join("")}`;
    const turn = this.dialogue.turn(id, "user");
    turn.append(words);
    turn.finish();
    this.connection?.send("conversation.item.create", { item: { id, type: "message", role: "user", content } });
    this.ask();
  }

  ask() {
    this.awaited += 1;
    this.connection?.send("response.create");
    this.show();
  }

  // The user holds the button: whatever is said is cut off, and a turn begins.
  async beginTurn() {
    await this.open();
    this.stopAwaitingGreeting();
    await this.interrupt();
    this.connection?.send("input_audio_buffer.clear");
    this.held = { start: this.recording.duration };
    this.show();
  }

  // The user lets the button go, or closes the microphone while speaking.
  endTurn() {
    if (!this.connection || !(this.held || this.speech)) return;
    this.commit = this.held ?? {};
    this.held = undefined;
    this.connection.send("input_audio_buffer.commit", { event_id: "turn" });
    this.show();
  }

  // What the user has begun to say is not wanted any more.
  dropTurn() {
    if (this.speech) this.dialogue.remove(this.speech);
    if (this.speech || this.held) this.connection?.send("input_audio_buffer.clear");
    this.speech = this.held = undefined;
    this.show();
  }

  async interrupt() {
    if (!this.connection) return;
    if (this.response || this.awaited > 0) {
      if (this.response) this.stopped.add(this.response);
      this.connection.send("response.cancel", { event_id: "cancel" });
    }
    await this.silence();
    this.show();
  }

  // Silences what is being played, and says how much of it was heard.
  async silence() {
    const cut = await this.player.stop();
    for (const { id, heard } of cut) {
      this.dialogue.find(id)?.cutOff();
      const place = { item_id: id, content_index: 0 };
      this.connection?.send("conversation.item.truncate", { event_id: "truncate", ...place, audio_end_ms: heard });
    }
  }

  take(event) {
    if (this.isEnding) {
      if (event.type === "error" && event.error.event_id === "end") this.settle();
      return;
    }
    handle(this, event);
    this.show();
  }

  show() { if (!this.isEnding) this.onState(this.state); }

  get state() {
    if (!this.connection) return this.opening ? "connecting" : "idle";
    if (this.speech || this.held) return "hearing";
    if (this.player.isPlaying) return "speaking";
    if (this.response || this.awaited > 0 || this.commit) return "thinking";
    return this.isListening ? "listening" : "idle";
  }
}
