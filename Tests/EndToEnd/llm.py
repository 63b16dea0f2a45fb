"""A language model whose every answer a test decides: a server with OpenAI's streamed chat completions."""

import enum
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Fault(enum.Enum):
    """What a server does instead of answering."""

    ERROR = "500"
    BUSY = "429 with Retry-After"
    HANG = "hangs before the first token"
    CUT = "cuts before the first token"
    CUT_LATER = "cuts after the first token"
    GARBAGE = "garbage"


class LanguageModel:
    """Use it as a context manager; `answer` gets the messages of a request, and may wait.

    While `fault` is set, requests get that instead.
    """

    def __init__(self, answer: Callable[[list[dict]], str], fault: Fault | None = None) -> None:
        self.answer = answer
        self.fault = fault
        self._closing = threading.Event()
        self.requests: list[list[dict]] = []
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                messages = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["messages"]
                model.requests.append(messages)
                if model.fault is not None:
                    return self.fail(model.fault)
                text = model.answer(messages)
                chunks = [{"delta": {"content": text}}, {"delta": {}, "finish_reason": "stop"}]
                lines = [f"data: {json.dumps({'choices': [chunk]})}\n\n" for chunk in chunks]
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                try:
                    self.wfile.write("".join([*lines, "data: [DONE]\n\n"]).encode())
                except OSError:
                    # The server under test is gone.
                    pass

            def fail(self, fault: Fault) -> None:
                self.close_connection = True
                if fault is Fault.HANG:
                    model._closing.wait()
                elif fault is Fault.ERROR:
                    self.begin(500, "application/json", b'{"error":{"message":"a bad day"}}')
                elif fault is Fault.BUSY:
                    self.begin(429, "application/json", b"{}", ("Retry-After", "60"))
                elif fault is Fault.GARBAGE:
                    self.begin(200, "text/html", b"<html>")
                else:
                    # More is announced than comes.
                    delta = {"content": "Half of"} if fault is Fault.CUT_LATER else {"role": "assistant"}
                    event = f"data: {json.dumps({'choices': [{'delta': delta}]})}\n\n"
                    self.begin(200, "text/event-stream", event.encode(), ("Content-Length", "4000"))

            def begin(self, status: int, content_type: str, body: bytes, *headers: tuple[str, str]) -> None:
                self.send_response(status)
                for name, value in (("Content-Type", content_type), *headers):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> "LanguageModel":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
