// The page: its two modes, its theme, and what both modes share.

import { askForKey } from "./access.js";
import { voices } from "./api.js";
import { Captions } from "./captions.js";
import { preference, remember } from "./preferences.js";
import { Talk } from "./talk.js";

const element = (id) => document.querySelector(`#${id}`);

function showProblem(message) {
  const box = element("problem");
  box.hidden = message === null;
  box.querySelector("p").textContent = message ?? "";
}

element("dismiss").onclick = () => showProblem(null);

// The theme is that of the system until the reader chooses.
const dark = matchMedia("(prefers-color-scheme: dark)");
const captions = (() => {
  showTheme();
  return new Captions(showProblem);
})();
const talk = new Talk(showProblem);

function theme() { return preference("theme") ?? (dark.matches ? "dark" : "light"); }

function showTheme() { document.documentElement.dataset.theme = theme(); }

function redraw() {
  showTheme();
  captions.waveform.draw();
}

dark.onchange = redraw;
element("theme").onclick = () => {
  remember("theme", theme() === "dark" ? "light" : "dark");
  redraw();
};

// Tabs, as the ARIA practices describe them: the arrows move between them.
const tabs = [...document.querySelectorAll("[role=tab]")];

function select(tab) {
  for (const one of tabs) {
    const isSelected = one === tab;
    one.setAttribute("aria-selected", String(isSelected));
    one.tabIndex = isSelected ? 0 : -1;
    element(one.getAttribute("aria-controls")).hidden = !isSelected;
  }
  showProblem(null);
  remember("tab", tab.id);
  if (tab.id === "tab-captions") {
    talk.leave();
    captions.waveform.draw();
  } else if (captions.isBusy) {
    captions.stop();
  }
}

for (const [index, tab] of tabs.entries()) {
  tab.onclick = () => select(tab);
  tab.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(index + step + tabs.length) % tabs.length];
    select(next);
    next.focus();
  };
}

// A recording may be dropped anywhere.
let depth = 0;
const isFile = (event) => event.dataTransfer?.types.includes("Files");

function showDrop(change) {
  depth = change === 0 ? 0 : Math.max(0, depth + change);
  element("drop").hidden = depth === 0;
}

document.addEventListener("dragenter", (event) => { if (isFile(event)) showDrop(1); });
document.addEventListener("dragleave", (event) => { if (isFile(event)) showDrop(-1); });
document.addEventListener("dragover", (event) => { if (isFile(event)) event.preventDefault(); });
document.addEventListener("drop", (event) => {
  if (!isFile(event)) return;
  event.preventDefault();
  showDrop(0);
  select(element("tab-captions"));
  captions.read(event.dataTransfer.files[0]);
});

// On a narrow screen the settings stay out of the way.
const narrow = matchMedia("(max-width: 60rem)");
const foldSettings = () => {
  for (const settings of document.querySelectorAll(".settings")) settings.open = !narrow.matches;
};
narrow.onchange = foldSettings;
foldSettings();

async function load() {
  const found = await voices();
  if (found.needsKey && (await askForKey())) {
    await load();
    return;
  }
  await talk.load(found.voices);
}

const remembered = element(preference("tab") ?? "tab-captions");
if (remembered?.id === "tab-talk") select(remembered);
await load();
