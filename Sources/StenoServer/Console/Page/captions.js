// The mode that writes down what is said, by microphone or from a file.

import { connect } from "./connection.js";
import { download, kinds, asText } from "./exports.js";
import { CaptionLines } from "./lines.js";
import { adopt, chosenDetection, heard, onListeningChange } from "./listening.js";
import { Microphone } from "./microphone.js";
import { level } from "./pcm.js";
import { Problem } from "./problems.js";
import { decoded } from "./recordings.js";
import { Transcript } from "./transcript.js";
import { Waveform } from "./waveform.js";

const PIECE = 4800;
const element = (id) => document.querySelector(`#${id}`);

export class Captions {
  constructor(showProblem) {
    this.showProblem = showProblem;
    this.transcript = new Transcript();
    this.lines = new CaptionLines(this.transcript);
    this.waveform = new Waveform(element("waveform"), this.transcript);
    this.isSaved = true;
    // Counts the starts; what an earlier one was still waiting for is closed when it comes.
    this.runs = 0;
    element("listen").onclick = () => (this.isBusy ? this.stop() : this.listen());
    element("open").onclick = () => element("file").click();
    element("file").onchange = ({ target }) => {
      if (target.files[0]) this.read(target.files[0]);
      target.value = "";
    };
    element("copy").onclick = () => this.copy();
    element("clear").onclick = () => this.clear();
    for (const button of document.querySelectorAll("[data-download]")) {
      button.onclick = () => {
        this.isSaved = true;
        download(button.dataset.download, this.transcript.finished);
      };
    }
    onListeningChange(() => this.update());
    this.show("idle", "Ready");
  }

  get isBusy() { return this.state !== "idle"; }

  async listen() {
    this.show("starting", "Starting…");
    await this.run(async () => {
      const early = [];
      const take = (piece) => (this.connection ? this.take(piece) : early.push(piece));
      const onEnd = () => this.fail(new Problem("The microphone was taken away. Connect it again, then start once more.", "gone"));
      const run = this.runs;
      const microphone = await Microphone.open({ cleans: false, take, onEnd });
      if (run !== this.runs) {
        microphone.close();
        return;
      }
      this.microphone = microphone;
      this.waveform.showsAll = false;
      if (!(await this.begin())) return;
      // What was said while the connection opened.
      for (const piece of early) this.take(piece);
      this.show("listening", "Listening");
    });
  }

  async read(file) {
    if (this.isBusy) return;
    if (!this.isSaved && !confirm("Begin a new transcript? The one on this page has not been copied or downloaded.")) return;
    this.clear();
    this.show("starting", `Opening ${file.name}…`);
    await this.run(async () => {
      const run = this.runs;
      const samples = await decoded(file);
      if (run !== this.runs) return;
      this.waveform.showsAll = true;
      if (!(await this.begin())) return;
      this.show("reading", `Transcribing ${file.name}`);
      for (let start = 0; start < samples.length && this.state === "reading"; start += PIECE) {
        this.take(samples.subarray(start, start + PIECE));
        await this.connection?.hasRoom();
      }
      if (this.state === "reading") await this.finish();
    });
  }

  // A step that may fail; what it has opened is closed then.
  async run(step) {
    this.showProblem(null);
    try {
      await step();
    } catch (error) {
      this.fail(error);
    }
  }

  // False when it was stopped meanwhile.
  async begin() {
    const run = this.runs;
    this.unanswered = 0;
    this.transcript.beginSession(this.waveform.duration);
    const handlers = { onEvent: (event) => this.handle(event), onClose: (problem) => this.fail(problem) };
    const connection = await connect({ intent: "transcription" }, handlers);
    if (run !== this.runs) {
      connection.close();
      return false;
    }
    this.connection = connection;
    this.update();
    return true;
  }

  // Sends the settings. Every one of these messages has an answer, which comes after those to what was sent before it.
  update() {
    if (!this.connection) return;
    const input = { turn_detection: chosenDetection(), ...heard() };
    this.unanswered += 1;
    this.connection.send("session.update", { event_id: "settings", session: { type: "transcription", audio: { input } } });
  }

  take(piece) {
    this.connection.append(piece);
    this.waveform.add(piece);
    this.showLevel(this.state === "reading" ? 0 : level(piece));
  }

  async stop() {
    if (this.state === "listening" || this.state === "reading") await this.run(() => this.finish());
    else this.end();
  }

  // Ends the utterance that is being said, and waits for the transcripts of all.
  async finish() {
    this.show("finishing", "Finishing…");
    this.microphone?.close();
    this.microphone = undefined;
    this.showLevel(0);
    this.connection.send("input_audio_buffer.commit", { event_id: "end" });
    this.update();
    await new Promise((resolve) => {
      this.onProgress = () => {
        if (this.unanswered === 0 && this.transcript.awaited === 0) resolve();
      };
    });
    this.end();
  }

  handle(event) {
    switch (event.type) {
      case "session.created": adopt(event.session); break;
      case "session.updated": this.unanswered -= 1; break;
      case "error": this.refused(event.error); break;
      default: this.follow(event);
    }
    this.onProgress?.();
  }

  refused(error) {
    // There was nothing left to transcribe at the end.
    if (error.event_id === "end" && error.code === "input_audio_buffer_commit_empty") return;
    if (error.event_id === "settings") this.unanswered -= 1;
    this.showProblem(error.message);
  }

  follow(event) {
    const utterance = this.transcript.take(event, this.waveform.duration);
    if (!utterance) return;
    if (utterance.state === "final" && utterance.text !== "") this.isSaved = false;
    this.lines.show(utterance);
    this.waveform.drawSoon();
    this.showActions();
  }

  fail(error) {
    if (this.state === "idle") return;
    this.showProblem(error instanceof Problem ? error.message : `Something went wrong in this page: ${error.message}`);
    this.end();
  }

  end() {
    this.runs += 1;
    this.microphone?.close();
    this.connection?.close();
    this.microphone = this.connection = undefined;
    const wake = this.onProgress;
    this.onProgress = undefined;
    this.unanswered = 0;
    this.transcript.endSession();
    wake?.();
    this.lines.showInterim();
    this.showLevel(0);
    this.waveform.draw();
    this.show("idle", "Ready");
  }

  clear() {
    if (this.isBusy) return;
    this.transcript.utterances = [];
    this.isSaved = true;
    this.waveform.clear();
    this.lines.clear();
    this.show("idle", "Ready");
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(asText(this.transcript.finished));
      this.isSaved = true;
      element("captions-state").textContent = "Copied";
    } catch {
      this.showProblem("The browser does not let this page copy. Download the text instead.");
    }
  }

  show(state, text) {
    this.state = state;
    const button = element("listen");
    button.classList.toggle("live", this.isBusy);
    button.querySelector("span").textContent = this.isBusy ? "Stop" : "Start listening";
    button.querySelector("use").setAttribute("href", this.isBusy ? "#icon-stop" : "#icon-microphone");
    element("open").disabled = this.isBusy;
    element("captions-state").textContent = text;
    this.showActions();
  }

  showActions() {
    const isEmpty = this.transcript.finished.length === 0;
    for (const id of ["copy", ...Object.keys(kinds)]) {
      (document.querySelector(`[data-download="${id}"]`) ?? element(id)).disabled = isEmpty;
    }
    element("clear").disabled = this.isBusy || this.waveform.duration === 0;
    element("waveform-hint").hidden = this.isBusy || this.waveform.duration > 0;
    element("captions-empty").hidden = this.isBusy || !this.transcript.isEmpty;
  }

  showLevel(value) {
    const meter = element("captions-level");
    meter.firstElementChild.style.transform = `scaleX(${value})`;
    meter.setAttribute("aria-valuenow", Math.round(100 * value));
  }
}
