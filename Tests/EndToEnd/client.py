"""The compact dialect over the `websockets` library: a client that shares no code with the server."""

import base64
import json
from collections.abc import Callable
from contextlib import contextmanager

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from recording import pieces
from server import Server
from waiting import LIMIT

DONE = "response.audio_transcript.done"


@contextmanager
def open_client(server: Server, path: str = "/ws", **options: object):
    """A connected client; the connection is closed at the end."""
    limits = {"ssl": server.tls, "proxy": None, "max_size": None, "max_queue": None, "open_timeout": LIMIT}
    with connect(server.url + path, **limits, **options) as socket:
        yield Client(socket)


class Client:
    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.updates: list[dict] = []

    def send(self, type: str, **fields: object) -> None:
        self.socket.send(json.dumps({"type": type, **fields}))

    def append(self, pcm: bytes, encode: Callable[[bytes], str] | None = None, **fields: object) -> None:
        text = encode(pcm) if encode else base64.b64encode(pcm).decode()
        self.send("input_audio_buffer.append", audio=text, **fields)

    def stream(self, pcm: bytes, size: int = 3_200, **fields: object) -> None:
        for piece in pieces(pcm, size):
            self.append(piece, **fields)

    def commit(self, **fields: object) -> None:
        self.send("input_audio_buffer.commit", **fields)

    def clear(self) -> None:
        self.send("input_audio_buffer.clear")

    def update(self, **session: object) -> None:
        self.send("session.update", session=session)

    def manual(self) -> None:
        """Switches turn detection off."""
        self.update(turn_detection=None)

    def utterance(self, pcm: bytes, **fields: object) -> None:
        """Sends one whole utterance; needs `manual`."""
        self.append(pcm, **fields)
        self.commit()

    def event(self, limit: float = LIMIT) -> dict:
        """The next event but for answers to `update`, which are kept in `updates`."""
        while True:
            message = self.socket.recv(limit)
            assert isinstance(message, str), "events are text messages"
            event = json.loads(message)
            if event["type"] != "session.updated":
                return event
            self.updates.append(event["session"])

    def events(self, count: int) -> list[dict]:
        return [self.event() for _ in range(count)]

    def transcript(self) -> dict:
        """The next event, which must be a transcript."""
        event = self.event()
        assert event["type"] == DONE, event
        return event

    def error(self) -> dict:
        """The next event, which must be an error in both of its forms."""
        event = self.event()
        assert event["type"] == "error", event
        detail = event["error"]
        assert set(detail) == {"type", "code", "message", "param", "event_id"}, event
        assert (event["code"], event["message"]) == (detail["code"], detail["message"]), event
        return event

    def until_closed(self) -> tuple[list[dict], int]:
        """Every event up to the server's Close frame, and its code."""
        events = []
        try:
            while True:
                events.append(self.event())
        except ConnectionClosed:
            assert self.socket.protocol.close_rcvd, "the connection ended without a Close frame"
            return events, self.socket.protocol.close_rcvd.code


def audio(event: dict) -> bytes:
    """What a transcript says it was made from."""
    return base64.b64decode(event["audio"], validate=True)
