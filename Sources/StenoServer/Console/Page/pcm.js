// PCM16 as the protocol has it: 24 kHz, one channel, little-endian, in base64.

export const RATE = 24000;

export const milliseconds = (samples) => (samples * 1000) / RATE;
export const samplesIn = (duration) => Math.round((duration * RATE) / 1000);

export function toBase64(samples) {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  let text = "";
  // A call takes only so many arguments.
  for (let start = 0; start < bytes.length; start += 8192) {
    text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return btoa(text);
}

export function fromBase64(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length & ~1);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return new Int16Array(bytes.buffer);
}

export function toInt16(samples) {
  const output = new Int16Array(samples.length);
  for (let index = 0; index < samples.length; index += 1) {
    output[index] = Math.max(-32768, Math.min(32767, Math.round(samples[index] * 32768)));
  }
  return output;
}

export function toFloat(samples) {
  const output = new Float32Array(samples.length);
  for (let index = 0; index < samples.length; index += 1) output[index] = samples[index] / 32768;
  return output;
}

export function joined(pieces) {
  const output = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let place = 0;
  for (const piece of pieces) {
    output.set(piece, place);
    place += piece.length;
  }
  return output;
}

// How loud samples are, from 0 (-60 dB and below) to 1 (as loud as can be).
export function level(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / Math.max(1, samples.length) / 32768 ** 2 + 1e-9);
  return Math.max(0, Math.min(1, 1 + decibels / 60));
}
