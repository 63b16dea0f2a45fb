"""A WebSocket client on a bare socket (RFC 6455), for what a well-behaved library does not do."""

import base64
import hashlib
import json
import os
import socket
import struct

from server import Server
from waiting import LIMIT

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class RawClient:
    """Use it as a context manager: the socket is closed at the end."""

    def __init__(self, server: Server, path: str = "/ws", receive_buffer: int | None = None) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(LIMIT)
        self.socket.connect(("127.0.0.1", server.port))
        self._buffer = b""
        self._upgrade(path)

    def __enter__(self) -> "RawClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send_frame(self, opcode: int, payload: bytes = b"", *, is_last: bool = True, is_masked: bool = True) -> None:
        self.socket.sendall(frame(opcode, payload, is_last=is_last, is_masked=is_masked))

    def send(self, type: str, **fields: object) -> None:
        self.send_frame(TEXT, json.dumps({"type": type, **fields}).encode())

    def manual(self) -> None:
        self.send("session.update", session={"turn_detection": None})

    def append(self, pcm: bytes) -> None:
        self.send_frame(BINARY, pcm)

    def commit(self) -> None:
        self.send("input_audio_buffer.commit")

    def close_frame(self, code: int = 1000) -> None:
        self.send_frame(CLOSE, struct.pack(">H", code))

    def end_input(self) -> None:
        """Ends this side's direction of the TCP connection; the other may go on."""
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Vanishes: the connection ends with a TCP reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def read_frame(self) -> tuple[int, bytes]:
        """The next frame but for the answer to `manual`."""
        opcode, payload = self._read_frame()
        is_answer = opcode == TEXT and json.loads(payload)["type"] == "session.updated"
        return self._read_frame() if is_answer else (opcode, payload)

    def _read_frame(self) -> tuple[int, bytes]:
        first, second = self._read(2)
        assert first & 0x80 and not first & 0x70, "the server sends whole messages without extensions"
        assert not second & 0x80, "the server must not mask"
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack(">H", self._read(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", self._read(8))
        return first & 0x0F, self._read(size)

    def until_closed(self) -> tuple[list[dict], int | None]:
        """Every event up to the server's Close frame, and its code (None when it has none)."""
        events = []
        while True:
            opcode, payload = self.read_frame()
            if opcode == TEXT:
                events.append(json.loads(payload))
            elif opcode == CLOSE:
                return events, struct.unpack_from(">H", payload)[0] if payload else None
            else:
                assert opcode in (PING, PONG), f"opcode {opcode}"

    def reads_end(self) -> bool:
        """Whether the server ends the TCP connection now."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def _read(self, count: int) -> bytes:
        while len(self._buffer) < count:
            received = self.socket.recv(max(65_536, count - len(self._buffer)))
            if not received:
                raise EOFError(f"the connection ended within a frame; {self._buffer!r} came last")
            self._buffer += received
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        return data

    def _upgrade(self, path: str) -> None:
        key = base64.b64encode(os.urandom(16))
        self.socket.sendall(
            b"GET %s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n" % (path.encode(), key)
        )
        while b"\r\n\r\n" not in self._buffer:
            received = self.socket.recv(4_096)
            assert received, f"no answer to the handshake, only {self._buffer!r}"
            self._buffer += received
        head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        status, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        accept = base64.b64encode(hashlib.sha1(key + _GUID).digest()).decode()
        assert status.startswith("HTTP/1.1 101 "), head
        assert headers["sec-websocket-accept"] == accept, head
        self.headers = headers


def frame(opcode: int, payload: bytes, *, is_last: bool = True, is_masked: bool = True) -> bytes:
    """One frame; the mask is zero, so that the payload stays as it is."""
    size, mask = len(payload), 0x80 if is_masked else 0
    head = bytes([(0x80 if is_last else 0) | opcode])
    if size < 126:
        head += bytes([mask | size])
    elif size < 65_536:
        head += struct.pack(">BH", mask | 126, size)
    else:
        head += struct.pack(">BQ", mask | 127, size)
    return head + (bytes(4) if is_masked else b"") + payload
