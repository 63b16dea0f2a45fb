"""A bare connection for conversations, over the `websockets` library."""

import json

from speech import base64_pieces, pcm24
from waiting import LIMIT

SPEECH = pcm24(400, 2_400)
LONG = "This is a long answer, and nobody needs to hear it to its end. " * 8
DELTA = "response.output_audio.delta"
DONE = "response.done"


class Wire:
    """One connection; `events` has everything that came."""

    def __init__(self, socket) -> None:
        self.socket = socket
        self.events: list[dict] = []

    def send(self, type: str, **fields: object) -> None:
        self.socket.send(json.dumps({"type": type, **fields}))

    def of(self, type: str) -> list[dict]:
        return [event for event in self.events if event["type"] == type]

    def until(self, type: str, count: int = 1) -> dict:
        """The event that makes `count` of a type."""
        while len(self.of(type)) < count:
            self.events.append(json.loads(self.socket.recv(LIMIT)))
        return self.of(type)[count - 1]

    def write(self, text: str, role: str = "user", previous: str | None = None, **fields: object) -> None:
        content = [{"type": "output_text" if role == "assistant" else "input_text", "text": text}]
        item = {"type": "message", "role": role, "content": content, **fields}
        self.send("conversation.item.create", item=item, **({"previous_item_id": previous} if previous else {}))

    def say(self, text: str) -> None:
        self.write(text)
        self.send("response.create")

    def speak(self, audio: bytes) -> None:
        for piece in base64_pieces(audio):
            self.send("input_audio_buffer.append", audio=piece)

    def errors(self, count: int) -> list[dict]:
        self.until("error", count)
        return [event["error"] for event in self.of("error")]

    def works(self) -> None:
        """The session still answers."""
        count = len(self.of(DONE)) + 1
        self.send("response.create", response={"output_modalities": ["text"]})
        assert self.until(DONE, count)["response"]["status"] == "completed"
