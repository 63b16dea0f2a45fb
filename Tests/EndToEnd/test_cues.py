"""How a file's transcript is divided: subtitles, the segments of `verbose_json`, and files in which nobody speaks."""

import json
import random
from array import array

import pytest

import upload
from backend import Reply
from recording import PCM, RATE, SENTENCES, between, constant, pcm
from test_transcriptions import timestamp
from upload import transcribe

VERBOSE = ("response_format", "verbose_json")
WORDS = ("timestamp_granularities[]", "word")
SEGMENTS = ("timestamp_granularities[]", "segment")
SRT = ("response_format", "srt")
# The figures that clients filter by, as the text of a backend may have them.
FIGURES = {"avg_logprob": -0.4, "compression_ratio": 1.2, "no_speech_prob": 0.05, "temperature": 0.2, "tokens": [50364, 7]}


def answer(text: str, **fields) -> Reply:
    return Reply(body=json.dumps({"text": text} | fields).encode())


def cues(srt: str) -> list[tuple[float, float, str]]:
    found = []
    for number, cue in enumerate(srt.split("\n\n")[:-1], 1):
        index, times, *lines = cue.split("\n")
        assert int(index) == number
        assert len(lines) <= 2 and all(len(line) <= 42 for line in lines), lines
        start, end = (timestamp(time) for time in times.split(" --> "))
        found.append((start, end, " ".join(lines)))
    assert all(before[1] <= cue[0] for before, cue in zip(found, found[1:], strict=False))
    return found


def test_two_segments_of_a_backend_are_two_cues(launch, backend):
    segments = [
        {"id": 0, "start": 0, "end": 0.7, "text": " Eins zwei."} | FIGURES,
        {"id": 1, "start": 0.7, "end": 1.4, "text": " Drei vier."} | FIGURES,
    ]
    backend.respond = lambda request: answer(" Eins zwei. Drei vier.", language="german", segments=segments)
    server = launch(backend, TRANSCRIBER_RESPONSE_FORMAT="verbose_json")
    file = upload.wav(between(SENTENCES[0].start_ms, SENTENCES[0].start_ms + 2_000))
    verbose = transcribe(server, VERBOSE, file=file).json
    assert verbose["language"] == "german"
    assert [(s["start"], s["end"], s["text"]) for s in verbose["segments"]] == [
        (0, 0.7, " Eins zwei."),
        (0.7, 1.4, " Drei vier."),
    ]
    assert all(segment.items() >= FIGURES.items() for segment in verbose["segments"])
    assert [cue[2] for cue in cues(transcribe(server, SRT, file=file).text)] == ["Eins zwei.", "Drei vier."]
    assert transcribe(server, file=file).json["text"] == "Eins zwei. Drei vier."


def test_words_that_nobody_knows_the_times_of_are_left_out(launch, backend):
    verbose = transcribe(launch(backend), VERBOSE, WORDS, SEGMENTS).json
    assert "words" not in verbose
    assert verbose["segments"]


def test_a_text_without_times_is_shared_out_over_the_speech(launch, backend):
    sentences = [sentence.text.capitalize() + "." for sentence in SENTENCES]
    backend.respond = lambda request: Reply(" ".join(sentences))
    found = cues(transcribe(launch(backend), SRT).text)
    assert " ".join(cue[2] for cue in found) == " ".join(sentences)
    assert len(found) >= len(SENTENCES)
    assert all(end - start <= 7 for start, end, _ in found)
    assert found[0][0] * 1000 == pytest.approx(SENTENCES[0].start_ms, abs=150), "no silence in front"
    assert found[-1][1] * 1000 == pytest.approx(SENTENCES[-1].end_ms, abs=600)


def test_the_embedded_engine_gives_cues_that_can_be_read(launch):
    server = launch()
    text = transcribe(server, ("response_format", "text")).text.strip()
    found = cues(transcribe(server, SRT).text)
    assert " ".join(cue[2] for cue in found) == text
    for sentence in SENTENCES:
        assert any(abs(cue[0] * 1000 - sentence.start_ms) < 300 for cue in found), "a sentence begins a cue"
    assert all(end - start <= 7 for start, end, _ in found)


def noises() -> dict[str, bytes]:
    """Four seconds each of what engines invent words for."""
    chance = random.Random(1)
    count = 4 * RATE
    white = [chance.randint(-3_000, 3_000) for _ in range(count)]
    clicks = [20_000 if index % 7_001 < 8 else 0 for index in range(count)]
    rumble, level = [], 0.0
    for _ in range(count):
        level = 0.98 * level + chance.uniform(-300, 300)
        rumble.append(round(level))
    sounds = {"white": white, "clicks": clicks, "rumble": rumble}
    return {name: pcm(array("h", values)) for name, values in sounds.items()} | {"silence": constant(0, 4_000)}


def test_noise_is_no_text_and_no_request(launch, backend):
    backend.respond = lambda request: Reply("Thanks for watching!")
    server = launch(backend, VAD="silero", GUARD="drop")
    for name, noise in noises().items():
        result = transcribe(server, VERBOSE, WORDS, SEGMENTS, file=upload.wav(noise)).json
        assert (result["text"], result["segments"], result["words"]) == ("", [], []), name
    assert backend.requests == []
    samples = server.metrics()
    assert samples.total("steno_audio_samples_total", outcome="discarded") == 4 * 4 * RATE


def test_silence_around_speech_is_sent_along(launch, backend):
    whole = constant(0, 3_000) + PCM[: 8 * RATE] + constant(0, 3_000)
    transcribe(launch(backend), file=upload.wav(whole))
    assert [request.pcm for request in backend.requests] == [whole]
