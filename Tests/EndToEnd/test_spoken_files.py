"""`POST /v1/audio/speech` by hand: formats, events, errors, and clients that are slow or leave."""

import base64
import io
import itertools
import json
import re
import shutil
import subprocess
import time
import wave

import pytest

from backend import Backend
from recording import ROOT, word_errors
from upload import open_request, parse_events, request, transcribe
from waiting import until

PATH = "/v1/audio/speech"
PATHS = [PATH, "/openai/v1/audio/speech", "/audio/speech", "/openai/deployments/tts-1/audio/speech?api-version=1"]
TEXT = "My brother lives in a small house near the river. We could have dinner together on Friday, if you like."
OPENAI = "alloy ash ballad coral echo fable nova onyx sage shimmer verse marin cedar".split()
RATE = 24_000
LIBRARY = ROOT / "engines/sherpa-onnx/lib/libsherpa-onnx-c-api.so"
FFMPEG = shutil.which("ffmpeg")


def speak(server, path: str = PATH, **fields):
    body = json.dumps({"model": "tts-1", "voice": "alloy", "input": TEXT} | fields).encode()
    return request(server, "POST", path, body)


def words(text: str) -> str:
    return " ".join(re.findall(r"[a-z']+", text.lower()))


def file_of(pcm: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(pcm)
    return file.getvalue()


def samples_of(body: bytes, container: str) -> int:
    """Samples at 24 kHz that ffmpeg finds in a file."""
    decode = ["ffmpeg", "-v", "error", "-f", container, "-i", "pipe:0", "-ar", str(RATE), "-f", "s16le", "pipe:1"]
    decoded = subprocess.run(decode, input=body, capture_output=True, check=True)
    assert decoded.stderr == b""
    return len(decoded.stdout) // 2


@pytest.mark.skipif(not LIBRARY.exists(), reason="setup could not fetch sherpa-onnx from PyPI")
@pytest.mark.parametrize("format", ["wav", "pcm"])
def test_the_server_understands_what_it_says(launch, format):
    server = launch(TRANSCRIBER="sherpa")
    spoken = speak(server, response_format=format)
    assert (spoken.status, spoken.headers["content-type"]) == (200, f"audio/{format}")
    file = spoken.body if format == "wav" else file_of(spoken.body)
    heard = transcribe(server, file=file).json["text"]
    assert word_errors(words(TEXT), words(heard)) <= len(words(TEXT).split()) / 5, heard


@pytest.mark.parametrize("path", PATHS)
def test_every_path_speaks(launch, path):
    spoken = speak(launch(), path, response_format="wav")
    assert spoken.status == 200
    # Nobody knows the sizes when the header goes out.
    assert spoken.body[:4] == b"RIFF" and spoken.body[4:8] == spoken.body[40:44] == b"\xff\xff\xff\xff"
    assert int.from_bytes(spoken.body[24:28], "little") == RATE
    assert 4 <= (len(spoken.body) - 44) / 2 / RATE <= 9


def test_voices_and_speed(launch):
    server = launch(TTS_VOICES="alloy=rms", TTS_VOICE="awb")
    voices = request(server, "GET", "/v1/audio/voices").json
    assert voices["voices"] == ["awb", "slt", "rms", "kal16"]
    assert [voice["id"] for voice in voices["data"]] == voices["voices"]
    lengths = {}
    for voice in [*voices["voices"], *OPENAI, {"id": "slt"}, "nobody", None]:
        spoken = speak(server, voice=voice, response_format="pcm")
        assert spoken.status == 200
        lengths[str(voice)] = len(spoken.body)
    # Voices are told apart by how long they speak, which their noise changes by a few samples.
    own = {voice: lengths[voice] for voice in voices["voices"]}
    assert min(abs(a / b - 1) for a, b in itertools.combinations([own[name] for name in ("slt", "rms", "awb")], 2)) > 0.003
    meant = {"alloy": "rms", "nova": "slt", "{'id': 'slt'}": "slt", "nobody": "awb", "None": "awb"}
    for name, voice in meant.items():
        assert abs(lengths[name] / own[voice] - 1) < 0.0015, (name, lengths)
    assert len([line for line in server.log if "is not known" in line]) == 1
    fast = speak(server, voice="slt", response_format="pcm", speed=2.0)
    assert 0.35 <= len(fast.body) / lengths["slt"] <= 0.65


def test_events(launch):
    spoken = speak(launch(), response_format="pcm", stream_format="sse")
    *deltas, done = parse_events(spoken.text)
    assert {event["type"] for event in deltas} == {"speech.audio.delta"}
    assert done == {
        "type": "speech.audio.done",
        "usage": {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0},
    }
    audio = b"".join(base64.b64decode(event["audio"], validate=True) for event in deltas)
    assert 4 <= len(audio) / 2 / RATE <= 9


@pytest.mark.skipif(not FFMPEG, reason="ffmpeg is not installed")
@pytest.mark.parametrize(
    "format, type, container",
    [
        (None, "mpeg", "mp3"),
        ("mp3", "mpeg", "mp3"),
        ("opus", "opus", "ogg"),
        ("aac", "aac", "aac"),
        ("flac", "flac", "flac"),
    ],
)
def test_compressed(launch, format, type, container):
    server = launch()
    spoken = speak(server, response_format=format)
    assert (spoken.status, spoken.headers["content-type"]) == (200, f"audio/{type}")
    plain = len(speak(server, response_format="pcm").body) / 2
    assert abs(samples_of(spoken.body, container) - plain) <= 0.15 * RATE
    assert server.children == []


def test_without_ffmpeg(launch, tmp_path):
    server = launch(PATH=tmp_path)
    assert speak(server).headers["content-type"] == "audio/wav"
    refused = speak(server, response_format="mp3")
    assert (refused.status, refused.error["param"]) == (400, "response_format")
    assert "'wav' and 'pcm'" in refused.error["message"]


@pytest.mark.parametrize(
    "fields, code, param",
    [
        ({"input": None}, "invalid_value", "input"),
        ({"input": " \n"}, "invalid_value", "input"),
        ({"input": "a" * 65_537}, "invalid_value", "input"),
        ({"input": "a" * 600_000}, "invalid_value", "input"),
        ({"response_format": "ogg"}, "invalid_value", "response_format"),
        ({"speed": 5}, "invalid_value", "speed"),
        ({"voice": 5}, "invalid_value", "voice"),
        ({"stream_format": "ndjson"}, "invalid_value", "stream_format"),
    ],
)
def test_mistakes(launch, fields, code, param):
    refused = speak(launch(), **fields)
    assert refused.status == 400
    assert (refused.error["code"], refused.error["param"]) == (code, param)


def test_a_body_without_input(launch):
    server = launch()
    missing = request(server, "POST", PATH, b"{}")
    assert (missing.status, missing.error["code"], missing.error["param"]) == (400, "missing_required_parameter", "input")
    broken = request(server, "POST", PATH, b"{")
    assert (broken.status, broken.error["code"]) == (400, "invalid_json")


def test_a_key_is_asked_for(launch):
    server = launch(API_KEYS="alice:key-of-alice")
    assert speak(server).status == 401
    assert request(server, "GET", "/v1/audio/voices").status == 401


def test_no_speech(launch):
    refused = speak(launch(TTS="none"))
    assert (refused.status, refused.error["code"]) == (404, "tts_unavailable")


def test_long_text_is_cut_and_not_refused(launch):
    server = launch()
    sentence = "This is one of many sentences. "
    spoken = speak(server, input=sentence * 200, response_format="pcm", voice="kal16")
    assert 200 * 1.0 <= len(spoken.body) / 2 / RATE <= 200 * 3.0


def test_a_slow_client_makes_the_engine_wait_and_one_that_leaves_ends_the_work(launch):
    server = launch()
    # The engine has its voice in memory, and its threads their own.
    speak(server, response_format="pcm")
    stand_still(server)
    before = server.memory
    body = json.dumps({"input": "This is one of many sentences. " * 2_000, "response_format": "pcm"}).encode()
    connection = open_request(server, body, path=PATH)
    assert connection.recv(1_000).startswith(b"HTTP/1.1 200")
    # Nobody reads on: what is left is most of an hour of speech, and 200 MB.
    stand_still(server)
    assert server.memory - before < 60 << 20
    connection.close()
    stand_still(server)
    server.stop()
    assert any("Draining sessions" in line and "steno.sessions.active=0" in line for line in server.log)


def stand_still(server) -> None:
    """Waits until it needs no processor time."""

    def is_still() -> bool:
        before = processor_time(server)
        time.sleep(0.3)
        return processor_time(server) - before <= 1

    until(is_still, "the server stands still")


def processor_time(server) -> int:
    """In hundredths of a second."""
    with open(f"/proc/{server.pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_another_server_speaks(launch):
    """A second Steno is the backend of the first."""
    backend = launch()
    server = launch(TTS_BASE_URL=f"{backend.http_url}/v1", TTS_VOICE="rms")
    assert request(server, "GET", "/v1/audio/voices").json["voices"] == ["rms"]
    through = speak(server, response_format="pcm", voice="ash")
    plain = speak(backend, response_format="pcm", voice="ash")
    assert through.status == 200
    assert abs(len(through.body) - len(plain.body)) <= 0.1 * len(plain.body)


def test_a_backend_that_is_gone(launch):
    with Backend() as backend:
        port = backend.url
    gone = speak(launch(TTS_BASE_URL=port))
    assert (gone.status, gone.error["code"]) == (502, "tts_unavailable")
