"""What the HTTP API answers when something is wrong, and when the server stops."""

import shutil
import threading

import pytest

import upload
from backend import Ending, Gate, Reply
from recording import PCM, WAV, constant, spoken
from upload import form, request, transcribe
from waiting import until

SHORT = upload.wav(spoken(1))

MISTAKES = {
    "no file": (form(None, ("model", "whisper-1")), 400, "file", None),
    "empty file": (form(b""), 400, "file", None),
    "two files": (form(SHORT)[: -len(f"--{upload.BOUNDARY}--\r\n")] + form(SHORT), 400, "file", None),
    "too short": (form(upload.wav(constant(1, 99))), 400, "file", "audio_too_short"),
    "not audio": (form(b"This is no audio at all. " * 9), 400, "file", "invalid_file_format"),
    "format": (form(SHORT, ("response_format", "yaml")), 400, "response_format", "invalid_value"),
    "diarized": (form(SHORT, ("response_format", "diarized_json")), 400, "response_format", "unsupported_value"),
    "language": (form(SHORT, ("language", "klingon")), 400, "language", "invalid_value"),
    "prompt": (form(SHORT, ("prompt", "p" * 4_097)), 400, "prompt", "invalid_value"),
    "stream": (form(SHORT, ("stream", "perhaps")), 400, "stream", "invalid_value"),
    "streamed srt": (form(SHORT, ("stream", "1"), ("response_format", "srt")), 400, "stream", "invalid_value"),
    "granularity": (
        form(SHORT, ("response_format", "verbose_json"), ("timestamp_granularities[]", "page")),
        400,
        "timestamp_granularities[]",
        "invalid_value",
    ),
    "threshold": (
        form(SHORT, ("chunking_strategy[type]", "server_vad"), ("chunking_strategy[threshold]", "2")),
        400,
        "chunking_strategy[threshold]",
        "invalid_value",
    ),
    "long text": (form(SHORT, ("prompt", "x" * 70_000)), 400, "prompt", None),
    "no end": (form(SHORT)[:-10], 400, None, "invalid_form"),
    "no form": (b"hello", 400, None, "invalid_form"),
    "nothing": (b"", 400, None, "invalid_form"),
    "bad part": (f"--{upload.BOUNDARY}\r\nnonsense\r\n\r\nx\r\n--{upload.BOUNDARY}--".encode(), 400, None, "invalid_form"),
    "nameless part": (f"--{upload.BOUNDARY}\r\nA: b\r\n\r\nx\r\n--{upload.BOUNDARY}--".encode(), 400, None, None),
}


@pytest.fixture(scope="module")
def anything():
    """Fields that OpenAI has or may get: none of them may be an error."""
    return [
        ("model", "gpt-4o-transcribe"),
        ("include[]", "logprobs"),
        ("known_speaker_names[]", "agent"),
        ("known_speaker_references[]", "data:audio/wav;base64," + "A" * 200_000),
        ("keywords[]", "one"),
        ("languages[]", "en"),
        ("hotwords", "x"),
        ("anything", "else"),
        ("temperature", "0.0,0.2"),
        ("timestamp_granularities[]", "page"),
        ("stream", "false"),
        ("response_format", ""),
        ("model", "twice"),
    ]


def test_mistakes_are_named(launch, backend):
    server = launch(backend)
    for name, (body, status, param, code) in MISTAKES.items():
        result = request(server, "POST", upload.PATH, body)
        assert (result.status, result.error["param"], result.error["code"]) == (status, param, code), name
        assert result.error["message"].endswith("."), name
    assert backend.requests == []


def test_unknown_fields_are_ignored(launch, backend, anything):
    assert transcribe(launch(backend), *anything, file=SHORT).json["text"] == "mark 1"


def test_a_body_that_is_no_form(launch, backend):
    server = launch(backend)
    for content_type in ("application/json", "multipart/form-data", "multipart/mixed; boundary=x", ""):
        result = request(server, "POST", upload.PATH, b"{}", **{"Content-Type": content_type})
        assert (result.status, result.error["code"]) == (400, "invalid_form"), content_type


def test_a_quoted_boundary_and_what_lies_outside_of_the_parts(launch, backend):
    body = b"ignored\r\n" + form(SHORT) + b"\r\nignored too"
    kind = f'Multipart/Form-Data; charset=utf-8; BOUNDARY="{upload.BOUNDARY}"'
    assert request(launch(backend), "POST", upload.PATH, body, **{"Content-Type": kind}).json["text"] == "mark 1"


def test_wrong_methods_and_paths(launch, backend):
    server = launch(backend)
    assert request(server, "GET", upload.PATH).status == 405
    assert request(server, "GET", upload.PATH).error["code"] == "method_not_allowed"
    assert request(server, "POST", "/v1/images/generations", b"").status == 404
    result = transcribe(server, path="/v1/audio/translations", file=SHORT)
    assert (result.status, result.error["code"]) == (404, "translation_not_supported")


FAILURES = {
    "error": (Reply(status=500, body=b"{}"), 502, "backend_error"),
    "busy": (Reply(status=429, body=b"{}"), 502, "backend_error"),
    "late": (Reply(ending=Ending.HANG), 504, "backend_timeout"),
    "cut": (Reply("text", ending=Ending.CUT), 502, "backend_disconnected"),
    "nonsense": (Reply(body=b"[]"), 502, "backend_invalid_response"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_one_failed_utterance_fails_the_file(launch, backend, name):
    failure, status, code = FAILURES[name]
    heard = []

    def respond(utterance):
        # A failed request is sent again, so that it is the utterance that counts.
        if utterance.pcm not in heard:
            heard.append(utterance.pcm)
        return failure if heard.index(utterance.pcm) == 2 else Reply("fine")

    backend.respond = respond
    server = launch(backend, TRANSCRIBER_TIMEOUT_MS=1_000, TRANSCRIBER_CONCURRENCY=1)
    result = transcribe(server, ("chunking_strategy", "auto"))
    assert (result.status, result.error["code"]) == (status, code)


def test_a_failure_in_mid_stream_is_an_event(launch, backend):
    heard = []

    def respond(utterance):
        if utterance.pcm not in heard:
            heard.append(utterance.pcm)
        return Reply(status=500, body=b"{}") if heard.index(utterance.pcm) == 1 else Reply("fine")

    backend.respond = respond
    server = launch(backend, TRANSCRIBER_CONCURRENCY=1)
    events = transcribe(server, ("chunking_strategy", "auto"), ("stream", "true")).events
    assert events[0] == {"type": "transcript.text.delta", "delta": "fine"}
    assert events[1]["error"]["code"] == "backend_error"
    assert events[1]["error"]["type"] == "server_error"
    assert len(events) == 2
    server.wait_sessions(0)


def test_a_backend_that_is_not_there(launch, backend):
    server = launch(backend)
    backend.refuse()
    result = transcribe(server, file=SHORT)
    assert (result.status, result.error["code"]) == (502, "backend_unreachable")


def test_an_engine_that_cannot_be_loaded(launch, tmp_path):
    model = tmp_path / "model"
    shutil.copytree("/usr/share/pocketsphinx/model/en-us", model)
    (model / "en-us" / "feat.params").unlink()
    (model / "en-us" / "feat.params").write_text("garbage\n")
    server = launch(is_ready=False, POCKETSPHINX_MODEL=model, GUARD="off")
    result = transcribe(server, file=SHORT)
    assert (result.status, result.error["code"]) == (503, "models_not_initialized")
    assert int(result.headers["retry-after"]) >= 1


def test_an_upload_over_the_limit_is_refused(launch, backend):
    server = launch(backend, MAX_UPLOAD_BYTES=100_000)
    body = form(upload.wav(bytes(200_000)))
    # By what it says of its length, before any of it is sent.
    with upload.open_request(server, b"", length=len(body)) as connection:
        answer = connection.recv(4_096)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer.lower()
    assert b'"code":"file_too_large"' in answer
    # By what has come, when it says nothing.
    pieces = (body[start : start + 10_000] for start in range(0, len(body), 10_000))
    result = request(server, "POST", upload.PATH, pieces)
    assert (result.status, result.error["code"], result.error["param"]) == (413, "file_too_large", "file")
    # A body of exactly the limit is not over it.
    filler = 100_000 - len(form(upload.wav(b"")))
    speech = PCM[: filler - filler % 2]
    assert transcribe(server, file=upload.wav(speech)).status == 200
    assert backend.requests[-1].pcm == speech


def test_all_sessions_taken(launch, backend):
    gate = Gate()
    backend.respond = lambda request: Reply("held", gate=gate)
    server = launch(backend, MAX_SESSIONS=1)
    with upload.open_request(server, form(SHORT)) as connection:
        until(lambda: backend.requests, "the utterance is with the backend")
        result = transcribe(server, file=SHORT)
        assert (result.status, result.error["code"]) == (503, "full")
        assert result.headers["retry-after"] == "1"
        gate.open()
        assert b"held" in connection.recv(4_096)
    assert until(lambda: transcribe(server, file=SHORT).status == 200, "there is room again")


@pytest.mark.parametrize("stream", ["false", "true"])
def test_a_stop_waits_for_a_file(launch, backend, stream):
    gate = Gate()
    backend.respond = lambda request: Reply("in time", gate=gate)
    server = launch(backend)
    results = []
    client = threading.Thread(target=lambda: results.append(transcribe(server, ("stream", stream), file=SHORT)))
    client.start()
    until(lambda: backend.requests, "the utterance is with the backend")
    server.terminate()
    until(lambda: server.get("/ready").status == 503, "the server drains")
    refused = transcribe(server, file=SHORT)
    assert (refused.status, refused.error["code"]) == (503, "draining")
    assert server.is_running
    gate.open()
    client.join(30)
    assert server.exit_code() == 0
    assert results[0].status == 200
    assert "in time" in results[0].text


@pytest.mark.parametrize("stream", ["false", "true"])
def test_a_stop_gives_up_a_file_that_takes_too_long(launch, backend, stream):
    backend.respond = lambda request: Reply(gate=Gate())
    server = launch(backend, SHUTDOWN_TIMEOUT_MS=300)
    results = []
    client = threading.Thread(target=lambda: results.append(transcribe(server, ("stream", stream), file=SHORT)))
    client.start()
    until(lambda: backend.requests, "the utterance is with the backend")
    server.terminate()
    client.join(30)
    assert server.exit_code() == 0
    if stream == "true":
        (event,) = results[0].events
        assert event["error"]["code"] == "draining"
    else:
        assert (results[0].status, results[0].error["code"]) == (503, "draining")
    assert backend.requests[0].abandoned.wait(10)


def test_a_stop_does_not_wait_for_ever_for_an_upload(launch, backend):
    server = launch(backend, SHUTDOWN_TIMEOUT_MS=300)
    body = form(WAV.read_bytes())
    with upload.open_request(server, body[:1_000], length=len(body)) as connection:
        until(lambda: server.get("/health").status == 200, "the server answers")
        server.terminate()
        assert server.exit_code() == 0
        assert connection.recv(4_096).startswith((b"", b"HTTP/1.1 503"))


def test_request_ids(launch, backend):
    server = launch(backend)
    first, second = (request(server, "GET", path) for path in ("/v1/models", "/nowhere"))
    assert first.headers["x-request-id"].startswith("req_")
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert request(server, "GET", "/health", **{"X-Request-ID": "mine-1"}).headers["x-request-id"] == "mine-1"
    assert request(server, "GET", "/health", **{"X-Request-ID": "a b<c>"}).headers["x-request-id"].startswith("req_")
    assert transcribe(server, file=SHORT).headers["x-request-id"]
