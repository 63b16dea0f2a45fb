// Plays a turn again; one at a time.

import { RATE, toFloat } from "./pcm.js";
import { sound } from "./sound.js";

let current;

export const isReplaying = () => current !== undefined;

export function stopReplay() {
  current?.stop();
}

export async function replay(samples, onEnd) {
  stopReplay();
  const context = await sound();
  const buffer = context.createBuffer(1, Math.max(1, samples.length), RATE);
  buffer.copyToChannel(toFloat(samples), 0);
  const source = context.createBufferSource();
  source.buffer = buffer;
  source.connect(context.destination);
  source.onended = () => {
    source.disconnect();
    if (current === source) current = undefined;
    onEnd();
  };
  current = source;
  source.start();
}
