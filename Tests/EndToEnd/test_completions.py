"""The language model over HTTP: chat completions that are passed on, and the routes from before chats."""

import base64
import http.client
import io
import json
import threading
import wave
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from recording import SENTENCES, WAV
from waiting import LIMIT, until

JSON = {"Content-Type": "application/json"}


class Model:
    """A server with chat completions: it keeps what it is asked, and a test says what it answers."""

    def __init__(self) -> None:
        self.bodies: list[dict] = []
        self.headers: list[dict] = []
        self.answer = lambda handler: handler.say(b'{"choices":[]}')
        self.written = 0
        self.gone = threading.Event()
        model = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                model.headers.append({name.lower(): value for name, value in self.headers.items()} | {"path": self.path})
                model.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                try:
                    model.answer(self)
                except OSError:
                    model.gone.set()
                    self.close_connection = True

            def say(self, body: bytes, status: int = 200, content_type: str = "application/json") -> None:
                self.begin(content_type, status, len(body))
                self.wfile.write(body)

            def begin(self, content_type: str, status: int = 200, length: int | None = None) -> None:
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                if length is None:
                    self.send_header("Connection", "close")
                else:
                    self.send_header("Content-Length", str(length))
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def model():
    model = Model()
    yield model
    model.close()


def open_post(server, path: str, body: object, headers: dict = JSON) -> tuple:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=4 * LIMIT)
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    connection.request("POST", path, data, headers)
    return connection, connection.getresponse()


def post(server, path: str, body: object, headers: dict = JSON) -> tuple[int, bytes, dict]:
    connection, response = open_post(server, path, body, headers)
    try:
        return response.status, response.read(), dict(response.getheaders())
    finally:
        connection.close()


CHAT = {"model": "theirs", "messages": [{"role": "user", "content": "hello there"}]}


def test_a_request_is_passed_on_with_its_fields_and_the_servers_key(launch, model):
    extra = '{"top_k": 5, "user": null}'
    server = launch(LLM_BASE_URL=model.url, LLM_API_KEY="secret", LLM_EXTRA=extra, API_KEYS="a:own-key-of-sixteen")
    body = b'{"model":"theirs","messages":[{"role":"user","content":"hi"}],"seed":12345678901234567890,"user":"me","own":[1.50]}'
    model.answer = lambda handler: handler.say(b'{ "choices": [1] , "extra": 0.10 }')
    headers = JSON | {"Authorization": "Bearer own-key-of-sixteen"}
    status, answer, got = post(server, "/v1/chat/completions", body, headers)
    assert (status, answer) == (200, b'{ "choices": [1] , "extra": 0.10 }')
    assert got["Content-Type"] == "application/json"
    [sent], [head] = model.bodies, model.headers
    messages = [{"role": "user", "content": "hi"}]
    assert sent == {"model": "theirs", "messages": messages, "seed": 12345678901234567890, "own": [1.5], "top_k": 5}
    assert (head["authorization"], head["path"]) == ("Bearer secret", "/v1/chat/completions")


def test_the_operators_model_counts(launch, model):
    server = launch(LLM_BASE_URL=model.url, LLM_MODEL="ours")
    assert post(server, "/v1/chat/completions", CHAT)[0] == 200
    assert model.bodies[0]["model"] == "ours"


def test_events_are_passed_on_as_they_come(launch, model):
    go_on = threading.Event()

    def answer(handler) -> None:
        handler.begin("text/event-stream")
        handler.wfile.write(b"data: one\n\n")
        assert go_on.wait(LIMIT)
        handler.wfile.write(b": comment\r\n\r\ndata: [DONE]\n\n")

    model.answer = answer
    connection, response = open_post(launch(LLM_BASE_URL=model.url), "/v1/chat/completions", CHAT | {"stream": True})
    assert response.getheader("Content-Type") == "text/event-stream"
    assert response.read1() == b"data: one\n\n"
    go_on.set()
    assert response.read() == b": comment\r\n\r\ndata: [DONE]\n\n"
    connection.close()


@pytest.mark.parametrize("begins", [True, False], ids=["in the middle", "before the first byte"])
def test_a_client_that_goes_ends_the_models_work(launch, model, begins):
    def answer(handler) -> None:
        if begins:
            handler.begin("text/event-stream")
            handler.wfile.write(b"data: one\n\n")
        handler.connection.settimeout(LIMIT)
        # The end of the other side's bytes, and nothing else.
        assert handler.connection.recv(1) == b""
        model.gone.set()
        handler.close_connection = True

    model.answer = answer
    server = launch(LLM_BASE_URL=model.url, LLM_TIMEOUT_MS=60_000, LLM_IDLE_TIMEOUT_MS=60_000)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=LIMIT)
    connection.request("POST", "/v1/chat/completions", json.dumps(CHAT | {"stream": True}), JSON)
    if begins:
        assert connection.getresponse().read1() == b"data: one\n\n"
    until(lambda: model.bodies, "the model is asked")
    connection.close()
    assert model.gone.wait(LIMIT)


def test_a_reader_who_stops_slows_the_model(launch, backend, model):
    piece = b"data: " + b"x" * 65_530 + b"\n\n"

    def answer(handler) -> None:
        handler.begin("text/event-stream")
        while model.written < 15 << 20:
            handler.wfile.write(piece)
            model.written += len(piece)
        model.gone.set()

    model.answer = answer
    # Engines in the process would load more of themselves meanwhile.
    server = launch(backend, LLM_BASE_URL=model.url, TTS="none")
    before = server.memory
    connection, response = open_post(server, "/v1/chat/completions", CHAT | {"stream": True})
    assert response.read(1 << 16)
    # What does not fit into buffers on the way stays with the model.
    last = -1
    while last != model.written:
        last = model.written
        assert not model.gone.wait(0.5)
    assert server.memory - before < 8 << 20
    while response.read(1 << 20):
        pass
    assert model.gone.wait(LIMIT)
    connection.close()


@pytest.mark.parametrize(("status", "told"), [(400, 400), (404, 404), (429, 429), (401, 502), (500, 502)])
def test_errors_of_the_model(launch, model, status, told):
    model.answer = lambda handler: handler.say(
        b'{"error":{"message":"no, sk-secret","code":"some_code"}}', status=status
    )
    got, body, _ = post(launch(LLM_BASE_URL=model.url, LLM_API_KEY="sk-secret"), "/v1/chat/completions", CHAT)
    assert got == told
    error = json.loads(body)["error"]
    assert error["message"] == f"The language model answered {status} (some_code)."
    assert error["code"] == "llm_unavailable" and b"secret" not in body


def test_a_stream_that_breaks_off_ends_with_an_error(launch, model):
    def answer(handler) -> None:
        handler.begin("text/event-stream", length=1_000)
        handler.wfile.write(b"data: one\n\n")
        handler.close_connection = True

    model.answer = answer
    _, body, _ = post(launch(LLM_BASE_URL=model.url), "/v1/chat/completions", CHAT | {"stream": True})
    first, last = body.decode().strip().split("\n\n")
    assert first == "data: one"
    assert json.loads(last.removeprefix("data: "))["error"]["code"] == "llm_unavailable"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"{" * 100_000, b'{"messages":[]}', b'{"messages":[{"role":1}]}'])
def test_bad_requests_are_named(launch, body):
    status, answer, _ = post(launch(LLM="echo"), "/v1/chat/completions", body)
    assert status == 400 and json.loads(answer)["error"]["type"] == "invalid_request_error"


def test_a_body_that_is_too_long_is_refused(launch):
    status, answer, _ = post(launch(LLM="echo"), "/v1/chat/completions", b" " * ((4 << 20) + 1))
    assert status == 413 and "4194304" in json.loads(answer)["error"]["message"]


def test_the_echo_answers_as_a_whole_and_as_events(launch):
    server = launch(LLM="echo")
    _, body, _ = post(server, "/v1/chat/completions", CHAT)
    whole = json.loads(body)
    assert whole["object"] == "chat.completion"
    assert whole["choices"] == [
        {"index": 0, "message": {"role": "assistant", "content": "hello there"}, "finish_reason": "stop"}
    ]
    assert whole["usage"] == {"prompt_tokens": 2, "completion_tokens": 2, "total_tokens": 4}
    wish = CHAT | {"stream": True, "stream_options": {"include_usage": True}}
    _, body, headers = post(server, "/v1/chat/completions", wish)
    assert headers["Content-Type"] == "text/event-stream"
    *events, done = [event.removeprefix("data: ") for event in body.decode().strip().split("\n\n")]
    *chunks, last = map(json.loads, events)
    assert done == "[DONE]" and last["usage"]["total_tokens"] == 4 and last["choices"] == []
    assert "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks) == "hello there"
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None, None, "stop"]


def test_a_completion_is_a_chat_of_one_message(launch, model):
    answer = {"id": "c1", "created": 5, "model": "m", "usage": {"total_tokens": 3}}
    answer["choices"] = [{"index": 0, "message": {"content": "well"}, "finish_reason": "stop"}]
    model.answer = lambda handler: handler.say(json.dumps(answer).encode())
    server = launch(LLM_BASE_URL=model.url)
    wish = {"prompt": ["How are you?"], "temperature": 0.5, "stop": ["\n"], "best_of": 2, "logprobs": None, "echo": False}
    status, body, _ = post(server, "/v1/engines/text-davinci-002/completions", wish)
    assert status == 200
    assert json.loads(body) == {
        "id": "c1",
        "created": 5,
        "model": "m",
        "object": "text_completion",
        "usage": {"total_tokens": 3},
        "choices": [{"text": "well", "index": 0, "logprobs": None, "finish_reason": "stop"}],
    }
    assert model.bodies == [
        {
            "model": "text-davinci-002",
            "messages": [{"role": "user", "content": "How are you?"}],
            "temperature": 0.5,
            "stop": ["\n"],
        }
    ]


@pytest.mark.parametrize("prompt", [None, ["a", "b"], [1, 2], 7])
def test_a_prompt_is_one_text(launch, prompt):
    status, body, _ = post(launch(LLM="echo"), "/v1/completions", {"prompt": prompt})
    assert status == 400 and json.loads(body)["error"]["param"] == "prompt"


def test_a_page_hears_and_answers(launch):
    # The neural detector takes long in a debug build.
    server = launch(LLM="echo", VAD="webrtc")
    status, body, _ = post(server, "/speech-to-text", WAV.read_bytes(), {})
    assert status == 200 and SENTENCES[0].text in json.loads(body)["text"]
    status, body, _ = post(server, "/process-message", {"userMessage": "good morning", "voice": "default"})
    answer = json.loads(body)
    assert (status, answer["openaiResponseText"]) == (200, "good morning")
    with wave.open(io.BytesIO(base64.b64decode(answer["openaiResponseSpeech"]))) as file:
        assert 0.4 < file.getnframes() / file.getframerate() < 3


@pytest.mark.parametrize("path", ["/speech-to-text", "/speech-to-text/api/v1/recognize"])
@pytest.mark.parametrize("body", [b"", b"no audio"])
def test_what_is_no_recording_is_refused(launch, path, body):
    status, answer, _ = post(launch(), path, body, {})
    assert status == 400 and json.loads(answer)["error"]["message"]


@pytest.mark.parametrize(
    ("body", "settings", "status"),
    [
        ({}, {}, 400),
        ({"userMessage": "  "}, {}, 400),
        ({"userMessage": "x" * 6_000}, {}, 400),
        ({"userMessage": "hi", "voice": 7}, {}, 400),
        ({"userMessage": "hi"}, {"LLM": "none"}, 404),
        ({"userMessage": "hi"}, {"TTS": "none"}, 404),
    ],
)
def test_a_message_that_cannot_be_answered_is_refused(launch, body, settings, status):
    got, answer, _ = post(launch(**{"LLM": "echo"} | settings), "/process-message", body)
    assert got == status and json.loads(answer)["error"]["message"]
