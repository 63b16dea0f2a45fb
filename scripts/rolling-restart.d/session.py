"""A client that speaks without pause and comes back, whatever becomes of its connection."""

import asyncio, json, re, struct

import marks
from measuring.wire import HANDSHAKE

RATE = 16_000
PIECE = 1_600  # samples: 100 ms, in whole blocks
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame(payload, opcode):
    """A client's frame; the mask is zero, so that the payload stays as it is."""
    size = len(payload)
    head = bytes([0x80 | opcode]) + (bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size))
    return head + bytes(4) + payload


class Refused(Exception):
    def __init__(self, status):
        self.status = status


class Session:
    """Streams `audio` (cleared PCM16LE) again and again to the end of `length` samples.

    `transcripts` are (from, to, text) in samples of the stream, as the server says; the text is the backend's.
    """

    def __init__(self, number, port, audio, length, is_paced=True):
        self.number, self.port, self.audio, self.length, self.is_paced = number, port, audio, length, is_paced
        self.transcripts, self.errors = [], []
        self.resumed = self.moved = self.refused = 0
        # Where the server's session begins in the stream, and up to where there are transcripts.
        self.base = self.transcribed = 0
        self.token, self.received = None, 0
        self.writer = None
        self.start = None
        # How each connection began and ended, in samples of the stream.
        self.story = []

    async def run(self):
        self.start = asyncio.get_running_loop().time()
        while not await self._connection():
            await asyncio.sleep(0.1)

    def cut(self):
        """Loses the connection, as when a network goes away."""
        if self.writer:
            self.writer.transport.abort()

    async def _connection(self):
        """Whether all has been said and heard, over one connection."""
        try:
            reader = await self._open()
        except Refused as refusal:
            self.refused += 1
            self.story.append(f"refused with {refusal.status}")
            if refusal.status == 410:
                self._begin_anew()
            return False
        except (OSError, asyncio.IncompleteReadError):
            return False
        self.story.append(f"from {self.position}")
        sending = asyncio.create_task(self._send(self.position))
        try:
            code = await self._read(reader)
        except (OSError, asyncio.IncompleteReadError):
            # The session waits for its client.
            self.story.append("cut off")
            return False
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            self.writer.close()
        self.story.append(f"closed with {code}")
        if code == 1000:
            return True
        self.moved += 1
        self._begin_anew()
        return False

    async def _open(self):
        reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        query = "include_audio=false&resumable=true"
        if self.token:
            query += f"&resume={self.token}&resume_events={self.received}"
        self.writer.write(HANDSHAKE.replace(b"/ws?include_audio=false", f"/ws?{query}".encode()))
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status = int(head.split(" ", 2)[1])
        if status != 101:
            self.writer.close()
            raise Refused(status)
        headers = dict(re.findall(r"(?m)^([\w-]+): *(.*?)\r$", head.lower()))
        if self.token:
            self.resumed += 1
            self.position = self.base + int(headers["steno-accepted-bytes"]) // 2
        else:
            # Names of tokens are as they came.
            self.token = re.search(r"(?i)^steno-resume-token: *(\S+)", head, re.M)[1]
            self.position = self.base
        return reader

    def _begin_anew(self):
        """The session is gone: what is behind the last transcript goes to a new one."""
        self.base, self.token, self.received = self.transcribed, None, 0

    def samples(self, start, end):
        """What is said from `start` to `end`, with marks."""
        first, last = start // marks.BLOCK * marks.BLOCK, -(-end // marks.BLOCK) * marks.BLOCK
        size, place = len(self.audio) // 2, first % (len(self.audio) // 2)
        plain = b""
        while len(plain) < 2 * (last - first):
            plain += self.audio[2 * place : 2 * min(size, place + last - first - len(plain) // 2)]
            place = 0
        return marks.marked(plain, self.number, first)[2 * (start - first) : 2 * (end - first)]

    async def _send(self, position):
        loop = asyncio.get_running_loop()
        while position < self.length:
            end = min(self.length, position // PIECE * PIECE + PIECE)
            if self.is_paced:
                await asyncio.sleep(max(0, self.start + end / RATE - loop.time()))
            self.writer.write(frame(self.samples(position, end), BINARY))
            await self.writer.drain()
            position = end
        self.writer.write(frame(struct.pack(">H", 1000), CLOSE))

    async def _read(self, reader):
        """Takes events up to the server's Close frame; its code."""
        while True:
            first, size = await reader.readexactly(2)
            if size == 126:
                (size,) = struct.unpack(">H", await reader.readexactly(2))
            elif size == 127:
                (size,) = struct.unpack(">Q", await reader.readexactly(8))
            payload = await reader.readexactly(size)
            opcode = first & 15
            if opcode == TEXT:
                self._take(json.loads(payload))
            elif opcode == PING:
                self.writer.write(frame(payload, PONG))
            elif opcode == CLOSE:
                return struct.unpack_from(">H", payload)[0]

    def _take(self, event):
        if event["type"] == "session.resumed":
            if event["lost_events"]:
                self.errors.append(f"{event['lost_events']} events were lost")
            return
        self.received += 1
        if event["type"] == "error":
            self.errors.append(event.get("code") or event["message"])
        elif event["type"] == "response.audio_transcript.done":
            start, end = (self.base + event[name] * RATE // 1000 for name in ("start_ms", "end_ms"))
            if event["transcript"]:
                self.transcripts.append((start, end, event["transcript"]))
            self.transcribed = max(self.transcribed, end)
