"""Clients that lose their connection and come back to the same session."""

import contextlib
import http.client
import json
import random
import socket
import struct
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend import Gate, Reply
from client import DONE, open_client
from raw_client import RawClient
from recording import PCM, SENTENCES, WAV, constant
from resuming import ResumingClient
from server import Server, binary
from waiting import LIMIT, until

EXPECTED = [sentence.text for sentence in SENTENCES]


def refusal(server, path: str, key: str | None = None) -> tuple[int, dict]:
    """What a handshake is refused with."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=LIMIT)
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    if key:
        headers["Authorization"] = f"Bearer {key}"
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())["error"]


@pytest.mark.parametrize("seed", range(3))
def test_a_connection_that_is_cut_again_and_again_loses_nothing(launch, seed):
    rng = random.Random(seed)
    server = launch()
    cuts = sorted(rng.sample(range(1, len(PCM)), 6))
    with ResumingClient(server) as client:
        for cut in cuts:
            client.send(PCM[:cut], size=rng.choice([99, 3_200, 100_001]))
            if rng.random() < 0.5:
                client.socket.reset()
            else:
                client.socket.socket.close()
            client.resume()
            assert 0 <= client.accepted <= cut
        client.send(PCM)
        client.finish()
        assert client.close_code == 1000
        assert [text for _, _, text in client.transcripts()] == EXPECTED
        ids = [event["item_id"] for event in client.events if event["type"] == DONE]
        assert len(set(ids)) == len(ids)
    server.wait_sessions(0)
    metrics = server.settled_metrics()
    # A connection that is cut again at once may be lost before the session has taken it up.
    assert 1 <= metrics.total("steno_sessions_resumed_total") <= len(cuts)
    assert metrics.total("steno_audio_received_samples_total") == len(PCM) // 2


def test_events_that_were_told_while_nobody_was_there_are_told_again(launch, backend):
    gate = Gate()
    backend.respond = lambda request: Reply(str(request.mark), gate=gate)
    server = launch(backend)
    with ResumingClient(server) as client:
        assert client.until("session.created")["resume"] == {"token": client.token, "window_s": 120}
        client.socket.manual()
        for mark in (1, 2):
            client.socket.append(constant(mark, 500))
            client.socket.commit()
        until(lambda: len(backend.requests) == 2, "two requests")
        client.socket.reset()
        until(lambda: server.metrics().total("steno_sessions_waiting") == 1, "the session waits")
        gate.open()
        until(lambda: server.metrics().total("steno_utterances_total", outcome="transcribed") == 2, "two transcripts")
        headers = client.resume()
        resumed = client.event()
        assert resumed["type"] == "session.resumed"
        assert resumed["accepted_bytes"] == 2 * 16_000 == int(headers["steno-accepted-bytes"])
        # The answer to the update, and two transcripts.
        assert resumed["replayed_events"] == 3 == int(headers["steno-replayed-events"])
        assert resumed["lost_events"] == 0
        client.finish()
        assert [text for _, _, text in client.transcripts()] == ["1", "2"]
    assert len(backend.requests) == 2


def test_a_client_may_come_back_before_its_loss_is_known(launch, backend):
    backend.respond = lambda request: Reply(str(request.mark))
    server = launch(backend)
    with ResumingClient(server) as client:
        client.socket.manual()
        client.send(constant(7, 500))
        client.until("session.updated")
        first = client.socket
        client.resume()
        events, code = first.until_closed()
        assert code == 4001
        client.send(constant(7, 1_000))
        client.socket.commit()
        # Both halves are one utterance.
        assert client.until(DONE)["end_ms"] == 1_000
        client.finish()
    assert [len(request.pcm) for request in backend.requests] == [32_000]


def test_a_session_that_ended_while_nobody_was_there_tells_its_last_events(launch, backend):
    gate = Gate()
    backend.respond = lambda request: Reply(str(request.mark), gate=gate)
    server = launch(backend)
    with ResumingClient(server) as client:
        client.socket.manual()
        client.socket.append(constant(5, 500))
        client.socket.commit()
        client.socket.close_frame()
        until(lambda: len(backend.requests) == 1, "a request")
        client.socket.reset()
        until(lambda: server.metrics().total("steno_sessions_waiting") == 1, "the session waits")
        gate.open()
        until(lambda: server.metrics().total("steno_utterances_total", outcome="transcribed") == 1, "a transcript")
        client.resume()
        client.finish()
        assert client.close_code == 1000
        assert [text for _, _, text in client.transcripts()] == ["5"]


def test_a_session_waits_only_for_its_window(launch):
    server = launch(RESUME_WINDOW_S=1)
    client = ResumingClient(server)
    client.socket.reset()
    server.wait_sessions(0)
    assert server.settled_metrics().total("steno_sessions_expired_total") == 1
    status, error = refusal(server, f"/ws?resume={client.token}")
    assert (status, error["code"], error["param"]) == (410, "session_gone", "resume")


def test_a_session_that_was_closed_cannot_be_resumed(launch):
    server = launch()
    with ResumingClient(server) as client:
        client.finish()
        server.wait_sessions(0)
        assert refusal(server, f"/ws?resume={client.token}")[0] == 410


def test_a_token_is_good_for_its_key_and_protocol_only(launch):
    server = launch(API_KEYS="ann:one-one-one,ben:two-two-two")
    with open_client(server, "/ws?resumable=true", additional_headers={"Authorization": "Bearer one-one-one"}) as client:
        token = client.event()["resume"]["token"]
        assert refusal(server, f"/ws?resume={token}", key="two-two-two")[0] == 410
        assert refusal(server, f"/v1/realtime?resume={token}", key="one-one-one")[0] == 410
        assert refusal(server, "/ws?resume=resume_0", key="one-one-one")[0] == 410
        status, error = refusal(server, f"/ws?resume={token}&resume_events=many", key="one-one-one")
        assert (status, error["param"]) == (400, "resume_events")
        # None of these took the session away.
        client.append(constant(1, 20))


def test_a_session_is_not_resumable_unless_asked_or_where_the_server_does_not_wait(launch):
    with RawClient(launch()) as client:
        assert "steno-resume-token" not in client.headers
    server = launch(RESUME_WINDOW_S=0)
    with RawClient(server, "/ws?resumable=true") as client:
        assert "steno-resume-token" not in client.headers
        client.reset()
    server.wait_sessions(0)


def test_a_session_without_client_gives_its_place_to_a_new_one(launch):
    server = launch(MAX_SESSIONS=1)
    client = ResumingClient(server)
    client.socket.reset()
    until(lambda: server.metrics().total("steno_sessions_waiting") == 1, "the session waits")
    with RawClient(server):
        assert refusal(server, f"/ws?resume={client.token}")[0] == 410


def test_a_stop_of_the_server_does_not_wait_for_clients_that_are_gone(launch):
    server = launch()
    client = ResumingClient(server)
    client.socket.reset()
    until(lambda: server.metrics().total("steno_sessions_waiting") == 1, "the session waits")
    server.terminate()
    assert server.exit_code(limit=5) == 0


def test_a_stop_leaves_what_is_being_said_to_the_next_server(launch, backend):
    backend.respond = lambda request: Reply("heard")
    server = launch(backend)
    first, second = SENTENCES[:2]
    middle = (second.start_ms + second.end_ms) // 2
    with ResumingClient(server) as client:
        client.send(PCM[: middle * 32])
        client.until(DONE)
        server.terminate()
        events, code = client.socket.until_closed()
        assert code == 1001
        assert [event for event in events if event["type"] == DONE] == [], "half of what is being said is no utterance"
    [(_, end, _)] = client.transcripts()
    assert first.end_ms <= end <= second.start_ms
    # Who cannot come back gets what there is.
    other = launch(backend)
    with RawClient(other) as client:
        client.append(PCM[: middle * 32])
        until(lambda: other.metrics().total("steno_utterances_total") == 1, "the first is transcribed")
        other.terminate()
        events, code = client.until_closed()
        assert code == 1001
        assert len([event for event in events if event["type"] == DONE]) == 2


def test_the_limit_of_a_key_holds_for_every_connection_of_a_session(launch):
    server = launch(MAX_REQUEST_BYTES_PER_KEY=10_000)
    with ResumingClient(server) as client:
        client.socket.reset()
        client.resume()
        client.socket.append(bytes(20_000))
        _, code = client.socket.until_closed()
        assert code == 1009


def test_openai_sessions_resume_by_header_and_query(launch):
    server = launch()
    path = "/v1/realtime?intent=transcription&resumable=true"
    client = ResumingClient(server, path)
    created = client.event()
    assert created["type"] == "session.created"
    assert created["resume"]["token"] == client.token
    client.socket.reset()
    client.resume()
    client.socket.send("input_audio_buffer.clear")
    # Nothing that its clients do not know.
    assert client.event()["type"] == "input_audio_buffer.cleared"
    client.finish()


class CuttingProxy:
    """Passes bytes between a client and a server, and resets each connection after so many bytes of the client's."""

    def __init__(self, server_port: int, budgets: list[int]) -> None:
        self.target = server_port
        self._budgets = iter(budgets)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._pass, args=(client, next(self._budgets, None)), daemon=True).start()

    def _pass(self, client: socket.socket, budget: int | None) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            client.close()
            return
        back = threading.Thread(target=self._copy, args=(server, client), daemon=True)
        back.start()
        self._copy(client, server, budget)

    @staticmethod
    def _copy(source: socket.socket, sink: socket.socket, budget: int | None = None) -> None:
        """Copies to the end of the source; resets both at the end of the budget, or when one of them was reset."""
        with contextlib.suppress(OSError):
            while budget is None or budget > 0:
                data = source.recv(4_096 if budget is None else min(budget, 4_096))
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(data)
                if budget is not None:
                    budget -= len(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.shutdown(socket.SHUT_RDWR)
                end.close()


def transcribe(port: int, *arguments: str) -> list[str]:
    """The texts that `steno transcribe` prints of the recording."""
    ended = subprocess.run(
        [str(binary()), "transcribe", str(WAV), "--text", "--url", f"ws://127.0.0.1:{port}/ws", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.splitlines()


def test_the_client_goes_on_over_a_connection_that_is_cut(launch):
    server = launch()
    proxy = CuttingProxy(server.port, budgets=[50_000, 3_000, 120_000, 200_000])
    try:
        assert transcribe(proxy.port) == EXPECTED
    finally:
        proxy.close()
    assert proxy.connections == 5
    assert server.settled_metrics().total("steno_audio_received_samples_total") == len(PCM) // 2


def test_the_client_gets_what_a_killed_server_had_kept(launch, tmp_path):
    """With a spool, the next server has what the first one had been sent, and the client sends only the rest."""
    first = launch(SPOOL_DIR=tmp_path / "spool")
    proxy = CuttingProxy(first.port, budgets=[])
    try:
        with ThreadPoolExecutor(1) as pool:
            heard = pool.submit(transcribe, proxy.port, "--realtime")
            utterances = "steno_utterances_total"
            until(lambda: first.metrics().total(utterances, outcome="transcribed") >= 2, "two transcripts")
            first.kill()
            second = launch(SPOOL_DIR=tmp_path / "spool")
            proxy.target = second.port
            assert heard.result(LIMIT) == EXPECTED
    finally:
        proxy.close()
    received = second.settled_metrics().total("steno_audio_received_samples_total")
    assert received < len(PCM) // 2


@pytest.mark.parametrize("end", [Server.kill, Server.terminate])
def test_the_client_survives_a_server_that_is_killed_or_stops(launch, end):
    first, second = launch(), launch()
    proxy = CuttingProxy(first.port, budgets=[])
    try:
        with ThreadPoolExecutor(1) as pool:
            heard = pool.submit(transcribe, proxy.port, "--realtime")
            utterances = "steno_utterances_total"
            until(lambda: first.metrics().total(utterances, outcome="transcribed") >= 1, "the first transcript")
            proxy.target = second.port
            end(first)
            assert heard.result(LIMIT) == EXPECTED
    finally:
        proxy.close()
