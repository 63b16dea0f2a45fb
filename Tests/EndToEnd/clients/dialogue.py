"""A conversation of a client's library with a server, and what of it went over the wire."""

from catalogue import Client
from driver import Driver
from replies import Reply, replies
from server import Server
from speech import base64_pieces
from tap import Tap
from waiting import LIMIT, until

TOOL = {
    "type": "function",
    "name": "get_weather",
    "description": "Tells the weather of a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}
ANSWER = "Sunny and warm."
STARTED = "input_audio_buffer.speech_started"
DELTA = "response.output_audio.delta"


class Conversation:
    """Connects at once; `finish` must be called."""

    def __init__(self, driver: Driver, client: Client, server: Server) -> None:
        self.client = client
        self.tap = Tap(server.http_url)
        self._session = driver.session()
        self._session.do("connect", url=self.tap.http_url, key="none", tool=TOOL, answer=ANSWER)
        try:
            self._session.line("ready")
        except AssertionError:
            self.tap.show()
            self.tap.close()
            raise

    def do(self, method: str, **fields: object) -> None:
        self._session.do(method, **fields)

    def say(self, text: str) -> None:
        self.do("say", text=text)

    def speak(self, audio: bytes) -> None:
        for piece in base64_pieces(audio):
            self.do("audio", audio=piece)

    def reported(self, key: str, count: int = 1) -> list:
        """What the library told of `key`, once it did so `count` times."""

        def seen() -> list | None:
            found = [line[key] for line in self._session.every(key)]
            return found if len(found) >= count else None

        return self._session.wait(seen, f"{count} of {key}")

    def said(self, text: str) -> None:
        """Waits until the library has told that the assistant said `text`."""
        self._session.wait(lambda: text in [line["said"] for line in self._session.every("said")], text)

    def replies(self, count: int) -> list[Reply]:
        """The responses of the last connection, once so many are done."""
        connection = self.tap.lines[-1].connection

        def done() -> list[dict] | None:
            events = self.tap.heard("response.done", connection)
            return events if len(events) >= count else None

        until(done, f"{count} responses", LIMIT)
        found = replies(self.tap.heard(connection=connection))
        assert len(found) == count, found
        return found

    def finish(self) -> None:
        """Closes, and checks what must hold at the end of every conversation."""
        try:
            self.do("close")
            self._session.line("closed")
            # A cancel that comes after the server's own end is told so, which clients pass over.
            codes = {event["error"]["code"] for event in self.tap.heard("error")}
            assert codes <= {"response_cancel_not_active"}
            assert [line for line in self._session.lines if line.get("fault") or line.get("error")] == []
        finally:
            self.tap.show()
            self.tap.close()


def after(lines: list, type: str) -> list:
    """The lines of a tap after the first one of a type."""
    place = next(index for index, line in enumerate(lines) if line.type == type)
    return lines[place + 1 :]
