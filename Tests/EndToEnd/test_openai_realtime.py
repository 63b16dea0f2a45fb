"""OpenAI's Realtime protocol, in what its own clients do not show."""

import base64
import json
import math
import random
from array import array
from contextlib import contextmanager

import pytest
from websockets.sync.client import connect

from backend import Backend
from recording import PCM, RATE, pcm, pieces, samples
from server import Server
from waiting import LIMIT, until

PATHS = ["/v1/realtime", "/realtime", "/openai/v1/realtime", "/v1/realtime/"]


@contextmanager
def session(server: Server, path: str = "/v1/realtime?intent=transcription", **options: object):
    with connect(server.url + path, proxy=None, open_timeout=LIMIT, **options) as socket:
        yield Session(socket)


class Session:
    def __init__(self, socket) -> None:
        self.socket = socket

    def send(self, type: str, **fields: object) -> None:
        self.socket.send(json.dumps({"type": type, **fields}))

    def event(self) -> dict:
        return json.loads(self.socket.recv(LIMIT))

    def until(self, type: str) -> dict:
        while True:
            event = self.event()
            if event["type"] == type:
                return event

    def configure(self, **input: object) -> dict:
        self.send("session.update", session={"type": "transcription", "audio": {"input": input}})
        return self.until("session.updated")["session"]["audio"]["input"]

    def append(self, audio: bytes) -> None:
        for piece in pieces(audio, 6_400):
            self.send("input_audio_buffer.append", audio=base64.b64encode(piece).decode())


@pytest.mark.parametrize("path", PATHS)
def test_every_path_greets_at_once(launch, backend, path):
    with session(launch(backend), path) as client:
        assert client.event()["type"] == "session.created"


@pytest.mark.parametrize(
    "offered, chosen",
    [
        (None, None),
        (["realtime"], "realtime"),
        (["openai-insecure-api-key.abc", "realtime"], "realtime"),
        (["openai-insecure-api-key.abc"], None),
        (["chat"], None),
    ],
)
def test_only_the_offered_subprotocol_is_chosen(launch, backend, offered, chosen):
    with session(launch(backend), subprotocols=offered) as client:
        assert client.socket.subprotocol == chosen


@pytest.mark.parametrize(
    "options, query, type",
    [
        ({}, "", "session.created"),
        ({"additional_headers": {"OpenAI-Beta": "realtime=v1"}}, "?model=gpt-4o-realtime-preview", "session.created"),
        (
            {"additional_headers": {"OpenAI-Beta": "realtime=v1"}},
            "?intent=transcription",
            "transcription_session.created",
        ),
        (
            {"subprotocols": ["realtime", "openai-beta.realtime-v1"]},
            "?intent=transcription",
            "transcription_session.created",
        ),
    ],
)
def test_the_shape_follows_the_handshake(launch, backend, options, query, type):
    with session(launch(backend), "/v1/realtime" + query, **options) as client:
        created = client.event()
        assert created["type"] == type
        assert ("audio" in created["session"]) == (not options)


def test_the_first_message_comes_before_the_engine_is_there(launch, backend):
    backend.refuse()
    with session(launch(backend, is_ready=False)) as client:
        assert client.event()["type"] == "session.created"


def test_the_model_goes_to_a_backend_unless_the_operator_chose_one(launch, backend):
    server = launch(backend)
    for path in ["/v1/realtime?intent=transcription&model=whisper-large", "/v1/realtime?model=gpt-realtime"]:
        with session(server, path) as client:
            client.configure(turn_detection=None)
            client.append(bytes(24_000))
            client.send("input_audio_buffer.commit")
            client.until("conversation.item.input_audio_transcription.completed")
    assert [request.fields["model"] for request in backend.requests] == ["whisper-large", "whisper-1"]


@pytest.mark.parametrize("place, least", [("near_field", 9), ("far_field", 14)])
def test_noise_reduction_takes_noise_away(launch, backend, place, least):
    noise = random.Random(1)
    noisy = pcm(array("h", (noise.randint(-1_500, 1_500) for _ in range(4 * RATE))))
    with session(launch(backend)) as client:
        for reduction in [None, {"type": place}]:
            applied = client.configure(
                format={"type": "audio/pcm", "rate": RATE}, turn_detection=None, noise_reduction=reduction
            )
            assert applied["noise_reduction"] == reduction
            client.append(noisy)
            client.send("input_audio_buffer.commit")
            client.until("conversation.item.input_audio_transcription.completed")
    plain, quiet = (samples(request.pcm) for request in backend.requests)
    assert len(quiet) == len(plain) == 4 * RATE
    # It learns the noise in the first second.
    assert level(plain[2 * RATE :]) - level(quiet[2 * RATE :]) > least


def test_a_manual_turn_may_be_longer_than_an_utterance(launch, backend):
    with session(launch(backend, VAD_MAX_UTTERANCE_MS=2_000)) as client:
        client.configure(format={"type": "audio/pcm", "rate": RATE}, turn_detection=None)
        client.append(PCM)
        client.send("input_audio_buffer.commit")
        client.until("conversation.item.input_audio_transcription.completed")
    assert [request.pcm for request in backend.requests] == [PCM]


def test_a_file_of_a_large_message_is_one_utterance(launch, backend):
    """An append may hold 15 MiB of audio."""
    # In a debug build the neural detector is too slow for minutes of audio at once.
    with session(launch(backend, VAD="webrtc")) as client:
        client.configure(turn_detection=None)
        client.send("input_audio_buffer.append", audio=base64.b64encode(bytes(15 << 20)).decode())
        client.send("input_audio_buffer.commit")
        completed = client.until("conversation.item.input_audio_transcription.completed")
        assert completed["usage"]["seconds"] == (15 << 20) / 48_000
    # The engine hears it in pieces, which are all of it.
    assert sum(len(request.pcm) for request in backend.requests) // 2 == (15 << 20) // 3

def level(values: array) -> float:
    """In decibels."""
    return 20 * math.log10(math.sqrt(sum(value * value for value in values) / len(values)) + 1e-9)
