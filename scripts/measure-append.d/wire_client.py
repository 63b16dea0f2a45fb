"""A client that sends an append when the one before has been handled, and a backend in the same thread.

Nothing here waits for a time: what the server does between two appends is then the same in every run.
"""

import json, os, re, selectors, socket, time
from pathlib import Path

from measuring import wire

LIMIT = 60  # seconds, for anything


class Backend:
    """A Whisper-compatible server that answers at once; it works only while `serve` is called."""

    BODY = json.dumps({"text": "Four words of speech."}).encode()
    ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.selector.close()

    def serve(self):
        """Does what is to be done; whether that was anything."""
        ready = self.selector.select(0)
        for key, _ in ready:
            if key.fileobj is self.listener:
                self.selector.register(self.listener.accept()[0], selectors.EVENT_READ, bytearray())
            else:
                self._read(key.fileobj, key.data)
        return bool(ready)

    def _read(self, connection, received):
        if not (data := connection.recv(1 << 20)):
            self.selector.unregister(connection)
            connection.close()
            return
        received += data
        head, end, body = received.partition(b"\r\n\r\n")
        if end and len(body) >= int(re.search(rb"content-length: *(\d+)", head, re.I)[1]):
            received.clear()
            connection.sendall(self.ANSWER)


class Client:
    def __init__(self, server, backend):
        self.server, self.backend = server, backend
        self.socket = socket.create_connection(("127.0.0.1", server.port), LIMIT)
        local = self.socket.getsockname()[1]
        self.pair = f":{server.port:04X} ", f":{local:04X} "
        self.received, self.transcripts = bytearray(), 0
        self.socket.sendall(wire.HANDSHAKE)
        while b"\r\n\r\n" not in self.received:
            self.received += self.socket.recv(1 << 16)
        del self.received[: self.received.index(b"\r\n\r\n") + 4]
        self._settle()

    def stream(self, frames):
        for frame in frames:
            self.socket.sendall(frame)
            self._settle()

    def finish(self):
        """Waits for the answer to a last message, and closes; how many transcripts came."""
        self.socket.sendall(wire.message(type="session.update", session={}))
        self._read_until("session.updated")
        self.socket.sendall(wire.CLOSE)
        self._read_until(None)
        self.socket.close()
        return self.transcripts

    def _read_until(self, kind):
        while True:
            for message in wire.messages(self.received):
                if message is None:
                    if kind is None:
                        return
                    raise SystemExit(f"The server closed before it sent {kind}.")
                if message["type"] == "error":
                    raise SystemExit(f"The server sent an error: {message}")
                self.transcripts += message["type"].endswith("transcript.done")
                if message["type"] == kind:
                    return
            self._settle()
            self.received += self.socket.recv(1 << 16)

    def _settle(self):
        """Returns when the server has read all that was sent, and none of its threads has anything to do."""
        deadline, quiet = time.monotonic() + LIMIT, 0
        while quiet < 2:
            busy = self.backend.serve() or self._runs() or self._unread()
            quiet = 0 if busy else quiet + 1
            if time.monotonic() > deadline:
                raise SystemExit("The server did not come to rest.")
            os.sched_yield()

    def _unread(self):
        """Bytes that wait in the server's socket."""
        here, there = self.pair
        for line in Path("/proc/net/tcp").read_text().splitlines():
            local, remote, _, queues = line.split()[1:5]
            if here in local + " " and there in remote + " ":
                return int(queues.split(":")[1], 16)
        return 0

    def _runs(self):
        for task in Path(f"/proc/{self.server.pid}/task").iterdir():
            try:
                state = (task / "stat").read_text().rsplit(")", 1)[1].split()[0]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if state in "RD":
                return True
        return False
