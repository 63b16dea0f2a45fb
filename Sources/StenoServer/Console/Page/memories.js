// The memories of a character: its instances on the server, in one of which the conversation is kept.

import { instances } from "./api.js";
import { preference, remember } from "./preferences.js";
import { Problem } from "./problems.js";

const NEW = "new";

const row = document.querySelector("#memory-row");
const select = document.querySelector("#memory");
const newRow = document.querySelector("#memory-name-row");
const field = document.querySelector("#memory-name");
const userName = document.querySelector("#name");
const forget = document.querySelector("#forget");

let character;
let known = [];

const option = (name) => new Option(name, `name:${name}`);
const chosenName = () => select.value.slice("name:".length);
const isSame = (one, other) => one.toLowerCase() === other.toLowerCase();

// Offers the memories of another character, or of none; `refresh` adds those of the server to the one that always is.
export function showMemories(other) {
  character = other;
  known = [];
  row.hidden = !character;
  if (character) fill(preference(`memory-${character.id}`) ?? character.name);
}

// Reads what the server has; a session makes a memory that is new.
export async function refresh() {
  const asked = character;
  const found = asked ? await instances(asked.id) : [];
  if (asked !== character) return;
  known = found;
  if (asked && select.value !== NEW) fill(chosenName());
}

function fill(wanted) {
  const names = known.map((one) => one.name);
  for (const name of [character.name, wanted]) {
    if (!names.some((one) => isSame(one, name))) names.push(name);
  }
  names.sort((one, other) => one.localeCompare(other));
  select.replaceChildren(...names.map(option), new Option("A new one…", NEW));
  choose(wanted);
}

function choose(name) {
  const found = [...select.options].find((one) => one.value !== NEW && isSame(one.text, name));
  if (found) select.value = found.value;
  showChoice();
}

function showChoice() {
  newRow.hidden = select.value !== NEW;
  // There is nothing to forget before it has a name.
  forget.hidden = select.value === NEW;
  userName.placeholder = memory()?.user_name ?? "";
}

// Has the user choose; `onChange` is called when another memory counts.
export function chooseMemory(onChange) {
  const take = () => {
    remember(`memory-${character.id}`, chosenName());
    showChoice();
    onChange();
  };
  select.onchange = () => {
    if (select.value === NEW) showChoice();
    else take();
  };
  field.onchange = () => {
    const name = field.value.trim();
    if (name === "") return;
    field.value = "";
    // The field goes, and the focus must not go with it.
    if (document.activeElement === field) select.focus();
    fill(name);
    take();
  };
}

// The name of the memory that is chosen.
export function memoryName() {
  if (select.value === NEW) throw new Problem("Give the new memory a name first, under Settings.", "memory");
  return chosenName();
}

// The memory as the server has it; nothing where it has none of the name.
export function memory() {
  if (!character || select.value === NEW) return undefined;
  return known.find((one) => isSame(one.name, chosenName()));
}
