"""Utterances that no engine can serve: kept on disk, transcribed later, told in order, and never lost."""

import json

import pytest

import server as process
from backend import Backend, Gate, Reply
from client import DONE, audio, open_client
from raw_client import RawClient
from recording import constant
from resuming import ResumingClient
from waiting import until

DELAYED = "response.audio_transcript.delayed"
SETTINGS = {"GUARD": "off", "FALLBACK": "none", "SPOOL_AFTER_MS": 0}


def launch_spool(launch, backend: Backend, tmp_path, **settings):
    return launch(backend, SPOOL_DIR=tmp_path / "spool", **SETTINGS | settings)


def kept(server, session: str) -> list[tuple[str, str]]:
    """Status and transcript of every kept utterance of a session."""
    answer = server.get(f"/v1/sessions/{session}/transcripts")
    assert answer.status == 200, answer.body
    return [(entry["status"], entry.get("transcript", "")) for entry in answer.json["data"]]


def speak(client, *marks: int) -> None:
    for mark in marks:
        client.append(constant(mark, 500))
        client.commit()


def until_waiting(server, count: int) -> None:
    until(lambda: server.metrics().total("steno_spool_waiting") == count, f"{count} utterances wait on disk")


def test_transcripts_come_late_but_in_order_when_every_backend_was_gone(launch, backend, tmp_path):
    server = launch_spool(launch, backend, tmp_path)
    with ResumingClient(server) as client:
        client.socket.manual()
        speak(client.socket, 1)
        assert client.until(DONE)["transcript"] == "mark 1"
        backend.refuse()
        speak(client.socket, 2, 3, 4)
        until_waiting(server, 3)
        assert {client.until(DELAYED)["start_ms"] for _ in range(3)} == {500, 1_000, 1_500}
        ready = server.get("/ready")
        assert (ready.status, ready.json["status"]) == (200, "degraded")
        assert "3 utterances wait on disk." in ready.json["reasons"]
        backend.listen()
        done = [client.until(DONE) for _ in range(3)]
        assert [event["transcript"] for event in done] == ["mark 2", "mark 3", "mark 4"]
        client.finish()
    metrics = server.settled_metrics()
    assert metrics.total("steno_utterances_total", outcome="transcribed") == 4
    assert metrics.total("steno_utterances_total", outcome="failed") == 0
    assert metrics.total("steno_spool_utterances_total", event="replayed") == 3
    assert metrics.total("steno_spool_bytes") == 0
    assert server.get("/ready").body == '{"status":"ready"}'


def test_a_delayed_transcript_has_its_audio_all_the_same(launch, backend, tmp_path):
    backend.refuse()
    server = launch_spool(launch, backend, tmp_path)
    with open_client(server) as client:
        client.manual()
        client.utterance(constant(7, 300))
        until_waiting(server, 1)
        backend.listen()
        assert client.event()["type"] == DELAYED
        event = client.transcript()
        assert event["transcript"] == "mark 7"
        assert audio(event) == constant(7, 300)


def test_a_session_that_wants_no_order_gets_what_is_there(launch, backend, tmp_path):
    gate = Gate()
    server = launch_spool(launch, backend, tmp_path)
    with RawClient(server, "/ws?ordered=false") as client:
        client.manual()
        backend.respond = lambda request: Reply(status=500) if request.mark == 1 else Reply(f"mark {request.mark}")
        speak(client, 1)
        until_waiting(server, 1)
        backend.respond = lambda request: Reply(f"mark {request.mark}", gate=gate if request.mark == 1 else None)
        speak(client, 2)
        gate.open()
        client.close_frame()
        events, code = client.until_closed()
        texts = {event["transcript"] for event in events if event["type"] == DONE}
        assert (texts, code) == ({"mark 1", "mark 2"}, 1000)


def test_who_lost_the_session_asks_for_its_transcripts(launch, backend, tmp_path):
    gate = Gate()
    backend.respond = lambda request: Reply(f"mark {request.mark}", gate=gate)
    server = launch_spool(launch, backend, tmp_path)
    client = RawClient(server)
    session = client.headers["steno-session-id"]
    client.manual()
    speak(client, 1, 2)
    until(lambda: len(backend.requests) == 2, "two requests")
    assert kept(server, session) == [("waiting", ""), ("waiting", "")]
    client.reset()
    server.wait_sessions(0)
    gate.open()
    expected = [("transcribed", "mark 1"), ("transcribed", "mark 2")]
    until(lambda: kept(server, session) == expected, "both transcripts")
    page = server.get(f"/v1/sessions/{session}/transcripts?limit=1").json
    assert (len(page["data"]), page["has_more"], page["waiting"]) == (1, True, 0)
    rest = server.get(f"/v1/sessions/{session}/transcripts?after={page['data'][0]['item_id']}").json
    assert [entry["transcript"] for entry in rest["data"]] == ["mark 2"]
    assert rest["has_more"] is False
    missing = server.get("/v1/sessions/sess_0/transcripts")
    assert (missing.status, missing.json["error"]["code"]) == (404, "session_not_found")


def test_a_session_is_shown_to_its_own_key_only(launch, backend, tmp_path):
    server = launch_spool(launch, backend, tmp_path, API_KEYS="ann:one-one-one,ben:two-two-two")
    with open_client(server, additional_headers={"Authorization": "Bearer one-one-one"}) as client:
        session = client.socket.response.headers["steno-session-id"]
        client.manual()
        client.utterance(constant(1, 300))
        client.transcript()
        path = f"/v1/sessions/{session}/transcripts"
        until(lambda: server.get(path).status == 200, "the utterance is kept")
        assert server.request("GET", path, {"Authorization": "Bearer two-two-two"}).status == 404
        assert server.request("GET", path).status == 401


def test_a_kill_loses_nothing_that_an_engine_had(launch, backend, tmp_path):
    gate = Gate()
    backend.respond = lambda request: Reply(f"mark {request.mark}", gate=gate if request.mark > 1 else None)
    server = launch_spool(launch, backend, tmp_path)
    client = RawClient(server)
    session = client.headers["steno-session-id"]
    client.manual()
    speak(client, 1, 2, 3)
    told = []
    while not told:
        opcode, payload = client.read_frame()
        told = [payload] if b'"mark 1"' in payload else []
    until(lambda: len(backend.requests) == 3, "three requests")
    until(lambda: kept(server, session)[0] == ("transcribed", "mark 1"), "the first is written down as told")
    server.kill()
    gate.open()
    second = launch_spool(launch, backend, tmp_path)
    expected = [("transcribed", f"mark {mark}") for mark in (1, 2, 3)]
    until(lambda: kept(second, session) == expected, "all three")
    entries = second.get(f"/v1/sessions/{session}/transcripts").json["data"]
    assert [(entry["start_ms"], entry["end_ms"]) for entry in entries] == [(0, 500), (500, 1_000), (1_000, 1_500)]
    assert len({entry["item_id"] for entry in entries}) == 3
    # What is written down as told is not transcribed again.
    assert [request.mark for request in backend.requests].count(1) == 1


def test_what_finds_no_room_fails_with_a_name_and_the_rest_goes_on(launch, backend, tmp_path):
    server = launch_spool(launch, backend, tmp_path, SPOOL_MAX_BYTES=1 << 20, TRANSCRIBER_DEADLINE_MS=1_500)
    backend.refuse()
    with open_client(server) as client:
        client.manual()
        # 0.64 MB, and 0.48 MB that is too much.
        client.utterance(constant(1, 20_000))
        client.utterance(constant(2, 15_000))
        until(lambda: server.metrics().total("steno_spool_utterances_total", event="full") == 1, "the spool is full")
        until(lambda: server.metrics().total("steno_utterances_total", outcome="failed") == 1, "the second fails")
        backend.listen()
        assert client.event()["type"] == DELAYED
        assert client.transcript()["transcript"] == "mark 1"
        assert client.error()["code"] == "spool_full"
        client.utterance(constant(3, 300))
        assert client.transcript()["transcript"] == "mark 3"


def test_two_servers_do_not_share_a_spool(launch, backend, tmp_path):
    launch_spool(launch, backend, tmp_path)
    ended = process.run("serve", cwd=tmp_path, PORT=0, OPENAI_BASE_URL=backend.url, SPOOL_DIR=tmp_path / "spool")
    assert ended.returncode == 1
    assert "SPOOL_DIR" in ended.stderr and "Another server uses" in ended.stderr


def test_without_a_spool_nothing_is_kept_and_the_answer_says_so(launch, backend):
    server = launch(backend)
    with RawClient(server) as client:
        assert "steno-session-id" not in client.headers
        client.close_frame()
        client.until_closed()
    answer = server.get("/v1/sessions/sess_0/transcripts")
    assert (answer.status, answer.json["error"]["code"]) == (404, "spool_off")
    assert "SPOOL_DIR" in answer.json["error"]["message"]


@pytest.mark.parametrize("path", ["/v1/realtime?intent=transcription", "/v2/realtime/ws?sample_rate=16000"])
def test_other_protocols_name_the_session_as_they_do(launch, backend, tmp_path, path):
    server = launch_spool(launch, backend, tmp_path)
    with RawClient(server, path) as client:
        first = json.loads(client._read_frame()[1])
        told = first.get("session_id") or first["session"]["id"]
        assert client.headers["steno-session-id"] == told
