"""Files sent to the HTTP API by hand: the form is written here, and no client library stands between."""

import http.client
import io
import json
import socket
import wave
from collections.abc import Iterable
from dataclasses import dataclass

from recording import RATE, WAV
from server import Server

PATH = "/v1/audio/transcriptions"
BOUNDARY = "boundary-of-the-test"
Field = tuple[str, str]


@dataclass
class Result:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> dict:
        assert self.headers["content-type"].startswith("application/json"), self.headers["content-type"]
        return json.loads(self.body)

    @property
    def error(self) -> dict:
        """The error, which must have every field that OpenAI's has."""
        (error,) = self.json.values()
        assert set(self.json) == {"error"}
        assert set(error) == {"message", "type", "param", "code"}
        assert error["type"] == ("invalid_request_error" if self.status < 500 else "server_error")
        return error

    @property
    def events(self) -> list[dict | str]:
        """Server-sent events: JSON, or the text that is none."""
        assert self.headers["content-type"].startswith("text/event-stream")
        return parse_events(self.text)


def parse_events(text: str) -> list[dict | str]:
    assert text.endswith("\n\n")
    lines = text[:-2].split("\n\n")
    assert all(line.startswith("data: ") and "\n" not in line for line in lines), text
    return [line[6:] if line == "data: [DONE]" else json.loads(line[6:]) for line in lines]


def wav(pcm: bytes, rate: int = RATE) -> bytes:
    """A WAV file of mono PCM16LE."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(pcm)
    return file.getvalue()


def form(file: bytes | None, *fields: Field) -> bytes:
    """A form whose file comes between the fields, as the order must not matter."""
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in fields]
    if file is not None:
        head = b'Content-Disposition: form-data; name="file"; filename="blob"\r\nContent-Type: application/octet-stream'
        parts.insert(len(parts) // 2, head + b"\r\n\r\n" + file)
    body = b"".join(b"--" + BOUNDARY.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return body + b"--" + BOUNDARY.encode() + b"--\r\n"


def headers(**more: str) -> dict[str, str]:
    return {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"} | more


def connect(server: Server, limit: float = 120) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", server.port, timeout=limit)


def receive(connection: http.client.HTTPConnection) -> Result:
    response = connection.getresponse()
    return Result(response.status, response.headers, response.read())


def request(server: Server, method: str, path: str, body: bytes | Iterable[bytes] | None = None, **more: str) -> Result:
    """One request; a body in pieces is sent in chunks."""
    connection = connect(server)
    try:
        chunked = {"Transfer-Encoding": "chunked"} if body is not None and not isinstance(body, bytes) else {}
        connection.request(method, path, body, headers(**more, **chunked), encode_chunked=bool(chunked))
        return receive(connection)
    finally:
        connection.close()


def transcribe(server: Server, *fields: Field, file: bytes | None = None, path: str = PATH) -> Result:
    """Sends a file: the test recording unless there is another."""
    return request(server, "POST", path, form(WAV.read_bytes() if file is None else file, *fields))


def open_request(server: Server, body: bytes, length: int | None = None, path: str = PATH) -> socket.socket:
    """Sends a request, or a part of its body, and leaves the rest to the test."""
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body) if length is None else length}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in headers().items())
    connection.sendall(head.encode() + b"\r\n" + body)
    return connection
