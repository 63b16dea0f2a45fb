"""What the server writes to its log, and to whom that is of no matter."""

import fcntl
import os
import signal
import subprocess

import pytest

import server as process
from waiting import LIMIT, until


@pytest.fixture
def unread(tmp_path):
    """A server whose log goes to a pipe of one page that nobody reads, and the pipe's other end."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4_096)
    settings = {"HOST": "127.0.0.1", "PORT": 0, "TRANSCRIBER": "pocketsphinx", "LOG_LEVEL": "trace"}
    child = subprocess.Popen(
        [str(process.binary()), "serve"], cwd=tmp_path, env=process.environment(**settings), stderr=writer
    )
    os.close(writer)
    with os.fdopen(reader, "rb") as reader:
        yield child, reader
        child.kill()
        child.wait()


def listening_port(pid: int) -> int:
    """The port of a process's listening socket, without its log."""

    def find() -> int | None:
        sockets = set()
        for name in os.listdir(f"/proc/{pid}/fd"):
            try:
                sockets.add(os.readlink(f"/proc/{pid}/fd/{name}"))
            except FileNotFoundError:
                continue
        with open("/proc/net/tcp") as table:
            rows = [line.split() for line in table.readlines()[1:]]
        ports = [int(row[1].split(":")[1], 16) for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets]
        return ports[0] if ports else None

    return until(find, "it listens")


def test_a_log_that_nobody_reads_stops_nothing_and_its_end_is_whole(unread):
    child, reader = unread
    port = listening_port(child.pid)
    server = process.Server.__new__(process.Server)
    server.port, server.key = port, ""
    # Each request writes lines of its own: far more than pipe and queue hold, so that some must be dropped.
    requests = 0
    while server.metrics().total("steno_log_lines_dropped_total") == 0:
        server.request("GET", "/health", {"x-request-id": "x" * 120})
        requests += 1
        assert requests < 20_000, "nothing was dropped"
    assert server.get("/health").status == 200
    child.send_signal(signal.SIGTERM)
    text = reader.read()
    assert child.wait(LIMIT) == 0
    lines = text.decode().split("\n")
    assert lines[-1] == "", "the last line is whole"
    assert any("Log lines dropped" in line and "steno.log.dropped=" in line for line in lines)
