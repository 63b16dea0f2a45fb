// Runs on the audio thread: plays the speech of items in order, and counts what has been played of each.

import { Resampler } from "./resampler.js";
import { RATE, toFloat } from "./pcm.js";

// Seconds that are there before an item begins, so that the next piece may be a little late.
const CUSHION = 0.06;
const REPORT = Math.round(sampleRate / 20);

class Playback extends AudioWorkletProcessor {
  constructor() {
    super();
    this.reset();
    this.port.onmessage = ({ data }) => this[data.type](data);
  }

  reset() {
    this.resampler = new Resampler(RATE, sampleRate);
    // Items that are not played to their end: { id, pieces, queued, place, played, hasEnded }; frames at the device's rate.
    this.items = [];
    this.isHeld = false;
    this.sinceReport = 0;
  }

  // While it is held nothing is heard, and nothing is lost.
  hold({ isHeld }) { this.isHeld = isHeld; }

  add({ id, samples }) {
    const last = this.items.at(-1);
    const item = last?.id === id ? last : { id, pieces: [], queued: 0, place: 0, played: 0, hasEnded: false };
    if (item !== last) this.items.push(item);
    const piece = this.resampler.process(toFloat(samples));
    item.pieces.push(piece);
    item.queued += piece.length;
  }

  end({ id }) {
    const item = this.items.find((item) => item.id === id);
    if (item) item.hasEnded = true;
  }

  // Silence at once; tells how much was played of each item that has not been played to its end.
  stop({ token }) {
    const items = this.items.map((item) => ({ id: item.id, seconds: item.played / sampleRate }));
    this.reset();
    this.port.postMessage({ type: "stopped", token, items });
  }

  process(_, [[output]]) {
    if (this.isHeld) return true;
    let filled = 0;
    while (filled < output.length && this.items.length > 0) {
      const item = this.items[0];
      if (item.played === 0 && !item.hasEnded && item.queued < CUSHION * sampleRate) break;
      filled += this.play(item, output, filled);
      if (item.pieces.length > 0) break;
      if (!item.hasEnded) break;
      this.items.shift();
      this.report("finished", item);
    }
    this.sinceReport += output.length;
    if (this.sinceReport >= REPORT && this.items.length > 0) this.report("position", this.items[0]);
    return true;
  }

  // Fills the output from the item's pieces; returns how many frames.
  play(item, output, start) {
    let filled = start;
    while (filled < output.length && item.pieces.length > 0) {
      const [piece] = item.pieces;
      const count = Math.min(piece.length - item.place, output.length - filled);
      output.set(piece.subarray(item.place, item.place + count), filled);
      item.place += count;
      filled += count;
      if (item.place < piece.length) continue;
      item.pieces.shift();
      item.place = 0;
    }
    item.played += filled - start;
    item.queued -= filled - start;
    return filled - start;
  }

  report(type, item) {
    this.sinceReport = 0;
    this.port.postMessage({ type, id: item.id, seconds: item.played / sampleRate });
  }
}

registerProcessor("playback", Playback);
