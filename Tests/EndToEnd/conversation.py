"""A client of spoken conversations that plays what it hears at its own pace, as a loudspeaker does."""

import asyncio
import json
import time
from base64 import b64decode, b64encode
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from websockets.asyncio.client import connect

from waiting import LIMIT

RATE = 24_000
AUDIO = "response.output_audio.delta"


@dataclass
class Conversation:
    """One connection; `events` holds everything that came, each with the time of its arrival in `at`."""

    socket: object
    events: list[dict] = field(default_factory=list)
    start: float = field(default_factory=time.monotonic)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self) -> None:
        async for message in self.socket:
            event = json.loads(message)
            event["at"] = time.monotonic() - self.start
            self.events.append(event)
            self.changed.set()

    async def send(self, type: str, **fields: object) -> None:
        await self.socket.send(json.dumps({"type": type, **fields}))

    async def say(self, text: str) -> None:
        """Types something and asks for an answer."""
        content = [{"type": "input_text", "text": text}]
        await self.send("conversation.item.create", item={"type": "message", "role": "user", "content": content})
        await self.send("response.create")

    async def stream(self, pcm: bytes, pace: float = 1.0) -> None:
        """Speaks PCM16 at 24 kHz in pieces of 20 ms, so many times as fast as it lasts."""
        begin = time.monotonic()
        size = 2 * RATE // 50
        for index, place in enumerate(range(0, len(pcm), size)):
            audio = b64encode(pcm[place : place + size]).decode()
            await self.send("input_audio_buffer.append", audio=audio)
            await asyncio.sleep(max(0, begin + (index + 1) * 0.02 / pace - time.monotonic()))

    async def until(self, type: str, count: int = 1, limit: float = LIMIT) -> dict:
        """The event of this type that makes `count` of them."""
        async with asyncio.timeout(limit):
            while True:
                found = self.of(type)
                if len(found) >= count:
                    return found[count - 1]
                self.changed.clear()
                await self.changed.wait()

    def of(self, type: str) -> list[dict]:
        return [event for event in self.events if event["type"] == type]

    @property
    def audio(self) -> bytes:
        return b"".join(b64decode(event["delta"]) for event in self.of(AUDIO))

    def played(self, item: str, now: float | None = None) -> int:
        """Milliseconds of an item that have been played, gaps counted as silence."""
        now = time.monotonic() - self.start if now is None else now
        end = played = 0.0
        for event in self.of(AUDIO):
            if event["item_id"] != item:
                continue
            length = len(b64decode(event["delta"])) / 2 / RATE
            begin = max(end, event["at"])
            played += min(max(now - begin, 0), length)
            end = begin + length
        return int(1000 * played)


@asynccontextmanager
async def converse(url: str, **session: object):
    """A conversation on a server, with settings that differ from its own."""
    async with connect(url + "/v1/realtime?model=any", proxy=None, max_size=None, max_queue=None) as socket:
        conversation = Conversation(socket)
        reading = asyncio.create_task(conversation.read())
        try:
            if session:
                await conversation.send("session.update", session={"type": "realtime", **session})
            yield conversation
        finally:
            reading.cancel()
