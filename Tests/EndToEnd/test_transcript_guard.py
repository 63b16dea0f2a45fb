"""Nothing is invented over noise, and what is said is heard."""

import sys

import pytest

from backend import Reply
from client import open_client
from recording import ROOT, between, constant
from upload import transcribe, wav

sys.path.insert(0, str(ROOT / "scripts" / "evaluation"))

import inventions  # noqa: E402

# As long a pause as ends an utterance.
PAUSE = bytes(32_000)


def heard(server, pcm):
    """The transcripts of a session that streams `pcm`."""
    with open_client(server, "/ws?include_audio=false") as client:
        client.stream(pcm + PAUSE, size=32_000)
        client.commit()
        events = [client.transcript()]
        while events[-1]["end_ms"] < len(pcm) // 32 + 900:
            events.append(client.transcript())
    return events


def test_streamed_noise_becomes_no_text(launch):
    server = launch()
    for sound in inventions.noise(90, seed=3):
        events = heard(server, sound.pcm)
        assert [event["transcript"] for event in events if event["transcript"]] == [], sound.name


def test_noise_in_files_becomes_no_text(launch):
    server = launch()
    for sound in inventions.noise(90, seed=4):
        assert transcribe(server, file=wav(sound.pcm)).json["text"] == "", sound.name


def test_a_manual_commit_of_noise_does_not_ask_the_engine(launch, backend):
    server = launch(backend, GUARD="drop")
    with open_client(server) as client:
        client.manual()
        client.utterance(constant(2_000, 400))
        event = client.transcript()
    assert (event["transcript"], event["discard_reason"]) == ("", "no_speech")
    assert backend.requests == []


@pytest.mark.parametrize("mode, text", [("drop", ""), ("mark", "♪♪♪"), ("off", "♪♪♪")])
def test_the_guard_drops_marks_or_lets_be(launch, backend, mode, text):
    backend.respond = lambda request: Reply("♪♪♪")
    server = launch(backend, GUARD=mode)
    with open_client(server) as client:
        client.manual()
        client.utterance(between(500, 3_000))
        event = client.transcript()
    assert event["transcript"] == text
    assert event.get("discard_reason") == (None if mode == "off" else "symbols_only")
    metrics = server.settled_metrics()
    assert metrics.total("steno_transcripts_rejected_total", reason="symbols_only") == (mode != "off")
    discarded = metrics.total("steno_audio_samples_total", outcome="discarded", reason="rejected")
    assert (discarded > 0) == (mode == "drop")


def test_words_that_are_often_invented_survive_when_they_are_said(launch, backend):
    server = launch(backend, GUARD="drop")
    phrases = ["thank you", "bye", "you", "so", "oh"]
    for phrase in phrases:
        backend.respond = lambda request: Reply(phrase)
        for voice in inventions.VOICES:
            said = inventions.Sound(phrase, inventions.answer(phrase, voice).round())
            texts = [event["transcript"] for event in heard(server, said.pcm)]
            assert "".join(texts) == phrase, (phrase, voice)
