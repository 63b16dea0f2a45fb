// The transcript as lines with times, and below them what is being said.

import { clock } from "./times.js";

const list = document.querySelector("#lines");
const interim = document.querySelector("#interim");

export class CaptionLines {
  constructor(transcript) { this.transcript = transcript; }

  // Only finished lines are added to the list, so that a screen reader reads each once.
  show(utterance) {
    if (utterance.state !== "open" && utterance.text !== "") this.add(utterance);
    this.showInterim();
  }

  add({ start, end, text, state }) {
    const line = document.createElement("li");
    line.className = state === "failed" ? "line failed" : "line";
    const time = document.createElement("time");
    time.textContent = clock(start);
    time.title = `${(start / 1000).toFixed(2)} s to ${(end / 1000).toFixed(2)} s`;
    const words = document.createElement("span");
    words.textContent = text;
    line.append(time, words);
    const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    list.append(line);
    if (isAtEnd) list.scrollTop = list.scrollHeight;
  }

  showInterim() {
    const open = this.transcript.utterances.filter((one) => one.state === "open");
    interim.hidden = open.length === 0;
    if (open.length === 0) return;
    interim.querySelector("time").textContent = clock(open[0].start);
    interim.querySelector("span").textContent = open.map((one) => one.text.trim()).join(" ");
  }

  clear() {
    list.replaceChildren();
    this.showInterim();
  }
}
