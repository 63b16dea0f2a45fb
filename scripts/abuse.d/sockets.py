"""WebSocket messages that are large, many, or made to cost time when they are read."""

import base64, http.client, json, os, socket, struct, threading

from crowd import at_once

UPGRADE = (
    "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
LARGE = 21_000_000


def frame(opcode, payload):
    """A whole message in one frame, masked with zeros."""
    count = len(payload)
    if count < 126:
        head = struct.pack(">BB", 0x80 | opcode, 0x80 | count)
    elif count < 65_536:
        head = struct.pack(">BBH", 0x80 | opcode, 0x80 | 126, count)
    else:
        head = struct.pack(">BBQ", 0x80 | opcode, 0x80 | 127, count)
    return head + bytes(4) + payload


# Changes nothing; its answer comes after whatever the messages before it led to.
EMPTY_UPDATE = frame(TEXT, b'{"type":"session.update","session":{}}')


class Client:
    def __init__(self, target, path="/ws?include_audio=false"):
        self.socket = socket.create_connection(("127.0.0.1", target.port), timeout=120)
        self.socket.sendall(UPGRADE.format(path=path).encode())
        self.file = self.socket.makefile("rb")
        assert b" 101 " in self.file.readline(), "the socket did not open"
        while self.file.readline() != b"\r\n":
            pass

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        """The next message or Close; pings are answered."""
        while True:
            first, length = self.file.read(2)
            if length == 126:
                length = struct.unpack(">H", self.file.read(2))[0]
            elif length == 127:
                length = struct.unpack(">Q", self.file.read(8))[0]
            payload = self.file.read(length)
            if first & 15 == PING:
                self.send(frame(PONG, payload))
            elif first & 15 != PONG:
                return first & 15, payload

    def code(self):
        """The code of the next message, which is an error."""
        opcode, payload = self.receive()
        assert opcode == TEXT, (opcode, payload)
        return json.loads(payload)["code"]

    def is_alive(self):
        """Whether the server answers a message after all that came before."""
        self.send(EMPTY_UPDATE)
        return b"session.updated" in self.receive()[1]

    def close(self):
        self.socket.close()


def append(audio, **fields):
    fields = {"type": "input_audio_buffer.append", "audio": base64.b64encode(audio).decode()} | fields
    return frame(TEXT, json.dumps(fields).encode())


def large_append():
    """One message of about `LARGE` bytes: minutes of silence, in base64."""
    return append(bytes(LARGE * 3 // 4 // 4 * 4))


def attack_tiny_messages(target):
    """Two million messages of one byte, and as many pings."""
    piece = (frame(BINARY, b"\0") + frame(PING, b"")) * 10_000

    def flood():
        client = Client(target)
        threading.Thread(target=lambda: [client.socket.recv(65_536) for _ in iter(int, 1)], daemon=True).start()
        for _ in range(50):
            client.send(piece)
        client.close()

    at_once(4, flood)


def attack_large_appends(target):
    message = large_append()

    def send():
        client = Client(target)
        try:
            client.send(message)
            client.send(EMPTY_UPDATE)
            # The answer, or that there was no room.
            assert client.receive()[0] == TEXT
        except ConnectionError:
            pass  # There was none, and the rest of the message was in the way of saying so.
        client.close()

    at_once(50, send)


attack_large_appends.settings = {"VAD": "webrtc", "MAX_MEMORY_BYTES": "268435456"}
attack_large_appends.memory_mb = 800


def attack_unfinished_messages(target):
    """All but the last byte of a large message, from each of many, held until all are there."""
    message = large_append()[:-1]
    barrier = threading.Barrier(50)

    def send():
        client = Client(target)
        try:
            client.send(message)
        except ConnectionError:
            pass  # There was no room for it.
        barrier.wait(120)
        client.close()

    at_once(50, send)


attack_unfinished_messages.settings = {"MAX_MEMORY_BYTES": "134217728"}
attack_unfinished_messages.memory_mb = 500


def attack_manual_buffers(target):
    """Minutes of audio that nobody commits, from one client after the other, held until all are there."""
    message = large_append()
    barrier = threading.Barrier(40)
    turn = threading.Lock()
    refused = []
    update = {"type": "session.update", "session": {"type": "transcription", "audio": {"input": {"turn_detection": None}}}}

    def send():
        client = Client(target, "/v1/realtime?intent=transcription")
        try:
            client.send(frame(TEXT, json.dumps(update).encode()))
            while b'"session.updated"' not in client.receive()[1]:
                pass
            with turn:
                client.send(message)
                # The answer is behind what the message led to.
                client.send(frame(TEXT, json.dumps(update).encode()))
                refused.append(b'"server_overloaded"' in client.receive()[1])
        except (ConnectionError, ValueError):
            refused.append(True)
        barrier.wait(120)
        client.close()

    at_once(40, send)
    assert any(refused) and not all(refused), refused


attack_manual_buffers.settings = {"VAD": "webrtc", "MAX_MEMORY_BYTES": "134217728"}
# 80 MB of it are the end-of-turn model.
attack_manual_buffers.memory_mb = 680


def attack_low_rate(target):
    """Twenty minutes of audio at 8 kHz in one message."""
    client = Client(target)
    client.send(append(bytes(15_000_000), sample_rate=8_000))
    assert client.is_alive()
    client.close()


def attack_nested_json(target):
    client = Client(target)
    for opening in (b"[", b'{"a":', b'[{"a":'):
        client.send(frame(TEXT, b'{"type":"session.update","session":' + opening * (10_000 // len(opening))))
        assert client.code() == "invalid_json"
        client.send(frame(TEXT, opening * (LARGE // len(opening))))
        assert client.code() == "invalid_json"
    client.close()
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=60)
    connection.request("POST", "/v1/realtime/client_secrets", '{"session":' + "[" * 1_900)
    assert connection.getresponse().status == 400
    connection.close()


def attack_flat_json(target):
    """Valid JSON without end, and of numbers, also where an append has it."""

    def send():
        client = Client(target)
        for kind in (b"append", b"commit"):
            for item in (b"[],", b"1,", b'"",', b"{},", b"-1.5e3,"):
                items = item * (LARGE // 4 // len(item))
                client.send(frame(TEXT, b'{"type":"input_audio_buffer.' + kind + b'","a":[' + items + b"0]}"))
                assert client.code() in ("invalid_value", "invalid_json")
        client.close()

    at_once(4, send)
