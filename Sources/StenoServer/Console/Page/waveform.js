// Draws the sound: what was heard, shaded where speech was found, with a line at each cut.

import { RATE, milliseconds } from "./pcm.js";
import { clock } from "./times.js";

const BIN = RATE / 50;
const WINDOW = 30_000;
const AXIS = 20;

export class Waveform {
  constructor(canvas, transcript) {
    this.canvas = canvas;
    this.transcript = transcript;
    this.showsAll = false;
    this.clear();
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  clear() {
    this.peaks = [];
    this.peak = 0;
    this.filled = 0;
    this.draw();
  }

  get duration() { return milliseconds(this.peaks.length * BIN + this.filled); }

  add(samples) {
    for (const sample of samples) {
      this.peak = Math.max(this.peak, Math.abs(sample));
      this.filled += 1;
      if (this.filled < BIN) continue;
      this.peaks.push(this.peak / 32768);
      this.peak = 0;
      this.filled = 0;
    }
    this.drawSoon();
  }

  drawSoon() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      this.draw();
    });
  }

  // The part of time that is shown: the last half minute, or all of a file.
  get range() {
    const duration = this.duration;
    if (this.showsAll && duration > 0) return [0, duration];
    return duration > WINDOW ? [duration - WINDOW, duration] : [0, WINDOW];
  }

  draw() {
    const { canvas } = this;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (width === 0) return;
    const scale = globalThis.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    const style = getComputedStyle(canvas);
    this.colour = (name) => style.getPropertyValue(name);
    const [start, end] = this.range;
    const place = (time) => ((time - start) / (end - start)) * width;
    this.drawSpeech(pen, place, height - AXIS);
    this.drawPeaks(pen, width, height - AXIS);
    this.drawAxis(pen, place, width, height);
    this.describe();
  }

  drawSpeech(pen, place, height) {
    for (const { start, end, state, text } of this.transcript.utterances) {
      if (state === "final" && text === "") continue;
      const [left, right] = [place(start), place(end ?? this.duration)];
      pen.fillStyle = this.colour("--accent-soft");
      pen.fillRect(left, 0, right - left, height);
      pen.fillStyle = this.colour("--accent");
      for (const cut of end === undefined ? [left] : [left, right]) pen.fillRect(Math.round(cut) - 0.75, 0, 1.5, height);
    }
  }

  drawPeaks(pen, width, height) {
    const [start, end] = this.range;
    const [bars, first, count] = [Math.floor(width / 4), (start / 1000) * 50, ((end - start) / 1000) * 50];
    pen.fillStyle = this.colour("--text");
    for (let bar = 0; bar < bars; bar += 1) {
      // Bars keep their samples while the window moves.
      const size = count / bars;
      const from = Math.floor(first / size) * size + bar * size;
      let peak = -1;
      for (let bin = Math.floor(from); bin < Math.max(from + size, Math.floor(from) + 1); bin += 1) {
        peak = Math.max(peak, this.peaks[bin] ?? -1);
      }
      if (peak < 0) continue;
      const tall = Math.max(2, Math.sqrt(peak) * (height - 12));
      pen.beginPath();
      pen.roundRect(bar * 4 + 1, (height - tall) / 2, 2, tall, 1);
      pen.fill();
    }
  }

  drawAxis(pen, place, width, height) {
    const [start, end] = this.range;
    pen.fillStyle = this.colour("--line");
    pen.fillRect(0, height - AXIS, width, 1);
    const step = [5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600].find((one) => place(start + one * 1000) > 70) ?? 7200;
    pen.fillStyle = this.colour("--muted");
    pen.font = `12px ${getComputedStyle(this.canvas).fontFamily}`;
    pen.textBaseline = "bottom";
    for (let time = Math.ceil(start / 1000 / step) * step; time * 1000 <= end; time += step) {
      const x = place(time * 1000);
      const label = clock(time * 1000);
      const room = pen.measureText(label).width;
      if (x + room / 2 <= width) pen.fillText(label, Math.max(0, x - room / 2), height);
    }
  }

  describe() {
    const count = this.transcript.finished.length;
    const said = count === 1 ? "1 utterance" : `${count} utterances`;
    const label = this.duration === 0 ? "Waveform: nothing heard yet" : `Waveform: ${said} in ${clock(this.duration)}`;
    if (this.canvas.getAttribute("aria-label") !== label) this.canvas.setAttribute("aria-label", label);
  }
}
