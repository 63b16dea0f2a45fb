"""A client library in a process of its own (`drivers/`), told what to do and asked what it saw."""

import json
import subprocess
import threading
from collections.abc import Callable
from itertools import count

from server import environment
from waiting import LIMIT, until


class Driver:
    """One process; use it as a context manager."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(
            command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self._numbers = count(1)
        self._sessions: dict[int, DriverSession] = {}
        self.log: list[str] = []
        self._readers = [threading.Thread(target=read, daemon=True) for read in (self._read_lines, self._read_log)]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> "Driver":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for reader in self._readers:
            reader.join()

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def session(self) -> "DriverSession":
        number = next(self._numbers)
        self._sessions[number] = DriverSession(self, number)
        return self._sessions[number]

    def write(self, command: dict) -> None:
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()

    def _read_lines(self) -> None:
        for text in self._process.stdout:
            line = json.loads(text)
            self._sessions[line.pop("number")].lines.append(line)

    def _read_log(self) -> None:
        for line in self._process.stderr:
            self.log.append(line.rstrip("\n"))


class DriverSession:
    """One connection, or one call, of a driver."""

    def __init__(self, driver: Driver, number: int) -> None:
        self._driver = driver
        self._number = number
        # All that was reported, as it came.
        self.lines: list[dict] = []

    def do(self, method: str, **fields: object) -> None:
        self._driver.write({"number": self._number, "do": method, **fields})

    def every(self, key: str) -> list[dict]:
        """The reported lines that have `key`."""
        return [line for line in list(self.lines) if key in line]

    def wait(self, condition: Callable, what: str, may_fail: bool = False, limit: float = LIMIT):
        """The first true value of `condition`; fails at once when the client itself reports a failure."""

        def met():
            value = condition()
            assert value or may_fail or not self.every("failed"), self.every("failed")
            assert value or self._driver.is_running, "\n".join(self._driver.log)
            return value

        try:
            return until(met, what, limit)
        except AssertionError:
            print(*self.lines[-20:], *self._driver.log[-20:], sep="\n")
            raise

    def line(self, key: str, limit: float = LIMIT) -> dict:
        """The first line with `key`."""
        return self.wait(lambda: self.every(key), key, key == "failed", limit)[0]

    def call(self, method: str, **fields: object):
        """What a call answers; it may be a transcription by a slow engine."""
        self.do(method, **fields)
        return self.line("answer", 4 * LIMIT)["answer"]

    def refused(self, method: str, **fields: object) -> dict:
        """How a call fails."""
        self.do(method, **fields)
        return self.line("failed")
