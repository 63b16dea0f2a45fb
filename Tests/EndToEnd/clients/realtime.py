"""A transcription session over a driver, in the shape of the current API or of its beta."""

import turns
from catalogue import Client
from driver import Driver
from server import Server
from speech import base64_pieces
from turns import Turn
from waiting import LIMIT

BETA_FORMATS = {"audio/pcm": "pcm16", "audio/pcmu": "g711_ulaw", "audio/pcma": "g711_alaw"}
BETA_NAMES = {
    "format": "input_audio_format",
    "transcription": "input_audio_transcription",
    "noise_reduction": "input_audio_noise_reduction",
    "turn_detection": "turn_detection",
}


def settings(shape: str, **fields: object) -> dict:
    """A session object; `format` is a type such as `audio/pcm`."""
    if shape == "beta":
        if "format" in fields:
            fields["format"] = BETA_FORMATS[fields["format"]]
        return {BETA_NAMES[name]: value for name, value in fields.items()}
    if "format" in fields:
        fields["format"] = {"type": fields["format"]} | ({"rate": 24_000} if fields["format"] == "audio/pcm" else {})
    return {"type": "transcription", "audio": {"input": fields}}


class Realtime:
    """Connects at once; `finish` must be called."""

    def __init__(self, driver: Driver, client: Client, server: Server, key: str = "none") -> None:
        self.shape = client.shape
        self._session = driver.session()
        self._mistakes = 0
        self._prefix = "transcription_session" if self.shape == "beta" else "session"
        self._session.do(
            "connect", url=server.http_url, key=key, shape=self.shape, query={"intent": "transcription"}
        )

    @property
    def events(self) -> list[dict]:
        return [line["event"] for line in self._session.every("event")]

    def opened(self) -> dict:
        """The line that says so."""
        return self._session.line("opened")

    def failed(self) -> dict:
        """The line that says that there is no connection."""
        return self._session.line("failed")

    def created(self) -> dict:
        """The session as the server announced it."""
        return self.wait(f"{self._prefix}.created")[0]["session"]

    def wait(self, type: str, count: int = 1) -> list[dict]:
        """Every event of a type, once there are `count` of them."""

        def seen() -> list[dict] | None:
            found = [event for event in self.events if event["type"] == type]
            return found if len(found) >= count else None

        return self._session.wait(seen, f"{count} of {type}")

    def send(self, type: str, **fields: object) -> None:
        self._session.do("send", type=type, fields=fields)

    def update(self, **fields: object) -> dict:
        """Changes settings, and returns the session as it then is."""
        count = sum(event["type"] == f"{self._prefix}.updated" for event in self.events)
        self.send(f"{self._prefix}.update", session=settings(self.shape, **fields))
        return self.wait(f"{self._prefix}.updated", count + 1)[-1]["session"]

    def input(self, session: dict, name: str) -> object:
        """A setting of a session that the server sent."""
        return session[BETA_NAMES[name]] if self.shape == "beta" else session["audio"]["input"][name]

    def append(self, audio: bytes) -> None:
        for piece in base64_pieces(audio):
            self.send("input_audio_buffer.append", audio=piece)

    def commit(self, **fields: object) -> None:
        self.send("input_audio_buffer.commit", **fields)

    def error(self) -> dict:
        """The next mistake that the server reports."""
        self._mistakes += 1
        return self.wait("error", self._mistakes)[self._mistakes - 1]["error"]

    def turns(self, count: int, limit: float = LIMIT) -> list[Turn]:
        """Every utterance, once there are `count` results."""
        self._session.wait(
            lambda: sum(event["type"] in (turns.COMPLETED, turns.FAILED) for event in self.events) >= count,
            f"{count} results",
            limit=limit,
        )
        found = turns.turns(self.events, self.shape)
        assert len(found) == count, found
        return found

    def turn(self) -> Turn:
        """The only utterance."""
        return self.turns(1)[0]

    def finish(self) -> None:
        """Closes, and checks what must hold at the end of every session that was opened."""
        if not self._session.every("opened"):
            return
        self._session.do("close")
        assert self._session.line("closed")["closed"] == 1000
        assert [line["fault"] for line in self._session.every("event") if line.get("fault")] == []
        turns.check_session(self.events, self.shape)
        errors = [event for event in self.events if event["type"] == "error"]
        assert len(errors) == self._mistakes, errors
