"""Whole files over HTTP, by the clients that can."""

import re

import pytest

from catalogue import AGENTS, LIVEKIT, OPENAI
from recording import DURATION_MS, SENTENCES, WAV, word_errors
from scenarios import scenario
from speech import base64_pieces, pcm24

WORDS = " ".join(sentence.text for sentence in SENTENCES)
SRT_TIME = r"(\d\d):(\d\d):(\d\d),(\d\d\d)"
VTT_TIME = r"(\d\d):(\d\d):(\d\d)\.(\d\d\d)"


@pytest.fixture
def transcribe(call, launch):
    """Has a server transcribe the recording."""

    def transcribe(*engine, **fields):
        return call().call("transcribe", url=launch(*engine).http_url, key="none", file=str(WAV), fields=fields)

    return transcribe


def check_heard(text: str) -> None:
    """Whether the backend got all that was said, in whatever pieces."""
    spoken = sum(sentence.end_ms - sentence.start_ms for sentence in SENTENCES)
    pieces = re.findall(r"heard (\d+) ms", text)
    assert " ".join(text.split()) == " ".join(f"heard {piece} ms" for piece in pieces)
    assert spoken - 400 <= sum(map(int, pieces)) <= DURATION_MS + 20


def check_words(text: str) -> None:
    assert word_errors(WORDS, " ".join(text.split())) <= 0.1 * len(WORDS.split()), text


@scenario("file: json", *OPENAI)
def test_json(transcribe, backend):
    check_heard(transcribe(backend, response_format="json")["text"])


@scenario("file: json", AGENTS, LIVEKIT)
def test_a_buffer_of_samples(launch, backend, call):
    session = call()
    [audio] = base64_pieces(pcm24(500, 3_000), 1 << 20)
    session.do("transcribe", url=launch(backend).http_url, key="none", audio=audio)
    assert session.line("text")["text"] == "heard 2500 ms"


@scenario("file: text", *OPENAI)
def test_text(transcribe, backend):
    text = transcribe(backend, response_format="text")
    assert isinstance(text, str)
    check_heard(text)


@scenario("file: srt", *OPENAI)
def test_srt(transcribe, backend):
    check_cues(transcribe(backend, response_format="srt", chunking_strategy="auto"), rf"(\d+)\n{SRT_TIME} --> {SRT_TIME}\n(.+)")


@scenario("file: vtt", *OPENAI)
def test_vtt(transcribe, backend):
    text = transcribe(backend, response_format="vtt", chunking_strategy="auto")
    assert text.startswith("WEBVTT\n\n")
    check_cues(text, rf"()(?:{VTT_TIME}) --> (?:{VTT_TIME})\n(.+)")


def check_cues(text: str, pattern: str) -> None:
    """One cue for each sentence, at its time."""
    cues = re.findall(pattern, text)
    assert len(cues) == len(SENTENCES)
    assert "".join(number for number, *_ in cues) in ("", "".join(str(index + 1) for index in range(len(cues))))
    check_heard(" ".join(cue[-1] for cue in cues))
    times = [milliseconds(*cue[start : start + 4]) for cue in cues for start in (1, 5)]
    expected = [time for sentence in SENTENCES for time in (sentence.start_ms, sentence.end_ms)]
    assert all(abs(time - known) <= 400 for time, known in zip(times, expected, strict=True)), times


def milliseconds(hours: str, minutes: str, seconds: str, thousandths: str) -> int:
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(thousandths)


@scenario("file: verbose_json, words", *OPENAI)
def test_verbose_json_with_times_of_words(transcribe):
    answer = transcribe(response_format="verbose_json", timestamp_granularities=["word", "segment"])
    check_words(answer["text"])
    assert abs(float(answer["duration"]) * 1000 - DURATION_MS) <= 10
    assert answer["language"]
    check_words(" ".join(segment["text"] for segment in answer["segments"]))
    words = answer["words"]
    check_words(" ".join(word["word"] for word in words))
    times = [time for word in words for time in (word["start"], word["end"])]
    assert times == sorted(times)
    assert abs(times[0] * 1000 - SENTENCES[0].start_ms) <= 300
    assert abs(times[-1] * 1000 - SENTENCES[-1].end_ms) <= 300


@scenario("file: stream", *OPENAI)
def test_a_stream_of_deltas(transcribe, backend):
    *deltas, done = transcribe(backend, stream=True, chunking_strategy="auto")
    assert [event["type"] for event in deltas] == ["transcript.text.delta"] * len(SENTENCES)
    assert done["type"] == "transcript.text.done"
    assert "".join(event["delta"] for event in deltas) == done["text"]
    check_heard(done["text"])


@scenario("file: wrong key", *OPENAI)
def test_a_wrong_key_is_an_authentication_error(launch, backend, call):
    server = launch(backend, API_KEYS="a-key-of-one-client,a-key-of-another")
    asked = {"url": server.http_url, "file": str(WAV), "fields": {}}
    refused = call().refused("transcribe", key="a-key-of-none", **asked)
    assert (refused["failed"], refused["status"], refused["code"]) == ("AuthenticationError", 401, "invalid_api_key")
    assert call().call("transcribe", key="a-key-of-another", **asked)["text"]


@scenario("file: too large", *OPENAI)
def test_a_file_over_the_limit_is_told_so(launch, backend, call):
    server = launch(backend, MAX_UPLOAD_BYTES=100_000)
    refused = call().refused("transcribe", url=server.http_url, key="none", file=str(WAV), fields={})
    assert (refused["failed"], refused["status"]) == ("APIStatusError", 413)
    assert "100000" in re.sub(r"[ ,_]", "", refused["message"])


@scenario("models", *OPENAI)
def test_models_are_listed_and_found(launch, backend, call):
    server = launch(backend, TRANSCRIBER_MODEL="tiny")
    names, found = call().call("models", url=server.http_url, key="none")
    assert names
    assert found[:-1] == names
    assert found[-1]
