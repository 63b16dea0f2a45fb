"""The real server as a process, with an environment that holds nothing but what a test sets."""

import http.client
import json
import os
import re
import resource
import signal
import ssl
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

import prometheus
from recording import ROOT
from waiting import LIMIT, until


def binary() -> Path:
    """The executable under test: `STENO_BINARY`, or what was built last."""
    if chosen := os.environ.get("STENO_BINARY"):
        return Path(chosen).resolve()
    built = [path for kind in ("release", "debug") if (path := ROOT / ".build" / kind / "steno").exists()]
    if not built:
        raise FileNotFoundError("there is no executable; run swift build, or set STENO_BINARY")
    return max(built, key=lambda path: path.stat().st_mtime)


def environment(**settings: object) -> dict[str, str]:
    """Only the search path, a database of its own, and what is given."""
    return {"PATH": os.environ.get("PATH", ""), "DATABASE": ":memory:", **{name: str(value) for name, value in settings.items()}}


def run(*arguments: object, cwd: Path, stdin=subprocess.DEVNULL, **settings: object) -> subprocess.CompletedProcess[str]:
    """Runs the executable to its end."""
    return subprocess.run(
        [str(binary()), *map(str, arguments)],
        cwd=cwd,
        env=environment(**settings),
        stdin=stdin,
        capture_output=True,
        text=True,
        timeout=60,
    )


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: str

    @property
    def json(self) -> dict:
        return json.loads(self.body)


class Server:
    """Starts at once; `stop` must be called.

    `open_files` is the soft and the hard limit of open files. `authority` is the certificate by which a server with TLS
    is known.
    """

    # Where the metrics are, if not on `port`; and how a server with TLS is trusted.
    admin_port: int | None = None
    tls: ssl.SSLContext | None = None

    def __init__(
        self, cwd: Path, open_files: tuple[int, int] | None = None, authority: Path | None = None, **settings: object
    ) -> None:
        if authority:
            self.tls = ssl.create_default_context(cafile=str(authority))
        self._process = subprocess.Popen(
            [str(binary()), "serve"],
            cwd=cwd,
            env=environment(**{"HOST": "127.0.0.1", "PORT": 0} | settings),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            preexec_fn=(lambda: resource.setrlimit(resource.RLIMIT_NOFILE, open_files)) if open_files else None,
        )
        self.log: list[str] = []
        # The first of its keys, for what the tests themselves ask of it.
        self.key = str(settings.get("API_KEYS", "")).split(",")[0].rpartition(":")[2].strip()
        metrics_key = settings.get("METRICS_KEY")
        self._metrics_headers = {"Authorization": f"Bearer {metrics_key}"} if metrics_key else {}
        self._is_asked_to_stop = False
        self._is_killed = False
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        try:
            self.port = int(next(filter(None, until(self._listening, "the log says where the server listens").groups())))
            if "ADMIN_PORT" in settings:
                self.admin_port = int(until(self._listening_for_operators, "the log says where operators ask")[1])
        except BaseException:
            self.kill()
            raise

    @property
    def url(self) -> str:
        return f"{'wss' if self.tls else 'ws'}://127.0.0.1:{self.port}"

    @property
    def http_url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def get(self, path: str) -> Answer:
        return self.request("GET", path, {"Authorization": f"Bearer {self.key}"} if self.key else {})

    def request(
        self, method: str, path: str, headers: dict[str, str] = {}, body: object = None, port: int | None = None
    ) -> Answer:
        connection = self.connection(port)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read().decode())
        finally:
            connection.close()

    def connection(self, port: int | None = None) -> http.client.HTTPConnection:
        if self.tls:
            return http.client.HTTPSConnection("127.0.0.1", port or self.port, timeout=LIMIT, context=self.tls)
        return http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=LIMIT)

    def wait_ready(self) -> "Server":
        until(lambda: self.get("/ready").status == 200, "/ready answers 200")
        return self

    def metrics(self) -> prometheus.Metrics:
        return prometheus.parse(self.request("GET", "/metrics", self._metrics_headers, port=self.admin_port).body)

    def settled_metrics(self) -> prometheus.Metrics:
        """The metrics once every session has ended."""
        self.wait_sessions(0)
        return self.metrics()

    def wait_sessions(self, count: int) -> None:
        until(lambda: self.metrics().total("steno_sessions_active") == count, f"{count} sessions run")

    @property
    def children(self) -> list[int]:
        """Processes that it has started and that still run."""
        found = []
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                # The name, in parentheses, may have anything in it.
                state, parent = path.read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if int(parent) == self._process.pid and state != "Z":
                found.append(int(path.parent.name))
        return found

    @property
    def memory(self) -> int:
        """Resident bytes."""
        return int(self.metrics().total("process_resident_memory_bytes"))

    @property
    def pid(self) -> int:
        return self._process.pid

    def hang_up(self) -> None:
        self._process.send_signal(signal.SIGHUP)

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def interrupt(self) -> None:
        self._signal(signal.SIGINT)

    def _signal(self, number: signal.Signals) -> None:
        self._is_asked_to_stop = True
        self._process.send_signal(number)

    def exit_code(self, limit: float = LIMIT) -> int:
        """Waits for the process to end."""
        code = self._process.wait(limit)
        self._reader.join(limit)
        return code

    def stop(self) -> None:
        """Ends the server as an operator would, and checks what must hold at the end of every test."""
        if self._is_killed:
            return
        try:
            if self.is_running and not self._is_asked_to_stop:
                assert self.settled_metrics().unaccounted == 0, "samples were lost, or counted twice"
                self.terminate()
            assert self.exit_code() == 0
        finally:
            self.kill()

    def kill(self) -> None:
        """Ends the server at once if it still runs, and prints its log, which pytest shows when the test failed."""
        self._is_killed = True
        if self.is_running:
            self._process.kill()
        self._process.wait()
        self._reader.join()
        print(*self.log, sep="\n")

    def _listening(self) -> re.Match[str] | None:
        assert self.is_running, "\n".join(self.log)
        # As text, and as JSON, whose members are in alphabetical order.
        pattern = r" url=https?://127\.0\.0\.1:(\d+) .*Listening$|\"Listening\".*\"url\":\"https?://127\.0\.0\.1:(\d+)\""
        return self._first(pattern)

    def _listening_for_operators(self) -> re.Match[str] | None:
        return self._first(r"steno\.admin\.url\W{1,3}https?://127\.0\.0\.1:(\d+)")

    def _first(self, pattern: str) -> re.Match[str] | None:
        return next(filter(None, (re.search(pattern, line) for line in list(self.log))), None)

    def _read_log(self) -> None:
        for line in self._process.stderr:
            self.log.append(line.rstrip("\n"))
