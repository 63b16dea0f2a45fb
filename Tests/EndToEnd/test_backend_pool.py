"""Several backends behind one server: what one of them does is no client's business."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

import upload
from backend import Backend, Ending, Gate, Reply
from client import open_client
from recording import constant
from waiting import until


@pytest.fixture
def backends() -> Iterator[Callable[[int], list[Backend]]]:
    with ExitStack() as stack:

        def start(count: int) -> list[Backend]:
            return [stack.enter_context(Backend()) for _ in range(count)]

        yield start


def launch_pool(launch, backends: list[Backend], **settings):
    return launch(OPENAI_BASE_URL=",".join(backend.url for backend in backends), GUARD="off", **settings)


def configured(launch, tmp_path, entries: list[dict], **settings):
    path = tmp_path / "steno.json"
    path.write_text(json.dumps({"backends": entries}))
    return launch(STENO_CONFIG=path, GUARD="off", **settings)


def states(server) -> list[str]:
    return [backend["state"] for backend in server.get("/admin/backends").json["backends"]]


def transcribe(client, marks) -> list[str]:
    for mark in marks:
        client.utterance(constant(mark, 200))
    return [client.transcript()["transcript"] for _ in marks]


FAULTS = {
    "500s": Reply(status=500),
    "429": Reply(status=429),
    "hanging": Reply(ending=Ending.HANG),
    "cutting": Reply("lost", ending=Ending.CUT),
    "closing": Reply(ending=Ending.CLOSE),
    "garbage": Reply(body=b"<html>", content_type="text/html"),
    "slow": Reply("late", delay=2),
}


@pytest.mark.parametrize("name", FAULTS)
def test_no_utterance_is_lost_to_a_backend_that_fails(launch, backends, name):
    pool = backends(3)
    fault = FAULTS[name]
    server = launch_pool(launch, pool)
    with open_client(server) as client:
        client.manual()
        assert transcribe(client, range(1, 13)) == [f"mark {mark}" for mark in range(1, 13)]
        pool[0].respond = lambda request: fault if name != "slow" else Reply(f"mark {request.mark}", delay=2)
        assert transcribe(client, range(1, 61)) == [f"mark {mark}" for mark in range(1, 61)]
    assert len(pool[0].requests) < 40


def test_a_backend_that_comes_back_is_used_again(launch, backends):
    pool = backends(2)
    server = launch_pool(launch, pool)
    with open_client(server) as client:
        client.manual()
        pool[0].refuse()
        transcribe(client, range(1, 11))
        assert states(server) == ["open", "closed"] or states(server) == ["half_open", "closed"]
        ready = server.get("/ready")
        assert (ready.status, ready.json["status"]) == (200, "degraded")
        assert ready.json["reasons"] == ["1 of 2 backends do not answer."]
        pool[0].listen()

        def is_back() -> bool:
            transcribe(client, [1])
            return states(server) == ["closed", "closed"]

        until(is_back, "the first backend is used again")
    assert server.get("/ready").json == {"status": "ready"}


def test_the_embedded_engine_takes_over_and_events_say_so(launch, backends):
    (backend,) = backends(1)
    server = launch_pool(launch, [backend], FALLBACK="embedded")
    until(lambda: server.get("/admin/backends").json["backends"][-1]["name"] == "embedded", "the fallback is listed")
    with open_client(server) as client:
        client.manual()
        client.utterance(constant(1, 200))
        assert "engine" not in client.transcript()
        backend.respond = lambda request: Reply(status=500)
        for _ in range(4):
            client.utterance(constant(1, 200))
            assert client.transcript()["engine"] == "moonshine-tiny-en"
    reasons = server.get("/ready").json["reasons"]
    assert reasons[-1] == "The embedded engine serves."
    models = [model["id"] for model in server.get("/v1/models").json["data"]]
    assert models == ["whisper-1", "moonshine-tiny-en"]


def test_without_a_backend_an_utterance_fails_long_before_its_deadline(launch, backends):
    (backend,) = backends(1)
    server = launch_pool(launch, [backend], TRANSCRIBER_DEADLINE_MS=3_000)
    with open_client(server) as client:
        client.manual()
        backend.refuse()
        for mark in range(4):
            client.utterance(constant(mark, 200))
        codes = [client.error()["code"] for _ in range(4)]
    assert set(codes) <= {"backend_unreachable", "backend_unavailable"}
    ready = server.get("/ready")
    assert ready.status == 503 or states(server) == ["half_open"]


def test_models_lead_to_backends_and_tiers_wait_for_theirs(launch, tmp_path, backends):
    big, small, spare = backends(3)
    entries = [
        {"url": big.url, "models": ["big"], "model": "large-v3", "key": "sk-big"},
        {"url": small.url, "keyEnv": "PATH"},
        {"url": spare.url, "tier": 1},
    ]
    server = configured(launch, tmp_path, entries)
    for mark, model in ((1, "big"), (2, "big"), (3, "other"), (4, "other")):
        answer = upload.transcribe(server, ("model", model), file=upload.wav(constant(mark, 200)))
        assert answer.json["text"] == f"mark {mark}"
    assert [request.fields["model"] for request in big.requests] == ["large-v3"] * 2
    assert big.requests[0].headers["authorization"] == "Bearer sk-big"
    assert [request.mark for request in small.requests] == [3, 4]
    assert spare.requests == []
    models = [model["id"] for model in server.get("/v1/models").json["data"]]
    assert models == ["big", "whisper-1"]


def test_a_long_file_leaves_short_utterances_their_turn(launch, backends):
    pool = backends(1)
    gate = Gate()
    pool[0].respond = lambda request: Reply(f"mark {request.mark}", gate=gate)
    server = launch_pool(launch, pool, TRANSCRIBER_CONCURRENCY=1)
    with open_client(server) as flood, open_client(server) as client:
        flood.manual()
        client.manual()
        for mark in range(10, 20):
            flood.utterance(constant(mark, 5_000))
        until(lambda: pool[0].requests, "the flood has begun")
        client.utterance(constant(1, 200))
        until(lambda: server.metrics().total("steno_backend_queue_length") == 10, "all wait")
        gate.open()
        assert client.transcript()["transcript"] == "mark 1"
    assert [request.mark for request in pool[0].requests].index(1) <= 1


def test_admin_and_metrics_tell_of_each_backend(launch, backends):
    pool = backends(2)
    server = launch_pool(launch, pool)
    pool[0].respond = lambda request: Reply(status=500)
    with open_client(server) as client:
        client.manual()
        transcribe(client, range(1, 11))
    answer = server.get("/admin/backends").json
    assert answer["waiting"] == 0
    first, second = answer["backends"]
    assert first["name"] == f"127.0.0.1:{pool[0].port}"
    assert first["failed"] == {"status_5xx": first["failed"]["status_5xx"]}
    assert (second["answered"], second["state"], second["in_flight"]) == (10, "closed", 0)
    assert second["latency_ms"] is not None
    metrics = server.metrics()
    assert metrics.total("steno_backend_requests_total", backend=second["name"], outcome="answered") == 10
    assert metrics.total("steno_backend_retries_total") >= 1
    assert metrics.total("steno_backend_state", state="closed") + metrics.total("steno_backend_state", state="open") \
        + metrics.total("steno_backend_state", state="half_open") == 2


def test_admin_is_opened_like_the_metrics(launch, backends):
    server = launch_pool(launch, backends(1), METRICS_KEY="metrics-key", API_KEYS="client-key")
    assert server.get("/admin/backends").status == 401
    assert server.request("GET", "/admin/backends", {"Authorization": "Bearer metrics-key"}).status == 200
