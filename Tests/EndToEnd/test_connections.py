"""Clients that break the rules of HTTP, send too slowly, or ask and never read."""

import json
import re
import socket
import threading

import pytest

import upload
from backend import Reply
from recording import spoken
from test_pressure import MEBIBYTE, Peak
from waiting import LIMIT, until

SECRETS = "/v1/realtime/client_secrets"
SHORT = upload.form(upload.wav(spoken(1)))


def head(path: str, *lines: str, method: str = "POST") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *lines, "", ""]).encode()


def form_head(*lines: str) -> bytes:
    return head(upload.PATH, f"Content-Type: multipart/form-data; boundary={upload.BOUNDARY}", *lines)


def open_socket(server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=LIMIT)


def read_all(connection: socket.socket) -> bytes:
    """Everything until the server ends the connection, which it must."""
    answer = b""
    while received := connection.recv(65_536):
        answer += received
    return answer


def exchange(server, *pieces: bytes) -> tuple[list[int], dict]:
    """The statuses of all answers, and the last one's error."""
    with open_socket(server) as connection:
        for piece in pieces:
            connection.sendall(piece)
        answer = read_all(connection)
    statuses = [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+) ", answer)]
    return statuses, json.loads(answer.rpartition(b"\r\n\r\n")[2])["error"]


@pytest.mark.parametrize("path", [upload.PATH, SECRETS, "/nowhere"])
def test_a_malformed_chunk_is_the_clients_mistake(launch, backend, path):
    server = launch(backend)
    start = form_head("Transfer-Encoding: chunked") if path == upload.PATH else head(path, "Transfer-Encoding: chunked")
    piece = SHORT[:100]
    for bad in (b"zz\r\n", b"-1\r\nx\r\n", b"5\r\nhello!!\r\n", b"FFFFFFFFFFFFFFFFFF\r\n"):
        first = b"%x\r\n%s\r\n" % (len(piece), piece)
        statuses, error = exchange(server, start + first + bad + head("/health", method="GET"))
        assert statuses == [404 if path == "/nowhere" else 400], bad
        assert error["type"] == "invalid_request_error"
    assert not any(" error " in line for line in server.log)


def test_what_is_no_http_has_an_error_like_all_others(launch, backend):
    statuses, error = exchange(launch(backend), head("/health", method="GET") + b"nonsense\r\n\r\n" + head("/health"))
    assert statuses == [200, 400]
    assert error == {
        "code": "malformed_request",
        "message": "The request is not HTTP/1.1.",
        "param": None,
        "type": "invalid_request_error",
    }


@pytest.mark.parametrize("path", [upload.PATH, "/openai/v1/audio/transcriptions", SECRETS, "/v1/realtime/sessions"])
def test_a_client_that_waits_to_be_asked_for_the_body_is_asked(launch, backend, path):
    server = launch(backend)
    body = SHORT if "audio" in path else b"{}"
    kind = f"multipart/form-data; boundary={upload.BOUNDARY}" if "audio" in path else "application/json"
    with open_socket(server) as connection:
        lines = (f"Content-Type: {kind}", f"Content-Length: {len(body)}", "Expect: 100-Continue", "Connection: close")
        connection.sendall(head(path, *lines))
        asked = b""
        while b"\r\n\r\n" not in asked:
            asked += connection.recv(1)
        assert asked.startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        assert read_all(connection).startswith(b"HTTP/1.1 200 ")


def test_a_client_that_sends_too_slowly_is_refused(launch, backend):
    server = launch(backend, REQUEST_TIMEOUT_MS=400)
    length = f"Content-Length: {len(SHORT)}"
    slow = {
        "head": b"GET /health HTTP/1.1\r\nHo",
        "form": form_head(length) + SHORT[:1_000],
        "chunks": form_head("Transfer-Encoding: chunked") + b"5\r\nhel",
        "secret": head(SECRETS, "Content-Length: 9") + b"{",
    }
    for name, start in slow.items():
        statuses, error = exchange(server, start)
        assert (statuses, error["code"]) == ([408], "request_timeout"), name
    # The place of each is free again.
    server.wait_sessions(0)
    assert backend.requests == []


def test_a_client_that_trickles_is_refused(launch, backend):
    server = launch(backend, REQUEST_TIMEOUT_MS=500, MAX_SESSIONS=1)
    with open_socket(server) as connection:
        connection.sendall(form_head("Content-Length: 100000") + SHORT[:200])
        done = threading.Event()

        def trickle() -> None:
            try:
                while not done.wait(0.05):
                    connection.sendall(b"x")
            except OSError:
                pass

        trickling = threading.Thread(target=trickle)
        trickling.start()
        try:
            assert connection.recv(65_536).startswith(b"HTTP/1.1 408 ")
        finally:
            done.set()
            trickling.join()
    assert until(lambda: upload.transcribe(server, file=upload.wav(spoken(1))).status == 200, "there is room again")


def test_time_in_which_the_server_works_is_not_the_clients(launch, backend):
    server = launch(backend, REQUEST_TIMEOUT_MS=100)
    waited = threading.Event()

    def respond(_: object) -> Reply:
        waited.wait(0.5)
        return Reply("late")

    backend.respond = respond
    assert upload.transcribe(server, file=upload.wav(spoken(1))).json["text"] == "late"


@pytest.mark.parametrize("path", ["/docs", "/openapi.json"])
def test_clients_that_ask_without_reading_hold_little_and_are_closed(launch, backend, path):
    server = launch(backend, SLOW_READER_TIMEOUT_MS=3_000, API_KEYS="the-key-of-the-test")
    requests = head(path, method="GET") * (2 * MEBIBYTE // len(head(path, method="GET")))
    clients = []
    with Peak(server) as peak:
        for _ in range(40):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            client.connect(("127.0.0.1", server.port))
            client.setblocking(False)
            clients.append((client, client.send(requests)))
        assert sum(sent for _, sent in clients) > 16 * MEBIBYTE, "the flood was no flood"
        for client, _ in clients:
            until(lambda: is_closed(client), "the server has closed the connection")
            client.close()
    assert peak.growth < 32 * MEBIBYTE


def is_closed(client: socket.socket) -> bool:
    """Whether the server has ended the connection; reads nothing."""
    try:
        client.send(b"")
        return client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0 or client.send(b"G") == 0
    except BlockingIOError:
        return False
    except OSError:
        return True
