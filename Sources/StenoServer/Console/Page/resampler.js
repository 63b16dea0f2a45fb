// Changes the rate of a stream of samples by windowed-sinc interpolation.

const CROSSINGS = 16;
const RESOLUTION = 256;

// One half of a sinc under a Blackman window, RESOLUTION values for each zero crossing.
const kernel = (() => {
  const values = new Float32Array(CROSSINGS * RESOLUTION + 2);
  for (let index = 0; index < values.length; index += 1) {
    const x = index / RESOLUTION;
    const phase = Math.min(1, x / CROSSINGS);
    const window = 0.42 + 0.5 * Math.cos(Math.PI * phase) + 0.08 * Math.cos(2 * Math.PI * phase);
    values[index] = (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)) * window;
  }
  return values;
})();

export class Resampler {
  constructor(from, to) {
    this.step = from / to;
    // Where the rate falls, what lies above half of the new one is taken out.
    this.cutoff = Math.min(1, to / from);
    this.reach = Math.ceil(CROSSINGS / this.cutoff);
    this.position = this.reach;
    this.buffer = new Float32Array(this.reach);
  }

  // The samples at the new rate that are complete now; the last few follow with the next call.
  process(input) {
    if (this.step === 1) return input;
    const buffer = new Float32Array(this.buffer.length + input.length);
    buffer.set(this.buffer);
    buffer.set(input, this.buffer.length);
    const count = Math.max(0, Math.ceil((buffer.length - this.reach - this.position) / this.step));
    const output = new Float32Array(count);
    for (let index = 0; index < count; index += 1) {
      output[index] = this.value(buffer, this.position);
      this.position += this.step;
    }
    const done = Math.max(0, Math.floor(this.position) - this.reach);
    this.buffer = buffer.slice(done);
    this.position -= done;
    return output;
  }

  value(buffer, position) {
    let sum = 0;
    const last = Math.min(buffer.length - 1, Math.floor(position + this.reach));
    for (let index = Math.max(0, Math.ceil(position - this.reach)); index <= last; index += 1) {
      const place = Math.abs(index - position) * this.cutoff * RESOLUTION;
      if (place >= CROSSINGS * RESOLUTION) continue;
      const before = Math.floor(place);
      sum += buffer[index] * (kernel[before] + (kernel[before + 1] - kernel[before]) * (place - before));
    }
    return sum * this.cutoff;
  }
}
