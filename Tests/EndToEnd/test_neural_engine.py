"""The default engine: Moonshine on this machine, as setup puts it there."""

import base64
import json
import re
from contextlib import ExitStack

import pytest
from websockets.sync.client import connect

import upload
from client import audio, open_client
from recording import PCM, ROOT, SENTENCES, between, pieces, word_errors
from waiting import LIMIT, until

COMPLETED = "conversation.item.input_audio_transcription.completed"

MODEL = ROOT / "models/moonshine-tiny-en"
LIBRARY = ROOT / "engines/sherpa-onnx/lib/libsherpa-onnx-c-api.so"

pytestmark = pytest.mark.skipif(not LIBRARY.exists(), reason="setup could not fetch sherpa-onnx from PyPI")


def plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z']+", text.lower()))


def errors(texts: list[str]) -> int:
    return sum(word_errors(sentence.text, plain(text)) for sentence, text in zip(SENTENCES, texts, strict=True))


# Moonshine hears "on Earth" as "hunters", whole or cut: flite's voice is hard for it.
MOST_ERRORS = 4


def test_hears_the_recording_without_any_setting(launch):
    server = launch(TRANSCRIBER="auto")
    with open_client(server) as client:
        client.stream(PCM, size=3_200, sample_rate=16_000)
        client.commit()
        events = [client.transcript() for _ in SENTENCES]
    assert errors([event["transcript"] for event in events]) <= MOST_ERRORS
    for event in events:
        # What only the engine hears is in no time and in no audio.
        assert audio(event) == between(event["start_ms"], event["end_ms"])
    assert any("on this machine with sherpa-onnx" in line for line in server.log)
    assert json.loads(server.get("/v1/models").body)["data"][0]["id"] == "moonshine-tiny-en"


def test_transcribes_a_file_whole_and_in_parts(launch):
    server = launch(TRANSCRIBER="sherpa")
    whole = upload.transcribe(server).json["text"]
    spoken = " ".join(sentence.text for sentence in SENTENCES)
    assert word_errors(spoken, plain(whole)) <= MOST_ERRORS
    fields = [("chunking_strategy", "auto"), ("response_format", "verbose_json"), ("timestamp_granularities[]", "word")]
    parts = upload.transcribe(server, *fields).json
    assert word_errors(spoken, plain(parts["text"])) <= MOST_ERRORS
    assert parts["language"] == "english"
    # It gives no word times, and none are made up.
    assert "words" not in parts


def test_cuts_in_mid_speech_lose_and_double_few_words(launch):
    # The speech of test.wav without its pauses, about 11 s.
    speech = b"".join(between(sentence.start_ms, sentence.end_ms) for sentence in SENTENCES)
    server = launch(TRANSCRIBER="sherpa", VAD_MAX_UTTERANCE_MS=5_000, VAD_SOFT_MAX_MS=4_000)
    with open_client(server) as client:
        client.stream(speech + bytes(32_000), size=3_200, sample_rate=16_000)
        client.commit()
        texts = []
        while True:
            event = client.transcript()
            texts.append(event["transcript"])
            if event["end_ms"] >= len(speech) // 32 + 950:
                break
    spoken = " ".join(sentence.text for sentence in SENTENCES)
    heard = plain(" ".join(texts))
    assert len(texts) > 2
    assert abs(len(heard.split()) - len(spoken.split())) <= 4, heard
    assert not re.search(r"\b(\w+ \w+) \1\b", heard), heard


def test_a_key_alone_sends_no_speech_away(launch):
    server = launch(TRANSCRIBER="auto", OPENAI_API_KEY="sk-unused")
    assert any("OPENAI_API_KEY alone sends no speech away" in line for line in server.log)
    assert not any("api.openai.com" in line for line in server.log)


def test_without_the_library_pocketsphinx_serves_and_the_log_says_why(launch):
    server = launch(TRANSCRIBER="auto", SHERPA_LIBRARY="/proc/nowhere/libsherpa.so")
    line = next(line for line in server.log if "The neural engine is not there" in line)
    assert "/proc/nowhere/libsherpa.so" in line and "entrypoint.sh setup" in line
    assert any("with PocketSphinx" in line for line in server.log)


def test_a_model_whose_files_do_not_fit_together_is_an_error_at_the_start(launch, tmp_path):
    folder = tmp_path / "moonshine-broken-en"
    folder.mkdir()
    for file in MODEL.iterdir():
        (folder / file.name).symlink_to(file)
    lines = (MODEL / "tokens.txt").read_text().splitlines()
    texts = [line.split(" ")[0] for line in lines]
    (folder / "tokens.txt").unlink()
    shifted = [f"{texts[(index + 1_000) % len(texts)]} {index}\n" for index in range(len(texts))]
    (folder / "tokens.txt").write_text("".join(shifted))

    server = launch(TRANSCRIBER="sherpa", TRANSCRIBER_MODEL=folder, is_ready=False)
    until(lambda: server.get("/ready").body == '{"status":"failed"}', "/ready says that it failed")
    until(lambda: any("its files do not fit together" in line for line in server.log), "the log says why")


def test_a_short_utterance_does_not_wait_for_long_ones_and_a_long_one_is_one_item(launch):
    # Ten pieces each; the short one waits for one of them at most.
    speech = PCM * (200 * 32_000 // len(PCM) + 1)
    server = launch(TRANSCRIBER="sherpa", VAD="webrtc")
    with ExitStack() as stack:
        talkers = [stack.enter_context(connect(server.url + "/v1/realtime", proxy=None, max_size=None)) for _ in range(2)]
        for talker in talkers:
            input = {"format": {"type": "audio/pcm", "rate": 16_000}, "turn_detection": None}
            talker.send(json.dumps({"type": "session.update", "session": {"audio": {"input": input}}}))
            for piece in pieces(speech, 320_000):
                talker.send(json.dumps({"type": "input_audio_buffer.append", "audio": base64.b64encode(piece).decode()}))
            talker.send(json.dumps({"type": "input_audio_buffer.commit"}))
        for talker in talkers:
            while json.loads(talker.recv(LIMIT))["type"] != "input_audio_buffer.committed":
                pass
        with open_client(server) as client:
            client.manual()
            client.utterance(PCM[:96_000])
            assert client.transcript()["transcript"]
        for talker in talkers:
            events = [json.loads(talker.recv(LIMIT)) for _ in range(2)]
            assert [event["type"] for event in events] == ["conversation.item.added", "conversation.item.done"]
            # Nobody has been told of a long one yet.
            with pytest.raises(TimeoutError):
                talker.recv(0)
        for talker in talkers:
            while (event := json.loads(talker.recv(120)))["type"] != COMPLETED:
                pass
            assert len(event["transcript"].split()) > 300
