"""Clients that send too fast or never read: nothing is lost, and memory stays bounded."""

import asyncio
import json
import threading
import time

from websockets.asyncio.client import connect

from backend import Reply
from client import audio, open_client
from raw_client import BINARY, TEXT, RawClient, frame
from recording import constant, pieces
from waiting import LIMIT

MEBIBYTE = 1 << 20


class Peak:
    """The server's largest memory above what it had at the start, sampled while the block runs."""

    def __init__(self, server):
        self._server = server
        self._base = server.memory
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.growth = 0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _watch(self):
        while not self._stop.wait(0.05):
            self.growth = max(self.growth, self._server.memory - self._base)


def test_a_flood_against_a_slow_backend_loses_nothing(launch, backend):
    seconds = 400
    # Neighbours differ, and so does every second: a piece that is lost, doubled or moved shows.
    sent = b"".join(constant(second, 500) + constant(-second, 500) for second in range(1, seconds + 1))
    backend.respond = lambda request: Reply(str(request.mark), delay=0.03)
    # In a debug build the neural detector is slower than the flood.
    server = launch(backend, VAD="webrtc", VAD_MAX_UTTERANCE_MS=1_000, VAD_OVERLAP_MS=0, MAX_PENDING_AUDIO_MS=5_000)

    async def flood() -> list[dict]:
        """Sends and receives at the same time, as the synchronous client cannot."""
        async with connect(server.url, proxy=None, max_size=None) as socket:

            async def send() -> None:
                await socket.send(json.dumps({"type": "session.update", "session": {"turn_detection": None}}))
                for piece in pieces(sent, 32_000):
                    await socket.send(piece)
                await socket.send(json.dumps({"type": "input_audio_buffer.commit"}))

            sending = asyncio.create_task(send())
            events = [json.loads(await asyncio.wait_for(socket.recv(), LIMIT)) for _ in range(seconds + 1)]
            await sending
            return [event for event in events if event["type"] != "session.updated"]

    start = time.monotonic()
    with Peak(server) as peak:
        received = asyncio.run(flood())
    elapsed = time.monotonic() - start
    assert [event["transcript"] for event in received] == [str(second) for second in range(1, seconds + 1)]
    assert b"".join(audio(event) for event in received) == sent
    metrics = server.settled_metrics()
    assert metrics.total("steno_audio_samples_total", outcome="transcribed") == seconds * 16_000
    assert elapsed < seconds / 20, "the flood was no flood"
    assert peak.growth < 48 * MEBIBYTE
    assert backend.busiest <= 6, "the session must not ask for more than may be pending"


def test_a_client_that_never_reads_is_closed(launch, backend):
    server = launch(backend, VAD="webrtc", SLOW_READER_TIMEOUT_MS=500)
    burst = frame(BINARY, constant(1, 10_000)) + frame(TEXT, json.dumps({"type": "input_audio_buffer.commit"}).encode())
    with Peak(server) as peak, RawClient(server, receive_buffer=4_096) as client:
        client.manual()
        sent = 0
        try:
            while sent < 500 * MEBIBYTE:
                client.socket.sendall(burst)
                sent += len(burst)
        except (ConnectionResetError, BrokenPipeError):
            pass
        assert sent < 100 * MEBIBYTE, "the server must stop reading from a client that does not read"
        server.wait_sessions(0)
    assert peak.growth < 64 * MEBIBYTE
    assert any("slow_reader" in line for line in server.log)


def test_a_client_that_never_reads_does_not_slow_another(launch, backend):
    server = launch(backend, SLOW_READER_TIMEOUT_MS=60_000)
    with RawClient(server, receive_buffer=4_096) as stuck, open_client(server) as client:
        stuck.manual()
        stuck.socket.settimeout(0.5)
        try:
            while True:
                stuck.append(constant(1, 10_000))
                stuck.commit()
        except TimeoutError:
            pass  # both directions are full
        client.manual()
        client.utterance(constant(2, 200))
        assert client.transcript()["transcript"] == "mark 2"
        stuck.reset()


def test_a_session_over_the_limit_is_refused_until_another_ends(launch, backend):
    server = launch(backend, MAX_SESSIONS=1)
    with open_client(server):
        server.wait_sessions(1)
        answer = server.get("/ws")
        assert (answer.status, answer.json["error"]["code"]) == (503, "full")
        assert int(answer.headers["Retry-After"]) > 0
    server.wait_sessions(0)
    with open_client(server) as client:
        client.manual()
        client.utterance(constant(1, 200))
        client.transcript()
