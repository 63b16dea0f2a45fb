// Plays the assistant's speech, and knows what has been heard of it.

import { sound } from "./sound.js";

export class Player {
  static async open(onFinished) {
    const context = await sound();
    return new Player(context, onFinished);
  }

  constructor(context, onFinished) {
    this.context = context;
    this.waiting = new Map();
    this.tokens = 0;
    this.open = new Set();
    this.node = new AudioWorkletNode(context, "playback", { numberOfInputs: 0, outputChannelCount: [1] });
    this.node.connect(context.destination);
    this.node.port.onmessage = ({ data }) => {
      if (data.type === "stopped") {
        this.waiting.get(data.token)(data.items);
        this.waiting.delete(data.token);
      } else if (data.type === "finished") {
        this.open.delete(data.id);
        onFinished(data.id);
      }
    };
  }

  // Whether something is to be heard or about to be.
  get isPlaying() { return this.open.size > 0; }

  add(id, samples) {
    this.open.add(id);
    this.node.port.postMessage({ type: "add", id, samples });
  }

  // No more comes of this item.
  end(id) { this.node.port.postMessage({ type: "end", id }); }

  // Silence that may turn out to be a mistake.
  hold(isHeld) { this.node.port.postMessage({ type: "hold", isHeld }); }

  // Silences the loudspeaker at once. Returns the milliseconds that were heard of each item that is cut off.
  async stop() {
    if (!this.isPlaying) return [];
    this.open.clear();
    this.tokens += 1;
    const token = this.tokens;
    const items = await new Promise((resolve) => {
      this.waiting.set(token, resolve);
      this.node.port.postMessage({ type: "stop", token });
    });
    // What has left the page but not yet the loudspeaker has not been heard.
    const latency = this.context.outputLatency || this.context.baseLatency || 0;
    return items.map(({ id, seconds }) => ({ id, heard: Math.max(0, Math.round((seconds - latency) * 1000)) }));
  }

  close() { this.node.disconnect(); }
}
