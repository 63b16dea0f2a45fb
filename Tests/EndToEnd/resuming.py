"""A client that comes back to its session after its connection is lost, on a bare socket."""

import json
import struct

from raw_client import CLOSE, TEXT, RawClient
from server import Server


class ResumingClient:
    """Sends a recording over one connection after the other, and keeps what it gets."""

    def __init__(self, server: Server, path: str = "/ws?resumable=true") -> None:
        self._server = server
        self._path = path
        self.events: list[dict] = []
        self.close_code: int | None = None
        self.socket = RawClient(server, path)
        self.token = self.socket.headers["steno-resume-token"]
        # How much of the recording the server has.
        self.accepted = 0

    def __enter__(self) -> "ResumingClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.socket.close()

    def send(self, pcm: bytes, size: int = 3_200) -> None:
        """Sends the recording up to here, from where the server has it."""
        for start in range(self.accepted, len(pcm), size):
            self.socket.append(pcm[start : start + size])
        self.accepted = len(pcm)

    def event(self) -> dict:
        """The next event, which counts as received."""
        opcode, payload = self.socket._read_frame()
        assert opcode == TEXT, opcode
        event = json.loads(payload)
        if event["type"] != "session.resumed":
            self.events.append(event)
        return event

    def until(self, type: str) -> dict:
        while (event := self.event())["type"] != type:
            pass
        return event

    def resume(self) -> dict:
        """Comes back over a new connection, and says what the server said of it."""
        separator = "&" if "?" in self._path else "?"
        path = f"{self._path}{separator}resume={self.token}&resume_events={len(self.events)}"
        self.socket = RawClient(self._server, path)
        self.accepted = int(self.socket.headers["steno-accepted-bytes"])
        return self.socket.headers

    def finish(self) -> list[dict]:
        """Closes, and reads what is left."""
        self.socket.close_frame()
        while True:
            opcode, payload = self.socket._read_frame()
            if opcode == CLOSE:
                self.close_code = struct.unpack(">H", payload[:2])[0]
                return self.events
            if opcode == TEXT:
                event = json.loads(payload)
                if event["type"] != "session.resumed":
                    self.events.append(event)

    def transcripts(self) -> list[tuple[int, int, str]]:
        """Every transcript so far: from, to, text."""
        return [
            (event["start_ms"], event["end_ms"], event["transcript"])
            for event in self.events
            if event["type"] == "response.audio_transcript.done"
        ]
