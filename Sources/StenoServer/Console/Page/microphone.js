// The microphone as PCM16 at 24 kHz.

import { Problem } from "./problems.js";
import { sound } from "./sound.js";

export class Microphone {
  // Asks for leave and starts; `take` gets pieces of 40 ms, `onEnd` is called when the device goes away.
  static async open({ cleans, take, onEnd }) {
    if (!navigator.mediaDevices?.getUserMedia || !globalThis.AudioWorkletNode) throw Problem.insecure();
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: cleans, autoGainControl: true, channelCount: 1 },
      });
    } catch (error) {
      throw Problem.microphone(error);
    }
    try {
      return new Microphone(await sound(), stream, take, onEnd);
    } catch (error) {
      for (const track of stream.getTracks()) track.stop();
      throw error;
    }
  }

  constructor(context, stream, take, onEnd) {
    this.stream = stream;
    this.source = context.createMediaStreamSource(stream);
    this.node = new AudioWorkletNode(context, "capture", { numberOfInputs: 1, numberOfOutputs: 1 });
    this.node.port.onmessage = ({ data }) => take(data);
    // The node's output is silent; some browsers run only what leads to the loudspeaker.
    this.source.connect(this.node).connect(context.destination);
    for (const track of stream.getTracks()) track.onended = onEnd;
  }

  close() {
    this.node.port.onmessage = null;
    this.node.port.postMessage("close");
    this.source.disconnect();
    this.node.disconnect();
    for (const track of this.stream.getTracks()) {
      track.onended = null;
      track.stop();
    }
  }
}
