// The settings of a session that both modes share: language, silence and noise suppression.

import { addLanguages, keep, preference } from "./preferences.js";

const language = document.querySelector("#language");
const silence = document.querySelector("#silence");
const output = document.querySelector("#silence-value");
const noise = document.querySelector("#noise");
const changes = new EventTarget();

// What the server has set counts until the user chooses.
const chosen = new Set();

addLanguages(language);
for (const control of [language, silence, noise]) {
  if (preference(control.id) !== undefined) chosen.add(control);
  keep(control, () => {
    chosen.add(control);
    changes.dispatchEvent(new Event("change"));
  });
}
silence.addEventListener("input", show);
show();

function show() { output.textContent = `${silence.value} ms`; }

export const onListeningChange = (action) => changes.addEventListener("change", action);

// Shows what a session has begun with, where the user has not chosen.
export function adopt(session) {
  const input = session.audio?.input;
  if (!chosen.has(noise)) noise.value = input?.noise_reduction?.type ?? "";
  if (!chosen.has(silence) && input?.turn_detection?.type === "server_vad") {
    silence.value = input.turn_detection.silence_duration_ms;
  }
  show();
}

const when = (control, value) => (chosen.has(control) ? value : undefined);

// The fields of a session's input that the user has chosen; those of the others are left out of the message.
export const heard = () => ({
  transcription: when(language, { language: language.value || null }),
  noise_reduction: when(noise, noise.value === "" ? null : { type: noise.value }),
});

// A silence ends a turn.
export const silenceDetection = () => ({
  type: "server_vad", silence_duration_ms: when(silence, Number(silence.value)),
});

export const chosenDetection = () => when(silence, silenceDetection());
