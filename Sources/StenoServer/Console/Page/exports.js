// A transcript as files: text, subtitles and JSON.

import { subtitleTime } from "./times.js";

const LINE = 42;

export const asText = (utterances) => utterances.map((one) => one.text).join("\n") + "\n";

export function asJSON(utterances) {
  const entries = utterances.map((one) => ({
    start_ms: Math.round(one.start), end_ms: Math.round(one.end), text: one.text,
  }));
  return JSON.stringify({ text: utterances.map((one) => one.text).join(" "), utterances: entries }, null, 2) + "\n";
}

export function asSubtitles(utterances) {
  return utterances.flatMap(cues).map((cue, index) =>
    `${index + 1}\n${subtitleTime(cue.start)} --> ${subtitleTime(cue.end)}\n${cue.lines.join("\n")}\n`).join("\n");
}

// At most two lines each. Within an utterance only its length in letters tells when a line is said.
function cues({ start, end, text }) {
  const lines = wrapped(text);
  const letters = lines.reduce((sum, line) => sum + line.length, 0);
  const found = [];
  let said = 0;
  for (let index = 0; index < lines.length; index += 2) {
    const pair = lines.slice(index, index + 2);
    const begin = start + ((end - start) * said) / letters;
    said += pair.reduce((sum, line) => sum + line.length, 0);
    found.push({ start: begin, end: start + ((end - start) * said) / letters, lines: pair });
  }
  return found;
}

function wrapped(text) {
  const lines = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= LINE) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

export const kinds = {
  txt: { type: "text/plain", render: asText },
  srt: { type: "application/x-subrip", render: asSubtitles },
  json: { type: "application/json", render: asJSON },
};

export function download(kind, utterances) {
  const { type, render } = kinds[kind];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([render(utterances)], { type: `${type};charset=utf-8` }));
  link.download = `transcript.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
