"""The console in a real browser: captions, conversations, and what it says when something is missing."""

import base64
import http.client
import io
import json
import os
import re
import wave
from pathlib import Path

import pytest

import upload
from browser import CHROMIUM, Browser
from llm import LanguageModel
from recording import PCM, RATE, ROOT, SENTENCES, WAV, between, word_errors
from test_characters import call, create

LIBRARY = ROOT / "engines/sherpa-onnx/lib/libsherpa-onnx-c-api.so"
PAGE = ROOT / "Sources/StenoServer/Console/Page"
SPOKEN = SENTENCES[1]
# A second before the sentence, as a microphone that is switched on needs a moment.
TURN = bytes(2 * RATE) + between(SPOKEN.start_ms, SPOKEN.end_ms)
LONG = "This is a rather long answer, and it goes on for a while. " * 6
FAKE = ["--use-fake-device-for-media-stream", "--autoplay-policy=no-user-gesture-required"]
ALLOWED = [*FAKE, "--use-fake-ui-for-media-stream"]

in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
heard = pytest.mark.skipif(not LIBRARY.exists(), reason="setup could not fetch sherpa-onnx from PyPI")

# Keeps what the page plays, as it goes to the loudspeaker.
TAP = """
window.played = [];
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (target, ...rest) {
  if (target === this.context.destination && !(this.context instanceof OfflineAudioContext)) {
    if (!window.tap) {
      window.tap = this.context.createScriptProcessor(16384, 1, 1);
      window.tap.onaudioprocess = ({ inputBuffer }) => window.played.push(inputBuffer.getChannelData(0).slice());
      connect.call(window.tap, target);
    }
    connect.call(this, window.tap);
  }
  return connect.call(this, target, ...rest);
};
// Keeps what goes over the wire, without the sound itself.
window.wire = [];
const Socket = window.WebSocket;
window.WebSocket = class extends Socket {
  constructor(...all) {
    super(...all);
    const note = (from, data) => {
      const event = JSON.parse(data);
      if (event.audio) event.audio = "";
      if (event.type === "response.output_audio.delta") event.delta = "";
      window.wire.push({ from, at: performance.now(), ...event });
    };
    this.addEventListener("message", ({ data }) => note("server", data));
    const send = this.send.bind(this);
    this.send = (data) => { note("page", data); send(data); };
  }
};
"""


@pytest.fixture
def browse(tmp_path):
    """Opens the console of a server; `microphone` is PCM at 16 kHz that is spoken once, from when it is switched on."""
    browsers = []

    def browse(server, *flags: str, microphone: bytes = b"", path: str = "/") -> Browser:
        file = tmp_path / f"microphone-{len(browsers)}.wav"
        file.write_bytes(upload.wav(microphone or bytes(2 * RATE)))
        flags = flags or ALLOWED
        browser = Browser(tmp_path / f"profile-{len(browsers)}", *flags, f"--use-file-for-fake-audio-capture={file}%noloop")
        browsers.append(browser)
        browser.before_load(TAP)
        browser.open(server.http_url + path)
        browser.until("document.querySelector('#character').length > 0 || document.querySelector('#ask').open", "the page is there")
        return browser

    yield browse
    for browser in browsers:
        browser.close()
    assert [fault for browser in browsers for fault in browser.faults] == []


def words(text: str) -> str:
    return " ".join("".join(letter for letter in text.lower() if letter.isalnum() or letter.isspace()).split())


def lines(browser: Browser) -> list[str]:
    return browser.run("[...document.querySelectorAll('#lines .line > span')].map((one) => one.textContent)")


def exported(browser: Browser, kind: str) -> str:
    """What a click on a download gives."""
    return browser.run(
        f"""(() => new Promise((resolve) => {{
            const make = URL.createObjectURL;
            URL.createObjectURL = (blob) => {{
                URL.createObjectURL = make;
                blob.text().then(resolve);
                return make.call(URL, blob);
            }};
            document.querySelector("[data-download={kind}]").click();
        }}))()"""
    )


def played(browser: Browser) -> tuple[int, bytes]:
    """The rate and the samples of what the loudspeaker got."""
    rate, text = browser.run(
        """(() => {
            const parts = window.played.map((part) => Int16Array.from(part, (one) => Math.max(-1, Math.min(1, one)) * 32767));
            let text = "";
            for (const part of parts) {
                const bytes = new Uint8Array(part.buffer);
                for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
            }
            return [window.tap.context.sampleRate, btoa(text)];
        })()"""
    )
    return rate, base64.b64decode(text)


def transcribed(server, rate: int, pcm: bytes) -> str:
    """What the server itself hears in what was played."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(rate)
        wav.writeframes(pcm)
    return upload.transcribe(server, file=file.getvalue()).json["text"]


def wire(browser: Browser, type: str) -> list[dict]:
    return browser.run(f"window.wire.filter((event) => event.type === {json.dumps(type)})")


def say(browser: Browser, text: str) -> None:
    browser.click("#words")
    browser.type(text)
    browser.press("Enter")


def turns(browser: Browser, role: str) -> list[str]:
    return browser.run(f"[...document.querySelectorAll('.turn.{role} .said')].map((one) => one.textContent)")


@heard
@in_a_browser
def test_captions_of_the_microphone(launch, browse):
    browser = browse(launch(TRANSCRIBER="sherpa"), microphone=PCM + bytes(4 * RATE))
    browser.click("#listen")
    browser.until("document.querySelector('#interim span').textContent.length > 8", "text comes while it is said")
    browser.until("document.querySelector('#captions-level').ariaValueNow > 20", "the level moves")
    browser.until("document.querySelectorAll('#lines .line').length >= 4", "four sentences")
    browser.click("#listen")
    browser.until("document.querySelector('#listen').innerText === 'Start listening'", "it stops")
    expected = " ".join(sentence.text for sentence in SENTENCES)
    assert word_errors(expected, words(" ".join(lines(browser)))) <= len(expected.split()) // 5
    # One log that is read to those who do not see it, with finished lines only.
    assert browser.run("document.querySelector('#lines').getAttribute('aria-live')") == "polite"
    assert browser.run("document.querySelector('#interim').hidden")

    entries = json.loads(exported(browser, "json"))["utterances"]
    assert len(entries) == len(SENTENCES)
    for entry, sentence in zip(entries, SENTENCES, strict=True):
        # The microphone's file begins a little before or after the page's clock.
        assert abs((entry["end_ms"] - entry["start_ms"]) - (sentence.end_ms - sentence.start_ms)) < 900
    subtitles = exported(browser, "srt")
    assert re.match(r"1\n00:00:0\d,\d{3} --> 00:00:0\d,\d{3}\n", subtitles)
    assert all(len(line) <= 42 for line in subtitles.splitlines())
    assert exported(browser, "txt").splitlines() == lines(browser)


@heard
@in_a_browser
def test_a_second_take_goes_on_where_the_first_ended(launch, browse):
    browser = browse(launch(TRANSCRIBER="sherpa"), microphone=between(0, SENTENCES[0].end_ms + 200) + bytes(RATE))
    for count in (1, 2):
        browser.click("#listen")
        browser.until(f"document.querySelectorAll('#lines .line').length >= {count}", f"sentence {count}")
        browser.click("#listen")
        browser.until("document.querySelector('#listen').innerText === 'Start listening'", "it stops")
    first, second = json.loads(exported(browser, "json"))["utterances"]
    assert second["start_ms"] > first["end_ms"]
    browser.click("#clear")
    assert lines(browser) == []


@heard
@in_a_browser
def test_a_recording_is_dropped(launch, browse):
    browser = browse(launch(TRANSCRIBER="sherpa"))
    recording = base64.b64encode(WAV.read_bytes()).decode()
    browser.run(
        f"""(() => {{
            const bytes = Uint8Array.from(atob("{recording}"), (one) => one.charCodeAt(0));
            const data = new DataTransfer();
            data.items.add(new File([bytes], "test.wav", {{ type: "audio/wav" }}));
            for (const type of ["dragenter", "dragover", "drop"]) {{
                document.body.dispatchEvent(new DragEvent(type, {{ dataTransfer: data, bubbles: true, cancelable: true }}));
            }}
        }})()"""
    )
    browser.until("document.querySelector('#captions-state').innerText === 'Ready' && document.querySelector('#lines .line')", "it is read")
    assert browser.run("document.querySelector('#drop').hidden")
    entries = json.loads(exported(browser, "json"))["utterances"]
    expected = " ".join(sentence.text for sentence in SENTENCES)
    assert word_errors(expected, words(" ".join(entry["text"] for entry in entries))) <= len(expected.split()) // 5
    for entry, sentence in zip(entries, SENTENCES, strict=True):
        assert abs(entry["start_ms"] - sentence.start_ms) < 700
        assert abs(entry["end_ms"] - sentence.end_ms) < 700
    assert browser.run("document.querySelector('#waveform').ariaLabel") == "Waveform: 4 utterances in 0:16"


@in_a_browser
def test_a_file_that_is_no_sound_is_named(launch, backend, browse):
    browser = browse(launch(backend))
    browser.run(
        """(() => {
            const data = new DataTransfer();
            data.items.add(new File(["no sound"], "letter.txt"));
            document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        })()"""
    )
    browser.until("!document.querySelector('#problem').hidden", "a problem is shown")
    assert "cannot read 'letter.txt' as sound" in browser.text("#problem")


@in_a_browser
def test_settings_reach_the_session(launch, backend, browse):
    browser = browse(launch(backend))
    browser.choose("#language", "de")
    browser.click("#listen")
    browser.until("document.querySelector('#captions-state').innerText === 'Listening'", "it listens")
    browser.choose("#silence", "800")
    browser.choose("#noise", "far_field")
    browser.until("window.wire.filter((event) => event.type === 'session.updated').length === 3", "each change is taken")
    last = wire(browser, "session.updated")[-1]["session"]["audio"]["input"]
    assert last["transcription"]["language"] == "de"
    assert last["turn_detection"]["silence_duration_ms"] == 800
    assert last["noise_reduction"] == {"type": "far_field"}
    browser.click("#listen")
    browser.until("document.querySelector('#listen').innerText === 'Start listening'", "it stops")
    # They are there again after a reload.
    browser.reload()
    browser.until("document.querySelector('#noise')?.value === 'far_field'", "the settings are kept")


@heard
@in_a_browser
def test_a_conversation_goes_round_by_voice(launch, browse):
    server = launch(TRANSCRIBER="sherpa", LLM="echo")
    browser = browse(server, microphone=TURN + bytes(20 * RATE))
    browser.click("#tab-talk")
    browser.click("#speak")
    browser.until("document.querySelector('#talk-state').innerText === 'Speaking'", "it answers by voice")
    browser.until("document.querySelector('#talk-state').innerText === 'Listening'", "it has been played")
    (said,), (answer,) = turns(browser, "user"), turns(browser, "assistant")
    assert word_errors(SPOKEN.text, words(said)) <= 1
    assert words(answer) == words(said)
    rate, pcm = played(browser)
    # A voice of flite and a busy browser cost the engine words; of noise it would get none right.
    assert word_errors(words(answer), words(transcribed(server, rate, pcm))) <= len(words(answer)) / 2
    # Both turns can be heard again.
    browser.run("window.played.length = 0")
    browser.click(".turn.user .replay")
    browser.until("document.querySelector('.turn.user .replay').ariaLabel === 'Stop'", "it plays")
    browser.until("document.querySelector('.turn.user .replay').ariaLabel !== 'Stop'", "it has played")
    rate, pcm = played(browser)
    assert word_errors(words(said), words(transcribed(server, rate, pcm))) <= 2
    browser.click("#speak")
    browser.until("document.querySelector('#talk-state').innerText === 'Ready'", "the microphone is closed")


@heard
@in_a_browser
def test_speech_interrupts(launch, browse):
    server = launch(TRANSCRIBER="sherpa", LLM="echo")
    browser = browse(server, microphone=bytes(3 * RATE) + between(SENTENCES[1].start_ms, SENTENCES[1].end_ms) + bytes(20 * RATE))
    browser.click("#tab-talk")
    say(browser, LONG)
    browser.until("document.querySelector('#talk-state').innerText === 'Speaking'", "it speaks")
    browser.click("#speak")
    browser.until("document.querySelector('.turn.assistant .cut')", "it is interrupted")
    browser.until("document.querySelectorAll('.turn.assistant').length === 2", "what was said is answered")
    (started,) = [event for event in wire(browser, "input_audio_buffer.speech_started")][:1]
    truncated = wire(browser, "conversation.item.truncate")[0]
    assert 0 <= truncated["at"] - started["at"] < 1_000
    done = next(event for event in wire(browser, "response.done") if event["response"]["status"] == "cancelled")
    assert done["response"]["status_details"]["reason"] == "turn_detected"
    # What is shown is what the conversation remembers: a beginning of the answer.
    browser.until("window.wire.some((event) => event.type === 'conversation.item.retrieved')", "the server says what was heard")
    first = turns(browser, "assistant")[0]
    assert 0 < len(first) < len(LONG) - 20
    assert LONG.startswith(first)
    assert truncated["audio_end_ms"] > 500


@heard
@in_a_browser
def test_a_key_interrupts(launch, browse):
    browser = browse(launch(TRANSCRIBER="sherpa", LLM="echo"))
    browser.click("#tab-talk")
    say(browser, LONG)
    browser.until("document.querySelector('#talk-state').innerText === 'Speaking'", "it speaks")
    browser.until("document.querySelector('.turn.assistant .said').textContent.length > 30", "some of it is said")
    browser.press("Escape")
    browser.until("document.querySelector('#talk-state').innerText === 'Ready'", "it is silent")
    browser.until("document.querySelector('.turn.assistant .cut')", "it says so")
    browser.until("window.wire.some((event) => event.type === 'conversation.item.truncated')", "the server knows")
    say(browser, "And now?")
    browser.until("document.querySelectorAll('.turn.assistant').length === 2", "the conversation goes on")
    browser.until("document.querySelector('#talk-state').innerText === 'Ready'", "to its end")
    assert turns(browser, "assistant")[1] == "And now?"
    assert browser.run("document.querySelector('#problem').hidden")


@heard
@in_a_browser
def test_hold_to_talk_with_the_space_bar(launch, browse):
    browser = browse(launch(TRANSCRIBER="sherpa", LLM="echo"), microphone=TURN + bytes(20 * RATE))
    browser.click("#tab-talk")
    browser.click("input[name=hold][value=hold]")
    browser.run("document.querySelector('#speak').focus()")
    browser.key("keyDown", " ")
    browser.until("document.querySelector('#talk-state').innerText === 'Hearing you'", "it hears")
    # As long as the sentence takes; the page's own clock of what it has sent tells.
    pieces = len(TURN) // (2 * RATE // 25) + 10
    browser.until(f"window.wire.filter((one) => one.type === 'input_audio_buffer.append').length > {pieces}", "it is said")
    browser.key("keyUp", " ")
    browser.until("document.querySelectorAll('.turn.assistant').length === 1", "it answers")
    browser.until("document.querySelector('#talk-state').innerText === 'Ready'", "to its end")
    assert word_errors(SPOKEN.text, words(turns(browser, "user")[0])) <= 1
    assert wire(browser, "session.updated")[-1]["session"]["audio"]["input"]["turn_detection"] is None


ADA = {"name": "Ada", "first_mes": "Hello {{user}}, I am {{char}}.", "description": "Knows numbers.", "voice": "slt"}


def earlier(browser: Browser) -> list[str]:
    return browser.run("[...document.querySelectorAll('.earlier .turn .said')].map((one) => one.textContent)")


def until_said(browser: Browser, count: int) -> None:
    """Waits until the answers of this conversation are so many, and played."""
    browser.until(f"document.querySelectorAll('#dialogue > .turn.assistant').length === {count}", f"answer {count}")
    browser.until("document.querySelector('#talk-state').innerText === 'Ready'", "it has been played")


def choose_character(browser: Browser, id: str) -> None:
    browser.click("#tab-talk")
    browser.choose("#character", f"character:{id}")
    browser.until(f"document.querySelector('#character').value === 'character:{id}'", "it is in the list")


@in_a_browser
def test_the_tutor_speaks_first_and_corrects(launch, backend, browse):
    browser = browse(launch(backend, LLM="echo"))
    listed = browser.run("[...document.querySelector('#character').options].map((one) => one.text)")
    assert listed == ["Assistant", "Tutor", "Your own instructions"]
    assert not browser.run("document.querySelector('#corrections').checked")
    choose_character(browser, "tutor")
    assert browser.run("document.querySelector('#corrections').checked")
    browser.until("!document.querySelector('#begin').hidden", "it can begin")
    assert browser.text("#begin") == "Let Tutor begin"
    browser.click("#begin")
    browser.until("document.querySelector('#talk-state').innerText === 'Speaking'", "it speaks")
    browser.until("document.querySelector('.turn.assistant .said').textContent.startsWith('Hello! I am your English tutor.')")
    assert browser.run("document.activeElement.id") == "speak"
    browser.press("Escape")
    browser.until("document.querySelector('#talk-state').innerText === 'Ready'", "it is silent")
    say(browser, 'call note_correction {"said": "I has", "better": "I have", "why": "Has is for he and she."}')
    browser.until("document.querySelector('.correction')", "the correction is shown")
    assert browser.text(".correction del") == "I has"
    assert browser.text(".correction ins") == "I have"
    until_said(browser, 2)
    assert browser.run("document.querySelector('#problem').hidden")
    # It corrects after a reload as well, unless the user has switched that off.
    browser.reload()
    browser.until("document.querySelector('#character')?.value === 'character:tutor' && document.querySelector('#corrections').checked")


@in_a_browser
def test_the_character_speaks_first_before_a_button_is_held(launch, backend, browse):
    browser = browse(launch(backend, LLM="echo"))
    choose_character(browser, "tutor")
    # The button moves what stands below it.
    browser.until("!document.querySelector('#begin').hidden", "it can begin")
    browser.click("input[name=hold][value=hold]")
    browser.until("document.querySelector('input[name=hold][value=hold]').checked", "holding is chosen")
    browser.click("#begin")
    browser.until("document.querySelector('.turn.assistant .said')?.textContent.startsWith('Hello!')", "it begins")
    last = "window.wire.filter((event) => event.type === 'session.updated').at(-1)"
    browser.until(f"{last}.session.audio.input.turn_detection === null", "the turns are then the user's")


@in_a_browser
def test_a_character_remembers_what_was_said(launch, backend, browse):
    def answer(messages):
        # Without a summary, what was said stays in the history word for word.
        return "" if "summary" in json.dumps(messages).lower() else "Rex is a fine name."

    with LanguageModel(answer) as model:
        server = launch(backend, LLM_BASE_URL=model.url, LLM_MODEL="scripted")
        ada = create(server, "/v1/characters", ADA)["id"]
        browser = browse(server)
        choose_character(browser, ada)
        assert browser.text("#voice option:checked") == "The character's own"
        assert browser.run("document.querySelector('#memory').value") == "name:Ada"
        browser.choose("#name", "Kim")
        browser.until("!document.querySelector('#begin').hidden", "it can begin")
        browser.click("#begin")
        until_said(browser, 1)
        say(browser, "My dog is called Rex.")
        until_said(browser, 2)
        said = ["Hello Kim, I am Ada.", "My dog is called Rex.", "Rex is a fine name."]
        assert turns(browser, "assistant") == said[::2]
        assert browser.text(".turn.assistant .who") == "Ada"
        first = wire(browser, "session.update")[0]["session"]
        assert first == {"type": "realtime", "prompt": {"id": ada, "variables": {"instance": "Ada", "user": "Kim"}}}
        # Neither instructions nor a voice are sent, so that those of the character count.
        assert not any("instructions" in event["session"] for event in wire(browser, "session.update"))
        assert not any("output" in event["session"].get("audio", {}) for event in wire(browser, "session.update"))
        assert wire(browser, "session.updated")[-1]["session"]["audio"]["output"]["voice"] == "slt"
        # Another voice, and back.
        for chosen, spoken in (("rms", "rms"), ("", "slt")):
            browser.choose("#voice", chosen)
            voice = "window.wire.filter((event) => event.type === 'session.updated').at(-1).session.audio.output.voice"
            browser.until(f"{voice} === '{spoken}'", f"it speaks as {spoken}")

        # The page is loaded again.
        browser.reload()
        browser.until("document.querySelectorAll('.earlier .turn').length === 3", "the earlier turns are shown")
        assert earlier(browser) == said
        assert browser.run("document.querySelector('#talk-empty').hidden")
        say(browser, "What is my dog called?")
        until_said(browser, 1)
        asked = next(messages for messages in model.requests if messages[-1]["content"].endswith("What is my dog called?"))
        assert "Knows numbers." in asked[0]["content"]
        assert json.dumps(asked).count("My dog is called Rex.") == 1

        # A new conversation shows this one as earlier as well.
        browser.click("#again")
        browser.until("document.querySelectorAll('.earlier .turn').length === 5", "both are shown")

        instance = call(server, "GET", f"/v1/characters/{ada}/instances").json["data"][0]["id"]
        messages = f"/v1/instances/{instance}/messages"
        create_fact = call(server, "POST", f"/v1/instances/{instance}/facts", {"text": "Kim has a dog."})
        assert create_fact.status == 201
        browser.click("#forget")
        browser.until("document.querySelector('#forget-ask').open", "it asks")
        assert "“Ada”" in browser.text("#forget-what")
        assert browser.run("document.activeElement.id") == "forget-cancel"
        browser.press("Enter")
        browser.until("!document.querySelector('#forget-ask').open", "it is cancelled")
        assert len(call(server, "GET", messages).json["data"]) == 5
        # An answer that is being spoken does not come back after it was forgotten.
        say(browser, "And my cat?")
        browser.until("document.querySelector('#talk-state').innerText === 'Speaking'", "it speaks")
        browser.click("#forget")
        browser.click("#forget-ask .danger")
        browser.until("!document.querySelector('.turn') && !document.querySelector('#begin').hidden", "nothing is left to show")
        assert call(server, "GET", messages).json["data"] == []
        assert call(server, "GET", f"/v1/instances/{instance}/facts").json["data"] == []
        browser.click("#begin")
        until_said(browser, 1)
        assert turns(browser, "assistant") == said[:1]


@in_a_browser
def test_memories_are_apart(launch, backend, browse):
    server = launch(backend, LLM="echo")
    ada = create(server, "/v1/characters", ADA | {"first_mes": ""})["id"]
    browser = browse(server)
    choose_character(browser, ada)
    say(browser, "The first.")
    until_said(browser, 1)
    browser.choose("#memory", "new")
    say(browser, "Nowhere.")
    browser.until("document.querySelectorAll('#dialogue > .turn.assistant').length === 2", "the session goes on until there is a name")
    until_said(browser, 2)
    browser.click("#memory-name")
    browser.type("Garden")
    browser.press("Enter")
    browser.until("document.querySelector('#memory').value === 'name:Garden' && !document.querySelector('.turn')", "it is a new one")
    assert browser.run("document.activeElement.id") == "memory"
    say(browser, "The second.")
    until_said(browser, 1)
    browser.choose("#memory", "name:Ada")
    browser.until("document.querySelector('.earlier')", "the other is shown")
    assert earlier(browser) == ["The first.", "The first.", "Nowhere.", "Nowhere."]
    # The choice is kept, and so are both memories.
    browser.reload()
    browser.until("document.querySelectorAll('.earlier .turn').length === 4", "the one that was chosen is shown")
    assert browser.run("[...document.querySelector('#memory').options].map((one) => one.text)") == ["Ada", "Garden", "A new one…"]


@in_a_browser
def test_long_memories_are_shown_in_parts(launch, backend, browse):
    server = launch(backend, LLM="echo")
    instance = create(server, "/v1/characters/assistant/instances", {"name": "Assistant"})["id"]
    for number in range(20):
        assert call(server, "POST", f"/v1/instances/{instance}/messages", {"text": f"Number {number}."}).status == 200
    browser = browse(server)
    browser.click("#tab-talk")
    browser.until("document.querySelectorAll('.earlier .turn').length === 30", "the latest are shown")
    browser.click(".earlier > .plain")
    browser.until("document.querySelectorAll('.earlier .turn').length === 40", "all are shown")
    assert earlier(browser) == [f"Number {number // 2}." for number in range(40)]
    assert browser.run("document.querySelector('.earlier > .plain').hidden")


@in_a_browser
def test_a_character_that_is_gone_is_told(launch, backend, browse):
    server = launch(backend, LLM="echo")
    ada = create(server, "/v1/characters", ADA)["id"]
    browser = browse(server)
    choose_character(browser, ada)
    assert call(server, "DELETE", f"/v1/characters/{ada}?force=true").status == 200
    say(browser, "Hello.")
    browser.until("!document.querySelector('#problem').hidden", "a problem is shown")
    assert "There is no character" in browser.text("#problem")
    assert turns(browser, "assistant") == []
    browser.choose("#character", "own")
    browser.choose("#instructions", "You are a guide.")
    say(browser, "Hello.")
    until_said(browser, 1)
    assert wire(browser, "session.update")[-1]["session"]["instructions"] == "You are a guide."


@in_a_browser
def test_without_stored_characters_people_can_talk(launch, backend, browse, tmp_path):
    (tmp_path / "file").write_text("")
    browser = browse(launch(backend, LLM="echo", XDG_STATE_HOME=tmp_path / "file", DATABASE=""))
    browser.click("#tab-talk")
    assert "cannot store characters" in browser.text("#character-hint")
    assert not browser.run("[...document.querySelectorAll('#memory, #forget')].some((one) => one.checkVisibility())")
    say(browser, "Hello.")
    until_said(browser, 1)
    assert browser.run("document.querySelector('#problem').hidden")


@in_a_browser
def test_a_refused_microphone_is_explained(launch, backend, browse):
    browser = browse(launch(backend, LLM="echo"), *FAKE, "--deny-permission-prompts")
    for tab, button in (("#tab-captions", "#listen"), ("#tab-talk", "#speak")):
        browser.click(tab)
        browser.click(button)
        browser.until("!document.querySelector('#problem').hidden", "a problem is shown")
        assert "does not let this page use the microphone" in browser.text("#problem")
        browser.click("#dismiss")
        assert browser.run("document.querySelector('#problem').hidden")
    # Typing still works.
    say(browser, "Hello.")
    browser.until("document.querySelectorAll('.turn.assistant').length === 1", "it answers")


@in_a_browser
def test_a_page_without_microphones_is_explained(launch, backend, browse):
    server = launch(backend)
    browser = browse(server)
    browser.before_load("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")
    browser.open(server.http_url + "/?again")
    browser.click("#listen")
    browser.until("!document.querySelector('#problem').hidden", "a problem is shown")
    assert "over https" in browser.text("#problem")


@in_a_browser
def test_a_key_is_asked_for(launch, backend, browse):
    server = launch(backend, API_KEYS="alice:key-of-alice", LLM="echo")
    browser = browse(server)
    browser.until("document.querySelector('#ask').open", "the key is asked for")
    for key in ("wrong", "key-of-alice"):
        browser.until("document.activeElement.id === 'ask-key'", "the field has the focus")
        browser.type(key)
        browser.press("Enter")
        if key == "wrong":
            browser.until("document.querySelector('#ask').open && document.querySelector('#ask-why').innerText.includes('did not take')", "it is asked for again")
    browser.until("!document.querySelector('#ask').open && document.querySelector('#voice').length > 1", "the key opens the server")
    assert browser.run("sessionStorage.getItem('steno-key')") == "key-of-alice"
    assert browser.run("Object.values(localStorage).every((one) => !one.includes('key-of-alice'))")
    browser.click("#tab-talk")
    say(browser, "Hello.")
    browser.until("document.querySelectorAll('.turn.assistant').length === 1", "it answers")
    assert not any("key-of-alice" in line for line in server.log)


@in_a_browser
def test_a_client_secret_opens_the_session(launch, backend, browse):
    server = launch(backend, API_KEYS="alice:key-of-alice", LLM="echo")
    made = upload.request(server, "POST", "/v1/realtime/client_secrets", b"{}", Authorization="Bearer key-of-alice").json
    browser = browse(server)
    browser.until("document.querySelector('#ask').open", "the key is asked for")
    browser.type(made["value"])
    browser.press("Enter")
    browser.until("document.querySelector('#character').length > 0", "the page is there")
    browser.click("#tab-talk")
    assert "may not list characters" in browser.text("#character-hint")
    say(browser, "Hello.")
    browser.until("document.querySelectorAll('.turn.assistant').length === 1", "it answers")


@in_a_browser
def test_a_busy_server_is_explained(launch, backend, browse):
    server = launch(backend, MAX_SESSIONS=1)
    first, second = browse(server), browse(server)
    first.click("#listen")
    first.until("document.querySelector('#captions-state').innerText === 'Listening'", "it listens")
    second.click("#listen")
    second.until("!document.querySelector('#problem').hidden", "a problem is shown")
    assert "busy" in second.text("#problem")
    first.click("#listen")
    first.until("document.querySelector('#listen').innerText === 'Start listening'", "it stops")


@in_a_browser
def test_a_server_without_a_language_model_says_what_to_set(launch, backend, browse):
    browser = browse(launch(backend))
    browser.click("#tab-talk")
    assert "LLM_BASE_URL" in browser.text("#dialogue .notice")
    assert browser.run("document.querySelector('#speak').disabled")


@in_a_browser
def test_everything_can_be_reached_by_keyboard(launch, backend, browse):
    browser = browse(launch(backend, LLM="echo"))
    for tab, wanted in (
        ("#tab-captions", {"theme", "listen", "open", "language", "silence", "noise", "lines"}),
        ("#tab-talk", {"theme", "speak", "words", "character", "memory", "forget", "name", "voice", "ending", "corrections", "again"}),
    ):
        browser.click(tab)
        if tab == "#tab-captions":
            # An empty log is not shown.
            browser.run("document.querySelector('#lines').append(document.createElement('li'))")
        reached, marked = set(), set()
        for _ in range(30):
            browser.press("Tab")
            id, width = browser.run("[document.activeElement.id, parseFloat(getComputedStyle(document.activeElement).outlineWidth)]")
            reached.add(id)
            if id and width >= 2:
                marked.add(id)
        assert wanted <= reached, wanted - reached
        assert wanted <= marked, wanted - marked
    browser.run("document.querySelector('#tab-talk').focus()")
    browser.press("ArrowLeft")
    assert browser.run("document.activeElement.id") == "tab-captions"
    assert not browser.run("document.querySelector('#captions').hidden")
    # Everything that can be pressed or filled in has a name.
    unnamed = browser.run(
        """[...document.querySelectorAll("button, input, select, textarea")].filter((one) =>
            !one.hidden && !one.ariaLabel && !one.labels?.length && !one.textContent.trim()).map((one) => one.outerHTML)"""
    )
    assert unnamed == []


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2 between two colours as a browser writes them."""

    def luminance(colour: str) -> float:
        values = [int(value) / 255 for value in re.findall(r"\d+", colour)[:3]]
        linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in values]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def take_pictures_of_memory(browser: Browser, folder: Path, name: str) -> None:
    """The first words of a character, what was said before, the settings, and the question whether to forget it."""
    browser.until("document.querySelector('#talk-state').innerText === 'Ready'", "the answer has been heard")
    browser.choose("#character", "character:tutor")
    browser.until("!document.querySelector('#begin').hidden", "the tutor can begin")
    browser.run("document.querySelector('#dialogue').scrollIntoView({ block: 'end' })")
    browser.screenshot(folder / f"begin-{name}.png")
    browser.choose("#character", "character:assistant")
    browser.until("document.querySelector('.earlier')", "earlier turns are shown")
    browser.screenshot(folder / f"earlier-{name}.png")
    browser.run("document.querySelector('#talk .settings').open = true")
    browser.choose("#memory", "new")
    browser.place("#memory")
    browser.screenshot(folder / f"memory-{name}.png")
    browser.choose("#memory", "name:Assistant")
    browser.until("document.querySelector('.earlier')", "earlier turns are shown again")
    browser.place("#memory")
    browser.screenshot(folder / f"settings-{name}.png")
    assert browser.run("document.documentElement.scrollWidth <= innerWidth"), name
    browser.click("#forget")
    browser.until("document.querySelector('#forget-ask').open", "it asks")
    browser.screenshot(folder / f"forget-{name}.png")
    browser.press("Escape")
    browser.until("!document.querySelector('#forget-ask').open", "it is not forgotten")


@in_a_browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_shown_can_be_read(launch, backend, browse, theme, tmp_path):
    """Colours that differ enough, and no page that is wider than its window. CONSOLE_PICTURES names a folder for pictures."""
    folder = Path(os.environ.get("CONSOLE_PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    browser = browse(launch(backend, LLM="echo"))
    for width, height in ((1280, 800), (390, 844), (320, 640)):
        browser.look(width, height, theme)
        for tab in ("captions", "talk"):
            browser.click(f"#tab-{tab}")
            if tab == "talk":
                say(browser, "Hello, how are you?")
                browser.until("[...document.querySelectorAll('.turn.assistant .said')].at(-1)?.textContent.length > 5", "it answers")
            browser.screenshot(folder / f"{tab}-{theme}-{width}.png")
            assert browser.run("document.documentElement.scrollWidth <= innerWidth"), (tab, width)
        take_pictures_of_memory(browser, folder, f"{theme}-{width}")
    say(browser, "Hello, how are you?")
    browser.until("[...document.querySelectorAll('.turn.assistant .said')].at(-1)?.textContent.length > 5", "it answers")
    browser.click("#tab-captions")
    browser.click("#tab-talk")
    # An answer of which nothing was heard, as another tab was chosen, leaves nothing behind.
    browser.until("document.querySelector('#talk-state').innerText === 'Ready'", "the answer ends")
    assert "" not in turns(browser, "assistant")
    pairs = browser.run(
        """(() => {
            const pairs = [["text", "page"], ["text", "surface"], ["muted", "page"], ["muted", "surface"], ["muted", "raised"],
                ["accent", "surface"], ["on-accent", "accent"], ["live", "live-soft"], ["warn", "warn-soft"], ["text", "accent-soft"]];
            const probe = document.body.appendChild(document.createElement("i"));
            return pairs.map((pair) => [pair.join(" on "), ...pair.map((name) => {
                probe.style.color = `var(--${name})`;
                return getComputedStyle(probe).color;
            })]);
        })()"""
    )
    for name, one, other in pairs:
        assert contrast(one, other) >= 4.5, name


def test_the_files_are_served(launch, backend):
    server = launch(backend, API_KEYS="alice:key-of-alice")
    html = {"Accept": "text/html,application/xhtml+xml"}
    page = server.request("GET", "/", html)
    assert page.status == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    types = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
    files = sorted(path for path in PAGE.iterdir() if path.name != "index.html")
    assert len(files) > 20
    for path in files:
        answer = server.request("GET", f"/console/{path.name}")
        assert (answer.status, answer.body) == (200, path.read_text()), path.name
        assert answer.headers["Content-Type"] == types[path.suffix[1:]]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        again = server.request("GET", f"/console/{path.name}", {"If-None-Match": f'"other", W/{answer.headers["ETag"]}'})
        assert (again.status, again.body) == (304, "")
    assert server.request("GET", "/", html | {"If-None-Match": page.headers["ETag"]}).status == 304
    assert server.request("GET", "/console/none.js").status == 401
    assert server.get("/console/none.js").status == 404
    assert server.request("POST", "/console/main.js").status == 401
    # It loads nothing from elsewhere, and everything that it names is there.
    text = page.body + "".join(path.read_text() for path in files if path.suffix != ".svg")
    assert set(re.findall(r"https?://[\w.]+", text)) <= {"http://127.0.0.1", "http://www.w3.org"}
    named = re.findall(r'(?:from|import) "\./([\w.]+)"', text) + re.findall(r'(?:src|href)="console/([\w.]+)"', page.body)
    assert set(named) <= {path.name for path in files}


def test_other_clients_get_lines_at_the_root(launch, backend):
    server = launch(backend)
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("GET", "/", headers={"Accept": "*/*"})
    answer = connection.getresponse()
    assert answer.getheader("Content-Type") == "text/plain; charset=utf-8"
    assert b"/docs" in answer.read()
    connection.close()
