// The mode that holds a conversation: what the user does, and what the page shows of it.

import { Conversation } from "./conversation.js";
import { announce, Dialogue } from "./dialogue.js";
import { onListeningChange } from "./listening.js";
import { Microphone } from "./microphone.js";
import { Past } from "./past.js";
import { level } from "./pcm.js";
import { fillCharacters } from "./personas.js";
import { keep, restore } from "./preferences.js";
import { Problem } from "./problems.js";
import { isReplaying } from "./replay.js";

const element = (id) => document.querySelector(`#${id}`);
const button = element("speak");

const states = {
  idle: "Ready", connecting: "Connecting…", listening: "Listening", hearing: "Hearing you", thinking: "Thinking…",
  speaking: "Speaking",
};

const NO_MODEL =
  "This server has no language model to answer with: set LLM_BASE_URL to a server with chat completions, or LLM=echo to try it.";

export class Talk {
  constructor(showProblem) {
    this.showProblem = showProblem;
    this.dialogue = new Dialogue();
    this.hasModel = document.body.dataset.languageModel !== "no";
    this.isHeld = false;
    this.past = new Past(this.dialogue, this.hasModel);
    // What has to be over before a session is opened.
    this.ready = Promise.resolve();
    this.conversation = this.fresh();
    this.wireMicrophone();
    this.wireSettings();
    element("interrupt").onclick = () => this.conversation.interrupt();
    element("again").onclick = () => this.restart();
    element("begin").onclick = () => {
      // The button goes once something is said.
      button.focus();
      this.attempt(() => this.conversation.begin());
    };
    element("forget").onclick = () => this.attempt(() => this.forget());
    element("say").onsubmit = (event) => {
      event.preventDefault();
      this.say();
    };
    this.showState("idle");
    if (!this.hasModel) this.showMissingModel();
  }

  get holds() { return document.querySelector("input[name=hold]:checked").value === "hold"; }

  fresh() {
    return new Conversation(this.dialogue, {
      ready: () => this.ready,
      onState: (state) => this.showState(state),
      onProblem: (problem) => this.fail(problem),
      onRefusal: (message) => this.showProblem(message),
      holds: () => this.holds,
    });
  }

  showMissingModel() {
    for (const id of ["speak", "words", "again"]) element(id).disabled = true;
    element("say").querySelector(".send").disabled = true;
    this.dialogue.notice(NO_MODEL);
  }

  wireMicrophone() {
    button.onclick = (event) => {
      // In the other mode the button is held; `detail` is 0 for a press by assistive technology.
      if (!this.holds) this.toggle();
      else if (event.detail === 0 && !this.usesKey) (this.isHeld ? this.release() : this.hold());
    };
    button.onpointerdown = (event) => {
      if (!this.holds) return;
      button.setPointerCapture(event.pointerId);
      this.hold();
    };
    button.onpointerup = button.onpointercancel = () => this.release();
    button.oncontextmenu = (event) => { if (this.holds) event.preventDefault(); };
    document.addEventListener("keydown", (event) => this.pressed(event));
    document.addEventListener("keyup", (event) => {
      if (event.key !== " " || !this.usesKey) return;
      event.preventDefault();
      this.usesKey = false;
      this.release();
    });
    globalThis.addEventListener("blur", () => this.release());
  }

  pressed(event) {
    if (element("talk").hidden || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") this.conversation.interrupt();
    const isElsewhere = event.target.closest("input, textarea, select, summary, a, button:not(#speak)") !== null;
    if (event.key !== " " || !this.holds || isElsewhere || button.disabled) return;
    event.preventDefault();
    if (event.repeat) return;
    this.usesKey = true;
    this.hold();
  }

  wireSettings() {
    const update = () => this.conversation.update();
    for (const id of ["voice", "ending"]) keep(element(id), update);
    keep(element("corrections"), update);
    element("instructions").addEventListener("change", update);
    element("name").addEventListener("change", () => { if (this.conversation.isOpen) this.restart(); });
    for (const choice of document.querySelectorAll("input[name=hold]")) {
      choice.onchange = () => {
        this.closeMicrophone();
        this.conversation.dropTurn();
        this.showHold();
        this.conversation.update();
      };
    }
    onListeningChange(update);
    this.showHold();
  }

  // Fills in what the server has; called again once a key is known.
  async load(voices) {
    this.conversation.speaks = voices === null || voices.length > 0;
    if (voices?.length > 0) {
      element("voice").replaceChildren(element("voice").options[0], ...voices.map((voice) => new Option(voice, voice)));
      restore(element("voice"));
    } else if (voices) {
      element("voice").replaceChildren(new Option("None: answers are text", ""));
      element("voice").disabled = true;
    }
    await fillCharacters(() => this.restart());
    this.ready = this.past.show();
    await this.ready;
  }

  showHold() {
    element("hold-hint").hidden = !this.holds;
    element("ending").hidden = element("ending-label").hidden = this.holds;
    this.showMicrophone();
  }

  async toggle() {
    if (this.microphone) {
      this.closeMicrophone();
      this.conversation.endTurn();
    } else {
      await this.attempt(() => this.openMicrophone());
    }
  }

  async hold() {
    if (this.isHeld) return;
    this.isHeld = true;
    this.showMicrophone();
    await this.attempt(async () => {
      await this.conversation.beginTurn();
      if (!this.microphone) await this.openMicrophone();
    });
    // The button may be up again before the microphone is open.
    if (!this.microphone || !this.isHeld) this.conversation.dropTurn();
    if (!this.microphone) this.isHeld = false;
    this.showMicrophone();
  }

  release() {
    if (!this.isHeld) return;
    this.isHeld = false;
    this.showMicrophone();
    this.showLevel(0);
    this.conversation.endTurn();
  }

  // A step of the user's that may fail.
  async attempt(step) {
    this.showProblem(null);
    try {
      await step();
    } catch (error) {
      this.stumble(error);
    }
  }

  async openMicrophone() {
    const early = [];
    let isReady = false;
    const take = (piece) => {
      if (isReplaying() || (this.holds && !this.isHeld)) return;
      this.showLevel(level(piece));
      if (isReady) this.conversation.hear(piece);
      else early.push(piece);
    };
    const onEnd = () => this.fail(new Problem("The microphone was taken away. Connect it again, then start once more.", "gone"));
    this.microphone = await Microphone.open({ cleans: true, take, onEnd });
    this.showMicrophone();
    await this.conversation.open();
    for (const piece of early) this.conversation.hear(piece);
    isReady = true;
    this.conversation.listens(!this.holds);
  }

  closeMicrophone() {
    this.microphone?.close();
    this.microphone = undefined;
    this.isHeld = false;
    this.conversation.listens(false);
    this.showLevel(0);
    this.showMicrophone();
  }

  async say() {
    const words = element("words").value.trim();
    if (words === "") return;
    element("words").value = "";
    await this.attempt(() => this.conversation.say(words));
  }

  // Begins anew: the session ends, and what was said until then is shown as earlier turns. `step` is done in between.
  restart(step = () => {}) {
    this.closeMicrophone();
    const old = this.conversation;
    this.conversation = this.fresh();
    this.conversation.speaks = old.speaks;
    this.dialogue.clear();
    this.past.hide();
    this.showState("idle");
    if (!this.hasModel) this.showMissingModel();
    const end = Promise.all([this.ready, old.end()]);
    this.ready = end.then(step).catch((error) => this.stumble(error)).then(() => this.past.show());
    return this.ready;
  }

  async forget() {
    const step = await this.past.forgetting();
    if (step) await this.restart(step);
  }

  // Lets the microphone and the loudspeaker go, as another mode wants them; the conversation stays.
  leave() {
    this.closeMicrophone();
    this.conversation.dropTurn();
    this.conversation.interrupt();
  }

  // The session is lost.
  fail(error) {
    this.conversation.close();
    this.stumble(error);
  }

  // Something that was tried did not work; a session that is open stays.
  stumble(error) {
    this.closeMicrophone();
    this.conversation.dropTurn();
    const message = error instanceof Problem ? error.message : `Something went wrong in this page: ${error.message}`;
    this.showProblem(message);
  }

  showState(state) {
    const line = element("talk-state");
    line.dataset.state = state;
    if (line.textContent !== states[state]) line.textContent = states[state];
    element("interrupt").hidden = state !== "speaking" && state !== "thinking";
  }

  showMicrophone() {
    const isOn = this.holds ? this.isHeld : this.microphone !== undefined;
    button.setAttribute("aria-pressed", String(isOn));
    button.querySelector("use").setAttribute("href", isOn && !this.holds ? "#icon-stop" : "#icon-microphone");
    const usual = isOn ? "Stop the microphone" : "Start the microphone";
    button.querySelector("span").textContent = this.holds ? "Hold to talk" : usual;
    if (this.isHeld) announce("");
  }

  showLevel(value) { button.style.setProperty("--level", value); }
}
