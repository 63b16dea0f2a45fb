"""A language model whose every answer a test decides: a server with OpenAI's streamed chat completions."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class LanguageModel:
    """Use it as a context manager; `answer` gets the messages of a request, and may wait."""

    def __init__(self, answer: Callable[[list[dict]], str]) -> None:
        self.answer = answer
        self.requests: list[list[dict]] = []
        model = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                messages = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["messages"]
                model.requests.append(messages)
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
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
