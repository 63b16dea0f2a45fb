"""Text while it is said, and transcripts that begin at a pause, from the default engine at the pace of real speech."""

import asyncio
import json
from base64 import b64encode

import pytest
from websockets.asyncio.client import connect

from recording import PCM, ROOT, SENTENCES, between, pieces
from waiting import LIMIT

LIBRARY = ROOT / "engines/sherpa-onnx/lib/libsherpa-onnx-c-api.so"
DELTA = "conversation.item.input_audio_transcription.delta"
COMPLETED = "conversation.item.input_audio_transcription.completed"

pytestmark = pytest.mark.skipif(not LIBRARY.exists(), reason="setup could not fetch sherpa-onnx from PyPI")

# The first two sentences of the recording, and a second of silence.
SPEECH = between(0, SENTENCES[1].end_ms) + bytes(32_000)


def hear(url: str, completed: str, *, speech: bytes = SPEECH, utterances: int = 2, settings: dict | None = None) -> list[dict]:
    """What the server tells while `speech` is streamed at its own pace, until as many utterances are complete."""

    async def talk() -> list[dict]:
        async with connect(url, proxy=None, max_size=None) as socket:

            async def send() -> None:
                if settings:
                    await socket.send(json.dumps({"type": "session.update", "session": settings}))
                for piece in pieces(speech, 3_200):
                    audio = b64encode(piece).decode()
                    await socket.send(json.dumps({"type": "input_audio_buffer.append", "audio": audio}))
                    await asyncio.sleep(0.1)

            sending = asyncio.create_task(send())
            events: list[dict] = []
            while sum(event["type"] == completed for event in events) < utterances:
                events.append(json.loads(await asyncio.wait_for(socket.recv(), LIMIT)))
            await sending
            return events

    return asyncio.run(talk())


def check(events: list[dict], delta: str, completed: str) -> dict[str, int]:
    """How many deltas each item has; their sum is its transcript, and none comes after that."""
    texts: dict[str, str] = {}
    counts: dict[str, int] = {}
    ended: set[str] = set()
    for event in events:
        if event["type"] == delta:
            assert event["item_id"] not in ended
            texts[event["item_id"]] = texts.get(event["item_id"], "") + event["delta"]
            counts[event["item_id"]] = counts.get(event["item_id"], 0) + 1
        elif event["type"] == completed:
            assert texts[event["item_id"]] == event["transcript"]
            ended.add(event["item_id"])
    return counts


def test_openai_clients_get_text_while_it_is_said(launch):
    server = launch(TRANSCRIBER="sherpa", SHERPA_THREADS=2)
    events = hear(server.url + "/v1/realtime", COMPLETED, settings={"audio": {"input": {"format": {"type": "audio/pcm", "rate": 16_000}}}})
    counts = check(events, DELTA, COMPLETED)
    assert len(counts) == 2
    assert max(counts.values()) >= 3
    # Long before the speech ends.
    types = [event["type"] for event in events]
    assert types.index(DELTA) < types.index("input_audio_buffer.speech_stopped")


def test_the_compact_protocol_tells_it_on_request_only(launch):
    server = launch(TRANSCRIBER="sherpa", SHERPA_THREADS=2)
    done, delta = "response.audio_transcript.done", "response.audio_transcript.delta"
    told = hear(server.url + "?interim=true&include_audio=false", done)
    assert len(check(told, delta, done)) == 2
    silent = hear(server.url, done)
    assert {event["type"] for event in silent} == {done}


@pytest.mark.parametrize("settings", [{"INTERIM": "off"}, {"SHERPA_THREADS": "1"}])
def test_without_interim_text_a_transcript_is_one_delta(launch, settings):
    server = launch(**{"TRANSCRIBER": "sherpa", "SHERPA_THREADS": "2"} | settings)
    events = hear(server.url + "/v1/realtime", COMPLETED, settings={"audio": {"input": {"format": {"type": "audio/pcm", "rate": 16_000}}}})
    assert set(check(events, DELTA, COMPLETED).values()) == {1}


def test_a_pause_is_used_to_begin_with_the_transcript(launch):
    server = launch(TRANSCRIBER="sherpa", SHERPA_THREADS=2, INTERIM="off")
    hear(server.url, "response.audio_transcript.done")
    metrics = server.settled_metrics()
    assert metrics.total("steno_speculations_total", outcome="used") >= 1
    assert metrics.total("steno_utterances_total", outcome="transcribed") == 2

    never = launch(TRANSCRIBER="sherpa", SHERPA_THREADS=2, INTERIM="off", SPECULATE_MS=0)
    hear(never.url, "response.audio_transcript.done")
    assert never.settled_metrics().total("steno_speculations_total") == 0


def test_a_backend_is_not_asked_ahead_unless_the_operator_says_so(launch, backend):
    server = launch(backend)
    hear(server.url + "/v1/realtime", COMPLETED, settings={"audio": {"input": {"format": {"type": "audio/pcm", "rate": 16_000}}}})
    assert len(backend.requests) == 2

    asking = launch(backend, INTERIM="http")
    before = len(backend.requests)
    events = hear(asking.url + "/v1/realtime", COMPLETED, settings={"audio": {"input": {"format": {"type": "audio/pcm", "rate": 16_000}}}})
    check(events, DELTA, COMPLETED)
    assert len(backend.requests) - before > 4
