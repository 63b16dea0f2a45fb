// What the character that is chosen remembers of the user, as it is shown before a conversation begins, and forgotten.

import { forget } from "./api.js";
import { announce } from "./dialogue.js";
import { Earlier } from "./earlier.js";
import { isToBeForgotten } from "./forgetting.js";
import { memory, memoryName, refresh } from "./memories.js";
import { chosen } from "./personas.js";
import { Problem } from "./problems.js";

const begin = document.querySelector("#begin");
const title = document.querySelector("#welcome-title");

export class Past {
  constructor(dialogue, hasModel) {
    Object.assign(this, { dialogue, hasModel });
    // Counts what was to be shown, as only the last of it is.
    this.count = 0;
    this.hide();
  }

  hide() {
    this.count += 1;
    begin.hidden = true;
  }

  async show() {
    this.hide();
    const number = this.count;
    const character = chosen();
    this.dialogue.name = character?.name ?? "Answer";
    title.textContent = character ? `Talk with ${character.name}` : "Have a conversation";
    await refresh();
    const kept = number === this.count ? memory() : undefined;
    const earlier = kept && new Earlier(kept.id, character.name);
    const isNew = !earlier || (await earlier.load()) === 0;
    if (number !== this.count) return;
    if (!isNew) {
      this.dialogue.prepend(earlier.element);
      announce("What was said before is shown above.");
    }
    begin.textContent = `Let ${this.dialogue.name} begin`;
    begin.hidden = !isNew || !this.hasModel || !character?.first_mes?.trim();
  }

  // What has the memory forgotten, once the user has confirmed it.
  async forgetting() {
    const [name, character] = [memoryName(), chosen().name];
    if (!(await isToBeForgotten(name, character))) return undefined;
    return async () => {
      await refresh();
      const kept = memory();
      if (!kept) throw new Problem(`There is nothing to forget: the server has no memory “${name}”.`, "forget");
      await forget(kept.id);
      announce("It is forgotten.");
    };
  }
}
