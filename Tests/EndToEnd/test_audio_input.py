"""Every form in which a client may send audio."""

import base64
import struct
import textwrap

import pytest

from client import audio, open_client
from recording import PCM, SENTENCES, WAV, between, constant, correlation, pieces, resampled, samples

HALF_SECOND = constant(7, 500)


def utterances(client):
    return [client.transcript() for _ in SENTENCES]


def assert_known_times(events):
    for sentence, event in zip(SENTENCES, events, strict=True):
        assert abs(event["start_ms"] - sentence.start_ms) <= 300, event["start_ms"]
        assert abs(event["end_ms"] - sentence.end_ms) <= 300, event["end_ms"]


@pytest.mark.parametrize("rate", [8_000, 11_025, 24_000, 44_100, 48_000])
def test_resamples_every_rate(launch, backend, rate):
    with open_client(launch(backend)) as client:
        client.stream(resampled(PCM, rate), size=2 * rate // 10, sample_rate=rate)
        events = utterances(client)
    assert_known_times(events)
    for event in events:
        assert event["sample_rate"] == 16_000
        heard = audio(event)
        assert any(request.pcm == heard for request in backend.requests)
        original = between(event["start_ms"], event["end_ms"])
        assert abs(len(heard) - len(original)) <= 64
        assert correlation(heard, original) > 0.9


def test_takes_binary_messages_at_the_rate_of_the_query(launch, backend):
    with open_client(launch(backend), "/ws?sample_rate=8000") as client:
        for piece in pieces(resampled(PCM, 8_000), 1_600):
            client.socket.send(piece)
        assert_known_times(utterances(client))


def test_takes_a_change_of_rate_in_mid_stream(launch, backend):
    middle = 2 * 16_000 * 7  # in the pause between the second and the third sentence
    with open_client(launch(backend)) as client:
        client.stream(PCM[:middle], sample_rate=16_000)
        client.stream(resampled(PCM[middle:], 48_000), size=9_600, sample_rate=48_000)
        events = utterances(client)
    assert_known_times(events)
    assert audio(events[1]) == between(events[1]["start_ms"], events[1]["end_ms"])


@pytest.mark.parametrize("size", [333, 4_001, len(PCM)])
def test_takes_pieces_of_any_size(launch, backend, size):
    with open_client(launch(backend)) as client:
        client.stream(PCM, size)
        events = utterances(client)
    assert_known_times(events)
    for event, request in zip(events, backend.requests, strict=True):
        assert audio(event) == request.pcm == between(event["start_ms"], event["end_ms"])


@pytest.mark.parametrize("is_binary", [False, True])
def test_takes_single_bytes(launch, backend, is_binary):
    speech = between(1_000, 1_200)
    with open_client(launch(backend)) as client:
        client.manual()
        for byte in pieces(speech, 1):
            client.socket.send(byte) if is_binary else client.append(byte)
        client.commit()
        assert audio(client.transcript()) == speech


@pytest.mark.parametrize(
    "encode",
    [
        lambda pcm: base64.b64encode(pcm).decode().rstrip("="),
        lambda pcm: base64.urlsafe_b64encode(pcm).decode(),
        lambda pcm: base64.urlsafe_b64encode(pcm).decode().rstrip("="),
        lambda pcm: base64.encodebytes(pcm).decode(),
        lambda pcm: " \t" + "\r\n".join(textwrap.wrap(base64.b64encode(pcm).decode(), 61)) + " ",
    ],
    ids=["without padding", "URL-safe", "URL-safe without padding", "with line feeds", "with white space"],
)
@pytest.mark.parametrize("surplus", [0, 2, 4])
def test_takes_every_base64(launch, backend, encode, surplus):
    speech = between(1_000, 1_500)[: 15_000 + surplus]
    assert {b"+"[0], b"/"[0]} <= set(base64.b64encode(speech)), "the samples must need both of the special letters"
    with open_client(launch(backend)) as client:
        client.manual()
        client.append(speech, encode)
        client.commit()
        assert audio(client.transcript()) == speech


def test_takes_empty_audio(launch, backend):
    with open_client(launch(backend)) as client:
        client.manual()
        client.append(b"")
        client.socket.send(b"")
        client.utterance(HALF_SECOND)
        assert audio(client.transcript()) == HALF_SECOND


@pytest.mark.parametrize("is_binary", [False, True])
def test_skips_a_riff_header_at_the_start(launch, backend, is_binary):
    with open_client(launch(backend)) as client:
        for piece in pieces(WAV.read_bytes(), 3_200):
            client.socket.send(piece) if is_binary else client.append(piece)
        events = utterances(client)
    for event in events:
        assert audio(event) == between(event["start_ms"], event["end_ms"])


def test_keeps_every_sample_value(launch, backend):
    values = struct.pack("<65536h", *range(-32_768, 32_768))
    with open_client(launch(backend)) as client:
        client.manual()
        client.utterance(values)
        assert audio(client.transcript()) == values
    assert list(samples(backend.requests[0].pcm)) == list(range(-32_768, 32_768))


def test_a_container_is_refused_once_and_nothing_is_transcribed(launch, backend):
    with open_client(launch(backend)) as client:
        client.manual()
        for _ in range(3):
            client.socket.send(b"OggS\0" + bytes(3_200))
        error = client.error()
        assert error["code"] == "invalid_audio"
        assert "Ogg" in error["message"] and "PCM" in error["message"]
        client.commit()
        assert client.error()["code"] == "input_audio_buffer_commit_empty"
    assert not backend.requests


@pytest.mark.parametrize("size", [3_200, 7])
@pytest.mark.parametrize("extra", [b"", b"LIST" + struct.pack("<I", 5_000) + bytes(5_000)], ids=["short", "long"])
def test_the_header_of_a_wav_file_counts_when_no_rate_is_named(launch, backend, size, extra):
    with open_client(launch(backend)) as client:
        client.manual()
        client.stream(wav(8_000, extra) + resampled(HALF_SECOND, 8_000), size)
        client.commit()
        assert abs(len(audio(client.transcript())) - len(HALF_SECOND)) <= 4


def test_the_header_of_a_stereo_file_counts(launch, backend):
    with open_client(launch(backend)) as client:
        client.manual()
        client.stream(wav(16_000, channels=2) + HALF_SECOND + HALF_SECOND, 3_201)
        client.commit()
        assert audio(client.transcript()) == HALF_SECOND


@pytest.mark.parametrize("way", ["query", "update", "append"])
def test_a_header_against_a_named_rate_is_one_error_until_a_clear(launch, backend, way):
    with open_client(launch(backend), "/ws?sample_rate=16000" if way == "query" else "/ws") as client:
        client.update(turn_detection=None, **{"sample_rate": 16_000} if way == "update" else {})
        fields = {"sample_rate": 16_000} if way == "append" else {}
        client.stream(wav(8_000) + HALF_SECOND, 3_200, **fields)
        error = client.error()
        assert error["code"] == "invalid_audio"
        assert "8000" in error["message"] and "16000" in error["message"]
        client.commit()
        assert client.error()["code"] == "input_audio_buffer_commit_empty"
        client.clear()
        client.utterance(HALF_SECOND)
        assert audio(client.transcript()) == HALF_SECOND
    assert len(backend.requests) == 1


def test_a_mark_over_two_messages_and_mp3_without_a_tag_are_refused(launch, backend):
    frame = b"\xff\xfb\x90\x64" + bytes(413)
    for first, rest in [(b"Og", b"gS\0" + bytes(3_200)), (b"\xff", frame[1:] + 3 * frame)]:
        with open_client(launch(backend)) as client:
            client.manual()
            client.socket.send(first)
            client.socket.send(rest)
            assert client.error()["code"] == "invalid_audio"
    assert not backend.requests


def wav(rate, extra=b"", channels=1):
    """The header of a file of 16-bit samples, with the chunks `extra` before its data."""
    block = 2 * channels
    fields = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * block, block, 16)
    return b"RIFF\xff\xff\xff\xffWAVE" + fields + extra + b"data\xff\xff\xff\xff"
