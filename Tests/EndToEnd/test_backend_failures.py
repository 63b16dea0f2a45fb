"""A failed utterance is one error that names it; the others are transcribed, and order is kept."""

import json
import os
import signal
import socket
import time

import pytest

from backend import Ending, Gate, Reply, Request
from client import open_client
from recording import constant
from waiting import until

SECRET = "sk-do-not-tell"


def status(code: int, body: object, content_type: str = "application/json") -> Reply:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status=code, body=data, content_type=content_type)


FAILURES = {
    "OpenAI's error": (
        status(401, {"error": {"message": SECRET, "type": "invalid_request_error", "code": "invalid_api_key"}}),
        "backend_error",
        "401 (invalid_api_key)",
    ),
    "error as a string": (status(400, {"error": SECRET}), "backend_error", "400"),
    "FastAPI's detail": (status(404, {"detail": SECRET}), "backend_error", "404"),
    "FastAPI's list": (
        status(422, {"detail": [{"loc": ["body"], "msg": SECRET, "type": "missing"}]}),
        "backend_error",
        "422",
    ),
    "busy": (status(429, {"message": SECRET, "type": "rate_limit"}), "backend_error", "429"),
    "plain text": (status(500, SECRET.encode(), "text/plain"), "backend_error", "500"),
    "page": (status(502, f"<html>{SECRET}</html>".encode(), "text/html"), "backend_error", "502"),
    "no body": (status(503, b""), "backend_error", "503"),
    "binary": (status(500, bytes(range(256)), "application/octet-stream"), "backend_error", "500"),
    "redirect": (status(302, b"", "text/html"), "backend_error", "302"),
    "no answer": (Reply(ending=Ending.HANG), "backend_timeout", "0.5 s"),
    "slow answer": (Reply(SECRET, delay=5), "backend_timeout", "0.5 s"),
    "closed instead": (Reply(ending=Ending.CLOSE), "backend_disconnected", ""),
    "cut in the body": (Reply(SECRET, ending=Ending.CUT), "backend_disconnected", ""),
    "not HTTP": (Reply(body=b"\x00\xffgarbage\r\n\r\n" * 9, ending=Ending.RAW), "backend_invalid_response", ""),
    "not JSON": (status(200, b'{"text": "' + SECRET.encode()), "backend_invalid_response", ""),
    "other JSON": (status(200, {"transcription": SECRET}), "backend_invalid_response", ""),
    "a list": (status(200, [SECRET]), "backend_invalid_response", ""),
    "error with status 200": (status(200, {"text": "", "error": {"message": SECRET}}), "backend_invalid_response", ""),
    "page with status 200": (
        status(200, f"<!DOCTYPE html>{SECRET}".encode(), "text/html"),
        "backend_invalid_response",
        "",
    ),
    "nothing with status 200": (status(200, b""), "backend_invalid_response", ""),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_one_error_in_its_place(launch, backend, name):
    failure, code, words = FAILURES[name]
    backend.respond = lambda request: failure if request.mark == 2 else Reply(f"number {request.mark}")
    with open_client(launch(backend, TRANSCRIBER_TIMEOUT_MS=500)) as client:
        client.manual()
        for mark in (1, 2, 3):
            client.utterance(constant(mark, 200))
        first, second, third = client.events(3)

    assert (first["transcript"], third["transcript"]) == ("number 1", "number 3")
    assert (second["type"], second["code"], second["error"]["type"]) == ("error", code, "server_error")
    assert words in second["message"]
    assert SECRET not in json.dumps(second)
    assert (second["start_ms"], second["end_ms"]) == (200, 400)
    assert len({event["item_id"] for event in (first, second, third)}) == 3


def test_a_backend_that_refuses_fails_the_utterance_and_is_asked_again_for_the_next(launch, backend):
    with open_client(launch(backend)) as client:
        client.manual()
        client.utterance(constant(1, 200))
        client.transcript()
        backend.refuse()
        client.utterance(constant(2, 200))
        error = client.error()
        assert (error["code"], error["start_ms"]) == ("backend_unreachable", 200)
        backend.listen()
        client.utterance(constant(3, 200))
        assert client.transcript()["transcript"] == "mark 3"


def test_a_backend_that_never_was_there_fails_every_utterance_but_not_the_session(launch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: nobody else gets the port, and it refuses
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        # They wait for it to come back while that may be in time.
        with open_client(launch(GUARD="off", OPENAI_BASE_URL=url, TRANSCRIBER_DEADLINE_MS=3_000)) as client:
            client.manual()
            for mark in (1, 2, 3):
                client.utterance(constant(mark, 200))
            codes = {client.error()["code"] for _ in range(3)}
            assert codes <= {"backend_unreachable", "backend_unavailable", "backend_deadline"}


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (Reply("  one two \n"), "one two"),
        (Reply(body=b"one two\n", content_type="text/plain"), "one two"),
        (Reply(body=b'"one two"'), "one two"),
        (Reply(body=b'{"text": null}'), ""),
        (Reply(body=b'{"text": "one", "segments": [{"avg_logprob": NaN}], "words": null}'), "one"),
        (Reply('Ä\u2028😀 "quoted" \\ </script>'), 'Ä\u2028😀 "quoted" \\ </script>'),
        (Reply(""), ""),
    ],
)
def test_reads_what_servers_really_answer(launch, backend, reply, text):
    backend.respond = lambda request: reply
    with open_client(launch(backend)) as client:
        client.manual()
        client.utterance(constant(1, 200))
        assert client.transcript()["transcript"] == text


def test_the_log_holds_neither_key_nor_prompt_nor_transcript(launch, backend):
    def respond(request: Request) -> Reply:
        return Reply("whispered-words") if request.mark == 1 else status(401, {"error": {"message": f"bad {SECRET}"}})

    backend.respond = respond
    server = launch(backend, OPENAI_API_KEY=SECRET, TRANSCRIBER_PROMPT="prompted-words", LOG_LEVEL="trace")
    with open_client(server) as client:
        client.manual()
        client.utterance(constant(1, 200))
        client.utterance(constant(2, 200))
        client.transcript()
        client.error()
    server.stop()
    log = "\n".join(server.log)
    assert "backend_error" in log
    assert not any(secret in log for secret in (SECRET, "whispered-words", "prompted-words"))
    assert backend.requests[0].headers["authorization"] == f"Bearer {SECRET}"


def test_no_more_requests_are_open_than_the_setting_allows(launch, backend):
    gate = Gate()
    backend.respond = lambda request: Reply(f"number {request.mark}", gate=gate)
    server = launch(backend, TRANSCRIBER_CONCURRENCY=2)
    with open_client(server) as client:
        client.manual()
        for mark in range(8):
            client.utterance(constant(mark, 200))
        until(lambda: len(backend.requests) == 2, "two requests are open")
        gate.open()
        assert [client.transcript()["transcript"] for _ in range(8)] == [f"number {mark}" for mark in range(8)]
    assert backend.busiest == 2


def test_the_last_of_many_at_a_hung_backend_waits_no_longer_than_the_first(launch, backend):
    backend.respond = lambda request: Reply(ending=Ending.HANG)
    server = launch(
        backend, TRANSCRIBER_CONCURRENCY=1, TRANSCRIBER_TIMEOUT_MS=60_000, TRANSCRIBER_DEADLINE_MS=1_000
    )
    with open_client(server) as client:
        client.manual()
        start = time.monotonic()
        for mark in range(6):
            client.utterance(constant(mark, 200))
        assert [client.error()["code"] for _ in range(6)] == ["backend_deadline"] * 6
        assert time.monotonic() - start < 5


@pytest.mark.parametrize("setting", ["TRANSCRIBER_TIMEOUT_MS", "TRANSCRIBER_DEADLINE_MS"])
def test_an_answer_that_came_while_the_process_stood_still_is_in_time(launch, backend, setting):
    gate = Gate()
    backend.respond = lambda request: Reply("in time", gate=gate)
    server = launch(backend, **{setting: 1_500})
    with open_client(server) as client:
        client.manual()
        client.utterance(constant(1, 200))
        until(lambda: backend.requests, "the backend is asked")
        os.kill(server.pid, signal.SIGSTOP)
        try:
            gate.open()
            time.sleep(2.5)
        finally:
            os.kill(server.pid, signal.SIGCONT)
        assert client.transcript()["transcript"] == "in time"


def test_the_log_holds_no_password_of_the_base_url(launch, backend):
    server = launch(GUARD="off", OPENAI_BASE_URL=backend.url.replace("//", f"//user:{SECRET}@") + f"?key={SECRET}")
    server.stop()
    assert SECRET not in "\n".join(server.log)
