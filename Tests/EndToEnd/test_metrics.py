"""Who may read the metrics, and whether they are as Prometheus wants them."""

import shutil
import subprocess

import pytest

from client import open_client
from recording import constant

SPEECH = constant(200, 1_000)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def transcribe(server, **options) -> None:
    with open_client(server, **options) as client:
        client.manual()
        client.utterance(SPEECH)
        client.transcript()


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not there; Debian has it in prometheus")
def test_promtool_has_nothing_to_say(launch, backend):
    server = launch(backend)
    transcribe(server)
    server.request("GET", "/nowhere")
    text = server.get("/metrics").body
    result = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    assert (result.returncode, result.stderr, result.stdout) == (0, "", "")


def test_a_request_counts_by_the_status_of_its_answer(launch, backend):
    server = launch(backend)
    before = server.metrics()
    server.request("POST", "/v1/audio/transcriptions")
    server.request("GET", "/nowhere")
    transcribe(server)
    after = server.settled_metrics()

    def new(**labels: str) -> float:
        name = "steno_requests_total"
        return after.total(name, **labels) - before.total(name, **labels)

    assert new(status="400") == 1
    assert new(status="404") == 1
    assert new(status="101", kind="websocket") == 1
    assert after.total("steno_engine_requests_total", backend="whisper-http", outcome="transcribed") == 1
    assert after.total("steno_engine_request_duration_seconds_count", backend="whisper-http") == 1
    assert after.total("steno_build_info") == 1
    assert 0 < after.total("process_start_time_seconds")


def test_the_metrics_key_opens_the_metrics_and_nothing_else(launch, backend):
    server = launch(backend, API_KEYS="alice:alice-key-1", METRICS_KEY="metrics-key-1")
    assert server.request("GET", "/metrics", bearer("metrics-key-1")).status == 200
    for headers in ({}, bearer("alice-key-1"), bearer("metrics-key-2")):
        assert server.request("GET", "/metrics", headers).status == 401
    assert server.request("GET", "/v1/models", bearer("metrics-key-1")).status == 401


def test_without_a_metrics_key_only_this_machine_reads_the_metrics(launch, backend):
    server = launch(backend, API_KEYS="alice:alice-key-1")
    assert server.request("GET", "/metrics").status == 200
    for name in ("X-Forwarded-For", "Forwarded", "Via"):
        assert server.request("GET", "/metrics", {name: "x"} | bearer("alice-key-1")).status == 403


def test_utterances_that_wait_for_the_engine_are_a_gauge(launch, backend):
    server = launch(backend)
    assert ("steno_engine_waiting", frozenset({("backend", "whisper-http")})) in server.metrics().samples
    assert ("steno_engine_requests_under_way", frozenset({("backend", "whisper-http")})) in server.metrics().samples
