"""Chromium, without a window, on a page of another origin than the server's."""

import http.server
import json
import queue
import shutil
import subprocess
import threading

import pytest

import upload
from recording import spoken

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
LIMIT = 120  # a browser's start on a busy machine

# Tries everything in turn and sends what came of it to the page's own server.
PAGE = """<!DOCTYPE html><script>
const outcome = async (attempt) => { try { return await attempt(); } catch (error) { return error.name; } };
const code = (body) => (body.error ? String(body.error.code) : "fine");
const read = async (path, options) => {
  const response = await fetch("URL" + path, options);
  return [response.status, code(await response.json()), response.headers.get("x-request-id") !== null];
};
const socket = (path) => new Promise((done) => {
  const socket = new WebSocket("URL".replace("http", "ws") + path);
  socket.onopen = () => { socket.close(); done("open"); };
  socket.onerror = () => done("refused");
});
(async () => {
  const form = new FormData();
  form.append("file", new Blob([Uint8Array.from(WAV)]), "audio.wav");
  const results = {
    simple: await outcome(() => read("/v1/models")),
    withKey: await outcome(() => read("/v1/models", { headers: { Authorization: "Bearer any-key" } })),
    error: await outcome(() => read("/nowhere")),
    upload: await outcome(() => read("/v1/audio/transcriptions", { method: "POST", body: form })),
    blind: await outcome(async () => {
      await fetch("URL/v1/audio/transcriptions", { method: "POST", body: form, mode: "no-cors" });
      return "sent";
    }),
    compact: await outcome(() => socket("/ws")),
    realtime: await outcome(() => socket("/v1/realtime")),
  };
  await fetch("/results", { method: "POST", body: JSON.stringify(results) });
})();
</script>"""


class Site(http.server.ThreadingHTTPServer):
    """Serves the page on a port of its own, and takes what it found."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.page = b""
        self.results: queue.Queue[dict] = queue.Queue()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer(self.server.page)

    def do_POST(self) -> None:
        self.server.results.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site():
    with Site() as site:
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        yield site
        site.shutdown()
        thread.join()


def visit(site: Site, url: str, profile: object) -> dict:
    """What the page found out about the server at `url`."""
    samples = json.dumps(list(upload.wav(spoken(1))))
    site.page = PAGE.replace("URL", url).replace("WAV", samples).encode()
    # Root may not use Chromium's sandbox; the only page it opens is the one above.
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    browser = subprocess.Popen(
        [CHROMIUM, *flags, "--disable-background-networking", f"--user-data-dir={profile}", site.origin],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        return site.results.get(timeout=LIMIT)
    finally:
        browser.terminate()
        browser.wait()


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_a_page_of_another_origin(launch, backend, site, tmp_path):
    refused = visit(site, launch(backend).http_url, tmp_path / "first")
    assert refused == {
        "simple": "TypeError",
        "withKey": "TypeError",
        "error": "TypeError",
        "upload": "TypeError",
        "blind": "sent",
        "compact": "refused",
        "realtime": "refused",
    }
    assert backend.requests == []
    allowed = visit(site, launch(backend, ALLOWED_ORIGINS=site.origin).http_url, tmp_path / "second")
    assert allowed == {
        "simple": [200, "fine", True],
        "withKey": [200, "fine", True],
        "error": [404, "null", True],
        "upload": [200, "fine", True],
        "blind": "sent",
        "compact": "open",
        "realtime": "open",
    }
    assert len(backend.requests) == 2
