"""A host of model archives, which does what hosts and networks do to a download."""

import hashlib
import io
import json
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

PATH = "/models/tiny.tar.bz2"
# A file that does not compress, so that the archive has a known size.
WEIGHTS = Random(1).randbytes(1_000_000)


FILES = {
    "tiny-encoder.onnx": WEIGHTS, "tiny-decoder.onnx": b"decoder", "tiny-tokens.txt": b"a 0\n",
    "test_wavs/0.wav": b"RIFF",
}


def archive(files: dict[str, bytes] = FILES, compression: str = "bz2") -> bytes:
    """A folder with a model's files in it, as sherpa-onnx publishes them."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=f"w:{compression}") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(f"sherpa-onnx-tiny/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


class ModelHost:
    """Serves one archive; the attributes say how, and `requests` holds the `Range` of each that came."""

    def __init__(self) -> None:
        self.content = archive()
        self.requests: list[str | None] = []
        # After so many bytes of an answer the connection is closed; once for each number.
        self.cuts: list[int] = []
        # After so many bytes of an answer it waits for `go_on`.
        self.pause_at: int | None = None
        self.go_on = threading.Event()
        self.is_paused = threading.Event()
        self.knows_ranges = True
        self.tells_length = True
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> "ModelHost":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def catalogue(self, folder: Path, **changes: object) -> Path:
        """A file that adds the model `tiny`; a change to `None` leaves a field out."""
        entry = {
            "name": "tiny", "task": "transcription", "languages": ["en"], "license": "MIT", "page": "https://nowhere",
            "url": f"https://models.invalid{PATH}", "format": "tar", "size": len(self.content), "sha256": self.sha256,
        }
        entry = {key: value for key, value in (entry | changes).items() if value is not None}
        path = folder / "catalogue.json"
        path.write_text(json.dumps({"models": [entry]}))
        return path

    def _handler(host) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                wanted = self.headers.get("Range")
                host.requests.append(wanted)
                if self.path != PATH:
                    self.send_error(404)
                    return
                start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and host.knows_ranges else 0
                if start >= len(host.content):
                    self.send_error(416)
                    return
                self._send_head(start)
                self._send_body(host.content[start:])

            def _send_head(self, start: int) -> None:
                size = len(host.content)
                self.send_response(206 if start else 200)
                if start:
                    self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
                if host.tells_length:
                    self.send_header("Content-Length", str(size - start))
                self.end_headers()

            def _send_body(self, body: bytes) -> None:
                self.close_connection = True
                try:
                    if host.cuts:
                        self.wfile.write(body[: host.cuts.pop(0)])
                    elif host.pause_at is not None:
                        self.wfile.write(body[: host.pause_at])
                        self.wfile.flush()
                        host.is_paused.set()
                        host.go_on.wait()
                        self.wfile.write(body[host.pause_at :])
                    else:
                        self.wfile.write(body)
                except (BrokenPipeError, ConnectionResetError):
                    pass

            def log_message(self, *_: object) -> None:
                pass

        return Handler
