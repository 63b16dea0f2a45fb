"""Where the metrics say that the time of an utterance goes."""

import asyncio
import json

from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from backend import Gate, Reply
from client import DONE, open_client
from conversation import converse
from recording import PCM, SENTENCES, constant
from server import Server
from test_key_limits import as_key, post
from test_metrics import bearer
from waiting import LIMIT, until

STAGE = "steno_stage_duration_seconds"
STAGES = {"receive", "detect", "queue", "backend", "order", "send", "first_token", "first_sample"}
SPEECH = constant(200, 1_000)


def count(server: Server, stage: str) -> int:
    return int(server.metrics().total(f"{STAGE}_count", stage=stage))


def seconds(server: Server, stage: str) -> float:
    return server.metrics().total(f"{STAGE}_sum", stage=stage)


def test_every_stage_is_there_before_anything_has_come(launch, backend):
    metrics = launch(backend).metrics()
    have = {dict(labels)["stage"] for name, labels in metrics.samples if name == f"{STAGE}_count"}
    assert have == STAGES
    assert metrics.total(f"{STAGE}_count") == 0


def test_every_utterance_passes_detection_queue_backend_order_and_sending(launch, backend):
    backend.respond = lambda request: Reply("heard", delay=0.2)
    server = launch(backend, VAD_SILENCE_DURATION_MS=500)
    with open_client(server) as client:
        client.stream(PCM)
        client.socket.send(bytes(32_000))
        told = client.events(len(SENTENCES))
    assert [event["type"] for event in told] == [DONE] * len(SENTENCES)
    server.wait_sessions(0)
    for stage in ("detect", "queue", "backend", "order", "send"):
        assert count(server, stage) == len(SENTENCES), stage
    assert count(server, "receive") == 0
    # The hangover counts from the last voiced frame, and a frame more may pass until the detector has seen it.
    assert 0.5 <= seconds(server, "detect") / len(SENTENCES) < 0.7
    assert 0.2 <= seconds(server, "backend") / len(SENTENCES)
    whole = server.metrics().total("steno_engine_request_duration_seconds_sum")
    assert abs(seconds(server, "queue") + seconds(server, "backend") - whole) < 1e-6


def test_a_transcript_that_waits_for_the_one_before_it_counts_as_order(launch, backend):
    gate = Gate()
    backend.respond = lambda request: Reply("x", gate=gate if request.mark == 1 else None)
    server = launch(backend)
    with open_client(server) as client:
        client.manual()
        for mark in (1, 2):
            client.utterance(constant(mark, 500))
        until(lambda: server.metrics().total("steno_utterances_total", outcome="transcribed") == 1, "the second is heard")
        assert count(server, "order") == 0
        until(lambda: server.metrics().total(f"{STAGE}_count", stage="backend") == 1, "one request is over")
        gate.open()
        client.events(2)
    server.wait_sessions(0)
    assert count(server, "order") == 2
    assert seconds(server, "order") > 0
    # A commit is no detection.
    assert count(server, "detect") == 0


def test_a_session_that_takes_nothing_for_a_while_counts_as_receive(launch, backend):
    gate = Gate()
    backend.respond = lambda request: Reply("x", gate=gate)
    server = launch(backend, MAX_PENDING_AUDIO_MS=1_000)
    with open_client(server) as client:
        client.manual()
        client.utterance(constant(1, 1_500))
        until(lambda: backend.requests, "the engine is asked")
        client.utterance(constant(2, 500))
        gate.open()
        client.events(2)
    server.wait_sessions(0)
    assert count(server, "receive") == 1
    assert seconds(server, "receive") > 0


def test_a_request_that_waits_for_a_place_counts_as_queue(launch, backend):
    gate = Gate()
    backend.respond = lambda request: Reply("x", gate=gate)
    server = launch(backend, TRANSCRIBER_CONCURRENCY=1)
    with open_client(server) as client:
        client.manual()
        for mark in (1, 2):
            client.utterance(constant(mark, 500))
        until(lambda: server.metrics().total("steno_backend_queue_length") == 1, "the second waits")
        gate.open()
        client.events(2)
    server.wait_sessions(0)
    assert count(server, "queue") == 2
    buckets = server.metrics()
    quick = buckets.total(f"{STAGE}_bucket", stage="queue", le="0.005")
    assert quick == 1, "one found a place at once, and one did not"


def test_an_answer_has_its_first_token_and_its_first_sample(launch, backend):
    server = launch(backend, LLM="echo")

    async def talk():
        async with converse(server.url) as conversation:
            await conversation.until("session.created")
            await conversation.say("One two three.")
            return await conversation.until("response.done")

    assert asyncio.run(talk())["response"]["status"] == "completed"
    assert count(server, "first_token") == 1
    # It is spoken piece by piece.
    assert count(server, "first_sample") >= 1


def test_what_the_limits_of_a_key_refuse_is_counted_by_key_and_limit(launch, backend):
    server = launch(
        backend,
        API_KEYS="alice:alice-key-1,bob:bob-key-1",
        MAX_SESSIONS_PER_KEY=1,
        MAX_AUDIO_RATE_PER_KEY=2,
        MAX_REQUEST_BYTES_PER_KEY=80_000,
    )

    def refused(key: str, limit: str) -> float:
        return server.metrics().total("steno_key_refusals_total", key=key, limit=limit)

    with open_client(server, **as_key("alice")) as client:
        try:
            connect(server.url + "/ws", proxy=None, open_timeout=LIMIT, **as_key("alice")).close()
            raise AssertionError("a second session was let in")
        except InvalidStatus:
            pass
        assert refused("alice", "sessions") == 1
        client.socket.send(bytes(90_000))
        until(lambda: refused("alice", "request_size") == 1, "the message is refused")
    assert post(server, 3, bearer("bob-key-1")).status == 413
    assert refused("bob", "request_size") == 1
    for _ in range(2):
        last = post(server, 2, bearer("bob-key-1"))
    assert (last.status, json.loads(last.body)["error"]["code"]) == (429, "rate_limit_exceeded")
    assert refused("bob", "audio") == 1
    assert refused("alice", "audio") == 0
    server.wait_sessions(0)


def test_every_queue_of_the_process_is_a_gauge(launch, backend):
    metrics = launch(backend, LLM="echo", TTS="flite").metrics()
    expected = {
        "steno_backend_queue_length",
        "steno_engine_waiting",
        "steno_encoders_waiting",
        "steno_files_waiting",
        "steno_log_bytes_waiting",
        "steno_memories_waiting",
        "steno_sessions_waiting",
        "steno_synthesis_waiting",
    }
    assert expected <= {name for name, kind in metrics.types.items() if kind == "gauge"}
    assert metrics.total("steno_sessions_limit") == 1_000
