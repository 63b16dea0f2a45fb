"""A Whisper-compatible server whose every answer a test decides.

It runs on a thread of its own. A request that is not as such a server wants it (a form with a valid WAV file of 16 kHz
mono PCM16 and a model's name) is a fault: it gets status 400, and `faults` says what was wrong.
"""

import asyncio
import json
import re
import struct
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import Enum, auto

from recording import samples


class Ending(Enum):
    WHOLE = auto()
    # The status line and half of the body, then the connection ends.
    CUT = auto()
    # The connection ends instead of an answer.
    CLOSE = auto()
    # No answer at all, until the other side closes.
    HANG = auto()
    # `body` and nothing else: no status line, no headers.
    RAW = auto()


class Gate:
    """Holds answers back until it is opened."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def open(self) -> None:
        self._event.set()

    @property
    def is_open(self) -> bool:
        return self._event.is_set()


@dataclass(frozen=True)
class Reply:
    """What to answer, when, and how much of it."""

    text: str = ""
    status: int = 200
    body: bytes | None = None
    content_type: str = "application/json"
    delay: float = 0.0
    gate: Gate | None = None
    ending: Ending = Ending.WHOLE

    @property
    def payload(self) -> bytes:
        return self.body if self.body is not None else _json_text(self.text)


@dataclass
class Request:
    """What came."""

    path: str
    headers: dict[str, str]
    # The values of a field that is a list (`name[]`) have commas between them.
    fields: dict[str, str] = field(default_factory=dict)
    pcm: bytes = b""
    arrived: float = field(default_factory=time.monotonic)
    # Set when the other side closed the connection before it had its answer.
    abandoned: threading.Event = field(default_factory=threading.Event)

    @property
    def mark(self) -> int:
        """The first sample, by which `recording.constant` tells utterances apart."""
        return samples(self.pcm[:2])[0]


class Fault(Exception):
    """A request that no Whisper-compatible server would take."""


class Backend:
    """Use it as a context manager; `respond` may be changed at any time."""

    def __init__(self, respond: Callable[[Request], Reply] | None = None) -> None:
        self.respond = respond or (lambda request: Reply(f"mark {request.mark}"))
        self.requests: list[Request] = []
        self.faults: list[str] = []
        self.port = 0
        # The most requests that were open at once.
        self.busiest = 0
        self._busy = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task, asyncio.StreamWriter] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> "Backend":
        self._thread.start()
        self.listen()
        return self

    def __exit__(self, *_: object) -> None:
        self.refuse()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def listen(self) -> None:
        """Opens the port; after `refuse`, the same one again."""
        self._call(self._listen()).result(10)

    def refuse(self) -> None:
        """Closes the port and every connection."""
        self._call(self._refuse()).result(10)

    def _call(self, coroutine) -> Future:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _refuse(self) -> None:
        if self._server:
            self._server.close()
        self._server = None
        connections = list(self._connections.items())
        for task, writer in connections:
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*(task for task, _ in connections), return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._connections[task] = writer
        try:
            while await self._exchange(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            del self._connections[task]
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; whether the connection is good for another."""
        try:
            request = await _read_request(reader, writer)
            reply = self.respond(request)
            self.requests.append(request)
        except Fault as fault:
            self.faults.append(str(fault))
            request, reply = Request("", {}), Reply(status=400, body=str(fault).encode())
        self._busy += 1
        self.busiest = max(self.busiest, self._busy)
        try:
            return await self._wait(reply, reader, request) and await _write(reply, writer)
        finally:
            self._busy -= 1

    async def _wait(self, reply: Reply, reader: asyncio.StreamReader, request: Request) -> bool:
        """Whether the other side is still there when it is time to answer."""
        if reply.ending is not Ending.HANG and reply.delay == 0 and reply.gate is None:
            return True
        gone = asyncio.ensure_future(reader.read(1))
        ready = asyncio.ensure_future(self._until_due(reply))
        try:
            await asyncio.wait({gone, ready}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            is_due = ready.done()
            gone.cancel()
            ready.cancel()
            # Only when the cancelled read has ended may the next one begin.
            await asyncio.gather(gone, ready, return_exceptions=True)
        if not is_due:
            request.abandoned.set()
        return is_due

    async def _until_due(self, reply: Reply) -> None:
        if reply.ending is Ending.HANG:
            await asyncio.Future()
        await asyncio.sleep(reply.delay)
        while reply.gate and not reply.gate.is_open:
            await asyncio.sleep(0.01)


async def _read_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, version = head[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = await _read_body(reader, headers)
    request = Request(path, headers)
    if (method, version) != ("POST", "HTTP/1.1"):
        raise Fault(f"{method} with {version}")
    if path.split("?")[0] != "/v1/audio/transcriptions":
        raise Fault(f"path {path}")
    _read_form(body, headers.get("content-type", ""), request)
    return request


async def _read_body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", 0)))
    body = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    while (await reader.readline()).strip():
        pass
    return body


def _read_form(body: bytes, content_type: str, request: Request) -> None:
    """Reads `multipart/form-data` (RFC 7578) into the request."""
    match = re.fullmatch(r'multipart/form-data; *boundary="?([^";]{1,70})"?', content_type)
    if not match:
        raise Fault(f"content type {content_type!r}")
    first, *parts = (b"\r\n" + body).split(b"\r\n--" + match[1].encode())
    if first or not parts or parts.pop().strip() != b"--":
        raise Fault("the form does not end with its closing boundary")
    for part in parts:
        head, separator, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = re.search(rb'^content-disposition: *form-data;.*?\bname="([^"]*)"', head, re.I | re.M)
        if not name or not separator:
            raise Fault(f"a part without a name: {head!r}")
        key = name[1].decode()
        is_list = key.endswith("[]")
        if (key in request.fields and not is_list) or (key == "file" and request.pcm):
            raise Fault(f"{key} comes twice")
        if key == "file":
            if not re.search(rb'\bfilename="[^"]+\.wav"', head):
                raise Fault(f"the file has no name that ends in .wav: {head!r}")
            request.pcm = _read_wav(content)
        elif key in request.fields:
            request.fields[key] += "," + content.decode("utf-8")
        else:
            before = request.fields[key] + "," if key in request.fields else ""
            request.fields[key] = before + content.decode("utf-8")
    if not request.pcm or not request.fields.get("model"):
        raise Fault("no file, or no model")


def _read_wav(content: bytes) -> bytes:
    """The samples of a WAV file whose every length is right."""
    if len(content) < 44 or content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise Fault("the file is not WAV")
    if struct.unpack_from("<I", content, 4)[0] != len(content) - 8:
        raise Fault("the RIFF length is wrong")
    offset, form, data = 12, None, None
    while offset + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, offset)
        chunk = content[offset + 8 : offset + 8 + size]
        if len(chunk) != size:
            raise Fault(f"the chunk {name!r} is cut off")
        if name == b"fmt ":
            form = struct.unpack_from("<HHIIHH", chunk)
        elif name == b"data":
            data = chunk
        offset += 8 + size + size % 2
    if form != (1, 1, 16_000, 32_000, 2, 16):
        raise Fault(f"the format is {form}, not 16 kHz mono PCM16")
    if not data or len(data) % 2:
        raise Fault("there are no samples, or half a one")
    return data


async def _write(reply: Reply, writer: asyncio.StreamWriter) -> bool:
    if reply.ending is Ending.CLOSE:
        return False
    payload = reply.payload
    if reply.ending is Ending.RAW:
        writer.write(payload)
        await writer.drain()
        return False
    head = f"HTTP/1.1 {reply.status} Scripted\r\nContent-Length: {len(payload)}\r\n"
    head += f"Content-Type: {reply.content_type}\r\n\r\n"
    is_cut = reply.ending is Ending.CUT
    writer.write(head.encode() + (payload[: len(payload) // 2] if is_cut else payload))
    await writer.drain()
    return not is_cut


def _json_text(text: str) -> bytes:
    return json.dumps({"text": text}).encode()
