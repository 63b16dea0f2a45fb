"""A WebSocket proxy between a client and a server, which shows every message of both."""

import json
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.server import ServerConnection, serve

from waiting import LIMIT, until

PASSED_ON = ("Authorization", "OpenAI-Beta")
# A side that is not read while the other closes must not hold up the close.
LIMITS = {"max_size": None, "max_queue": None, "compression": None}


@dataclass(frozen=True)
class Line:
    """A message of one connection, in the order in which both sides' messages came through."""

    connection: int
    is_sent: bool
    event: dict

    @property
    def type(self) -> str:
        return self.event["type"]


class Tap:
    """Serves at once; `close` must be called."""

    def __init__(self, url: str) -> None:
        self._target = url
        self._lock = threading.Lock()
        self._lines: list[Line] = []
        self._clients: list[ServerConnection] = []
        self._server = serve(self._pass_on, "127.0.0.1", 0, **LIMITS)
        port = self._server.socket.getsockname()[1]
        self.http_url = f"http://127.0.0.1:{port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self.drop()
        self._thread.join()

    @property
    def lines(self) -> list[Line]:
        with self._lock:
            return list(self._lines)

    def heard(self, type: str | None = None, connection: int | None = None) -> list[dict]:
        """What the server said."""
        return self._events(False, type, connection)

    def sent(self, type: str | None = None, connection: int | None = None) -> list[dict]:
        """What the client said."""
        return self._events(True, type, connection)

    def wait(self, type: str, count: int = 1, connection: int | None = None) -> list[dict]:
        """Every event of a type that the server sent, once there are `count` of them."""

        def seen() -> list[dict] | None:
            found = self.heard(type, connection)
            return found if len(found) >= count else None

        return until(seen, f"{count} of {type}", LIMIT)

    def show(self) -> None:
        """Prints what came last, which pytest shows when a test failed."""
        for line in self.lines[-40:]:
            print(line.connection, "client" if line.is_sent else "server", json.dumps(line.event)[:200])

    def drop(self) -> None:
        """Ends every connection without a word, as a network does."""
        with self._lock:
            clients, self._clients = self._clients, []
        for client in clients:
            with suppress(OSError):
                client.socket.shutdown(socket.SHUT_RDWR)

    def _events(self, is_sent: bool, type: str | None, connection: int | None) -> list[dict]:
        return [
            line.event
            for line in self.lines
            if line.is_sent == is_sent and type in (None, line.type) and connection in (None, line.connection)
        ]

    def _pass_on(self, client: ServerConnection) -> None:
        headers = {name: client.request.headers[name] for name in PASSED_ON if name in client.request.headers}
        url = f"ws://{urlsplit(self._target).netloc}{client.request.path}"
        with connect(url, additional_headers=headers, proxy=None, **LIMITS) as server:
            with self._lock:
                self._clients.append(client)
                number = len({line.connection for line in self._lines})
            reader = threading.Thread(target=self._copy, args=(server, client, number, False), daemon=True)
            reader.start()
            self._copy(client, server, number, True)
            reader.join()

    def _copy(self, source, target, number: int, is_sent: bool) -> None:
        try:
            for message in source:
                with self._lock:
                    self._lines.append(Line(number, is_sent, json.loads(message)))
                    target.send(message)
        except (ConnectionClosed, OSError):
            pass
        code = source.protocol.close_code or 1000
        target.close(code if code in (1000, 1001, 1008, 1011) else 1011)
