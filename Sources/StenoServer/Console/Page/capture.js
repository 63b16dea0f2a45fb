// Runs on the audio thread: the microphone as PCM16 at 24 kHz, in pieces of 40 ms.

import { Resampler } from "./resampler.js";
import { RATE, toInt16 } from "./pcm.js";

const PIECE = 960;

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.resampler = new Resampler(sampleRate, RATE);
    this.piece = new Float32Array(PIECE);
    this.filled = 0;
    this.isOpen = true;
    this.port.onmessage = () => { this.isOpen = false; };
  }

  process([channels]) {
    if (channels.length > 0) this.take(this.resampler.process(this.mixed(channels)));
    return this.isOpen;
  }

  mixed(channels) {
    if (channels.length === 1) return channels[0];
    return channels[0].map((_, index) => channels.reduce((sum, channel) => sum + channel[index], 0) / channels.length);
  }

  take(samples) {
    for (const sample of samples) {
      this.piece[this.filled] = sample;
      this.filled += 1;
      if (this.filled < PIECE) continue;
      const piece = toInt16(this.piece);
      this.port.postMessage(piece, [piece.buffer]);
      this.filled = 0;
    }
  }
}

registerProcessor("capture", Capture);
