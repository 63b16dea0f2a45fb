"""The default engine on real speech: what a user gets with no configuration."""

import pytest

from client import Client, audio, open_client
from recording import DURATION_MS, PCM, SENTENCES, between, pieces, word_errors


def stream_json(client: Client) -> None:
    client.stream(PCM, size=3_200, sample_rate=16_000)


def stream_binary(client: Client) -> None:
    for piece in pieces(PCM, 3_200):
        client.socket.send(piece)


@pytest.mark.parametrize("stream", [stream_json, stream_binary])
def test_hears_the_four_sentences(launch, stream):
    with open_client(launch()) as client:
        stream(client)
        client.commit()
        events = [client.transcript() for _ in SENTENCES]

    heard = [event["transcript"] for event in events]
    errors = sum(word_errors(sentence.text, text) for sentence, text in zip(SENTENCES, heard, strict=True))
    assert errors <= 0.05 * sum(len(sentence.text.split()) for sentence in SENTENCES), heard
    for sentence, event in zip(SENTENCES, events, strict=True):
        assert abs(event["start_ms"] - sentence.start_ms) <= 300, event["start_ms"]
        assert abs(event["end_ms"] - sentence.end_ms) <= 300, event["end_ms"]
        assert event["sample_rate"] == 16_000
        assert audio(event) == between(event["start_ms"], event["end_ms"])
    assert len({event["item_id"] for event in events}) == len(events)
    assert len({event["event_id"] for event in events}) == len(events)


@pytest.mark.parametrize("maximum", [2_500, 3_000])
def test_cuts_in_mid_sentence_cost_no_words(launch, maximum):
    server = launch(VAD_MAX_UTTERANCE_MS=maximum, VAD_SOFT_MAX_MS=maximum * 3 // 4)
    with open_client(server) as client:
        stream_json(client)
        client.commit()
        events = [client.transcript()]
        while events[-1]["end_ms"] < DURATION_MS:
            events.append(client.transcript())
    assert len(events) > len(SENTENCES) + 3
    for one, other in zip(events, events[1:]):
        assert one["end_ms"] <= other["start_ms"]
    spoken = " ".join(sentence.text for sentence in SENTENCES)
    heard = " ".join(event["transcript"] for event in events)
    assert word_errors(spoken, heard) <= 0.05 * len(spoken.split()), heard


def test_answers_a_commit_in_silence_with_an_empty_transcript(launch):
    with open_client(launch()) as client:
        client.append(bytes(32_000))
        client.commit()
        assert client.transcript()["transcript"] == ""


def test_hears_nothing_in_silence(launch):
    server = launch()
    with open_client(server) as client:
        client.stream(bytes(16_000 * 2 * 10))
    metrics = server.settled_metrics()
    assert metrics.total("steno_utterances_total") == 0
    assert metrics.total("steno_audio_samples_total", outcome="discarded", reason="silence") == 160_000
