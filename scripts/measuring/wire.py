"""What clients of the compact protocol send, made beforehand."""

import base64, json, struct, wave
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = b"\x37\xfa\x21\x3d"  # of RFC 6455's examples
BYTES_PER_MS = 32  # 16 kHz, PCM16

HANDSHAKE = (
    b"GET /ws?include_audio=false HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def frame(payload, opcode=1):
    """A client's frame, masked as a browser would."""
    n = len(payload)
    size = bytes([0x80 | n]) if n < 126 else b"\xfe" + struct.pack(">H", n) if n < 65536 else b"\xff" + struct.pack(">Q", n)
    mask = (KEY * (n // 4 + 1))[:n]
    masked = (int.from_bytes(payload, "big") ^ int.from_bytes(mask, "big")).to_bytes(n, "big")
    return bytes([0x80 | opcode]) + size + KEY + masked


def message(**fields):
    return frame(json.dumps(fields).encode())


CLOSE = frame(struct.pack(">H", 1000), 8)


def appends(piece_ms):
    """The appends that hold test.wav, and its length in seconds."""
    with wave.open(str(ROOT / "test.wav")) as file:
        audio = file.readframes(file.getnframes())
    step = BYTES_PER_MS * piece_ms
    parts = [audio[start : start + step] for start in range(0, len(audio), step)]
    frames = [message(type="input_audio_buffer.append", audio=base64.b64encode(part).decode()) for part in parts]
    return frames, len(audio) / BYTES_PER_MS / 1000


def messages(buffer):
    """Takes the whole text messages off the front of a bytearray; `None` stands for the server's Close frame."""
    while len(buffer) >= 2:
        n, start = buffer[1] & 127, 2
        if n > 125:
            start += 2 if n == 126 else 8
            n = int.from_bytes(buffer[2:start], "big")
        if len(buffer) < start or len(buffer) < start + n:
            return
        opcode, payload = buffer[0] & 15, bytes(buffer[start : start + n])
        del buffer[: start + n]
        if opcode == 8:
            yield None
        elif opcode == 1:
            yield json.loads(payload)
