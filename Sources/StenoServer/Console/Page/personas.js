// Whom one talks with: a character of the server, or whoever the user's own instructions describe.

import { isSecret, key } from "./access.js";
import { characters } from "./api.js";
import { chooseMemory, memoryName, showMemories } from "./memories.js";
import { keep, preference } from "./preferences.js";

const select = document.querySelector("#character");
const hint = document.querySelector("#character-hint");
const own = document.querySelector("#instructions");
const name = document.querySelector("#name");
const corrections = document.querySelector("#corrections");
const voice = document.querySelector("#voice");

let known = [];

// Lists the characters. `onChange` is called when somebody else is chosen, or another memory of the same character.
export async function fillCharacters(onChange) {
  const { status, elements } = await characters();
  // Those that come with the server first.
  known = elements.sort((one, other) => other.read_only - one.read_only || one.name.localeCompare(other.name));
  const options = known.map((one) => new Option(one.name, `character:${one.id}`));
  if (known.length === 0) options.push(new Option("Assistant", "assistant"));
  select.replaceChildren(...options, new Option("Your own instructions", "own"));
  keep(select, () => {
    corrections.checked = teaches() || (preference("corrections") ?? false);
    show(status);
    onChange();
  });
  chooseMemory(onChange);
  corrections.checked = preference("corrections") ?? teaches();
  show(status);
}

for (const control of [own, name]) keep(control);

function show(status) {
  const character = chosen();
  document.querySelector("#instructions-row").hidden = select.value !== "own";
  document.querySelector("#name-row").hidden = !character;
  if (!voice.disabled) voice.options[0].text = character ? "The character's own" : "The server's choice";
  hint.textContent = described(character, status);
  hint.hidden = hint.textContent === "";
  showMemories(character);
}

const shortened = (text) => (text.length > 160 ? `${text.slice(0, 159).trimEnd()}…` : text);

function described(character, status) {
  if (character) return shortened(character.creator_notes ?? "");
  if (status === 200) return "Nothing is remembered after the conversation.";
  if (status === 503) return "This server cannot store characters, so that nothing is remembered after the conversation.";
  if (isSecret()) return "A client secret may not list characters. You talk with the one that it was made for.";
  if (!key() && status === 401) return "Characters can be chosen once this page is loaded again with a key.";
  if (status === 401 || status === 403) return "This key may not read the characters of the server. You can talk without one.";
  return "The characters of the server could not be read. Load this page again to try once more.";
}

// The server's character that is chosen, if one is.
export const chosen = () => known.find((one) => select.value === `character:${one.id}`);

// Whether a character corrects the language of those who talk with it. Whoever does not want that may switch it off.
const teaches = () => chosen()?.tags?.includes("language learning") ?? false;

// What the session is told about who answers; nothing where no character is chosen.
export function prompt() {
  const character = chosen();
  if (!character) return undefined;
  const user = name.value.trim();
  return { id: character.id, variables: { instance: memoryName(), ...(user === "" ? {} : { user }) } };
}

export const instructions = () =>
  select.value === "own" && own.value.trim() !== "" ? { instructions: own.value } : {};
