// What the page has sent, so that a turn can be heard again. Holds the last ten minutes.

import { joined, milliseconds, samplesIn } from "./pcm.js";

const LIMIT = samplesIn(600_000);

export class Recording {
  constructor() {
    this.pieces = [];
    this.begin = 0;
    this.end = 0;
  }

  get duration() { return milliseconds(this.end); }

  add(piece) {
    this.pieces.push(piece);
    this.end += piece.length;
    while (this.end - this.begin > LIMIT) this.begin += this.pieces.shift().length;
  }

  // From one position of the session to another, in milliseconds; what is no longer held is left out.
  between(start, end) {
    const first = Math.max(0, samplesIn(start) - this.begin);
    const last = Math.min(this.end, samplesIn(end)) - this.begin;
    const found = [];
    let place = 0;
    for (const piece of this.pieces) {
      if (place + piece.length > first && place < last) {
        found.push(piece.subarray(Math.max(0, first - place), Math.max(0, last - place)));
      }
      place += piece.length;
    }
    return joined(found);
  }
}
