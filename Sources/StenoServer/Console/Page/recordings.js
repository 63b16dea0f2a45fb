// A recording out of a file, as PCM16 at 24 kHz.

import { RATE, toInt16 } from "./pcm.js";
import { Problem } from "./problems.js";

// Decoded sound takes twelve times the room of a telephone's recording.
const LIMIT = 512 * 1024 * 1024;

export async function decoded(file) {
  if (file.size > LIMIT) {
    throw new Problem(`'${file.name}' is too large for a browser. Send it to POST /v1/audio/transcriptions instead.`, "large");
  }
  try {
    // The context's rate is the one to which the browser brings what it decodes.
    const context = new OfflineAudioContext(1, 1, RATE);
    const buffer = await context.decodeAudioData(await file.arrayBuffer());
    return toInt16(mixed(buffer));
  } catch {
    throw new Problem(`The browser cannot read '${file.name}' as sound. Try WAV, MP3, Ogg or MP4.`, "unreadable");
  }
}

function mixed(buffer) {
  const output = buffer.getChannelData(0).slice();
  for (let channel = 1; channel < buffer.numberOfChannels; channel += 1) {
    buffer.getChannelData(channel).forEach((sample, index) => { output[index] += sample; });
  }
  return output.map((sample) => sample / buffer.numberOfChannels);
}
