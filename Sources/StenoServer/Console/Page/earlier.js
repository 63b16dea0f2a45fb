// What was said in earlier sessions, above the conversation.

import { messages } from "./api.js";
import { make, Turn } from "./dialogue.js";

const log = document.querySelector("#dialogue");
const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export class Earlier {
  constructor(instance, name) {
    Object.assign(this, { instance, name });
    this.element = make("section", "earlier");
    this.element.setAttribute("aria-label", "Earlier turns");
    this.more = make("button", "plain", "Show more");
    this.more.type = "button";
    this.more.onclick = () => this.showMore();
    this.turns = make("div", "turns");
    this.element.append(this.more, this.turns, make("h2", "when", "Now"));
  }

  // How many turns there are to show.
  async load() {
    const { messages: found, hasMore } = await messages(this.instance, this.first);
    this.first = found[0]?.id;
    this.more.hidden = !hasMore;
    const shown = found.filter((one) => one.role === "user" || one.role === "assistant");
    this.turns.prepend(...shown.flatMap((one, index) => this.turn(one, shown[index - 1])));
    return shown.length;
  }

  // A message as a turn, under the time at which its session began.
  turn(message, previous) {
    const turn = new Turn(message.role, this.name);
    const heard = message.heard_text ?? message.text;
    if (message.heard_text === null) turn.show(heard);
    else turn.cutOff(heard);
    const isNext = previous && previous.session === message.session;
    const begin = format.format(new Date(message.created_at * 1000));
    return isNext ? [turn.element] : [make("h2", "when", begin), turn.element];
  }

  // What the reader looks at stays in its place.
  async showMore() {
    const below = log.scrollHeight - log.scrollTop;
    await this.load();
    log.scrollTop = log.scrollHeight - below;
    if (this.more.hidden) log.focus();
  }
}
