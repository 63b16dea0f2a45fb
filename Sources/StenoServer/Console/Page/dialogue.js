// The conversation as it is shown: turns, corrections and notices.

import { joined } from "./pcm.js";
import { replay, stopReplay } from "./replay.js";

const log = document.querySelector("#dialogue");
const announcer = document.querySelector("#announcer");
const empty = document.querySelector("#talk-empty");

export function make(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

function add(element) {
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  empty.hidden = true;
  log.append(element);
  if (isAtEnd) log.scrollTop = log.scrollHeight;
}

// For those who do not see the page.
export function announce(text) { announcer.textContent = text; }

export class Dialogue {
  constructor() {
    this.turns = new Map();
    // Who answers.
    this.name = "Answer";
  }

  clear() {
    stopReplay();
    this.turns.clear();
    log.replaceChildren(empty);
    empty.hidden = false;
  }

  // The turn of an item, new if there is none.
  turn(id, role) {
    if (!this.turns.has(id)) {
      const turn = new Turn(role, this.name);
      this.turns.set(id, turn);
      add(turn.element);
    }
    return this.turns.get(id);
  }

  find(id) { return this.turns.get(id); }

  remove(id) {
    this.turns.get(id)?.element.remove();
    this.turns.delete(id);
  }

  // Puts what was said in earlier sessions above all that is shown.
  prepend(element) {
    empty.hidden = true;
    log.prepend(element);
    log.scrollTop = log.scrollHeight;
  }

  notice(text) {
    const notice = make("p", "notice", text);
    notice.setAttribute("role", "alert");
    add(notice);
  }

  correction({ said, better, why }) {
    const element = make("div", "correction");
    const line = document.createElement("p");
    line.append(make("del", "", said), " → ", make("ins", "", better));
    element.append(line);
    if (typeof why === "string" && why !== "") element.append(make("p", "", why));
    add(element);
    announce(`Correction: not ${said}, but ${better}.`);
  }
}

export class Turn {
  constructor(role, name) {
    Object.assign(this, { role, name });
    this.pieces = [];
    this.element = make("div", `turn ${role} open`);
    this.who = make("div", "who", role === "user" ? "You" : name);
    this.said = make("div", "said");
    this.element.append(this.who, this.said);
  }

  get text() { return this.said.textContent; }

  append(text) {
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    this.said.textContent += text;
    if (isAtEnd) log.scrollTop = log.scrollHeight;
  }

  // Shows all that was said.
  show(text) {
    this.said.textContent = text.trim();
    this.element.classList.remove("open");
  }

  finish(text = this.text) {
    this.show(text);
    announce(`${this.role === "user" ? "You said" : this.name}: ${this.text}`);
  }

  // What was not heard is not part of the conversation.
  cutOff(heard = this.text) {
    this.show(heard);
    if (!this.cut) {
      this.cut = make("div", "cut", "Interrupted");
      this.element.append(this.cut);
    }
  }

  // Sound of the turn, which can then be replayed.
  addSound(samples) {
    this.pieces.push(samples);
    if (this.button || samples.length === 0) return;
    this.button = make("button", "replay");
    this.button.type = "button";
    this.showReplay(false);
    this.button.onclick = () => this.replay();
    this.who.append(this.button);
  }

  replay() {
    if (this.isReplaying) {
      stopReplay();
      return;
    }
    this.showReplay(true);
    replay(joined(this.pieces), () => this.showReplay(false));
  }

  showReplay(isReplaying) {
    this.isReplaying = isReplaying;
    this.button.replaceChildren(icon(isReplaying ? "stop" : "play"));
    this.button.setAttribute("aria-label", isReplaying ? "Stop" : `Play ${this.role === "user" ? "what you said" : "the answer"} again`);
  }
}
