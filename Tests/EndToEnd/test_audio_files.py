"""Uploads in the containers that recorders and messengers write, which ffmpeg decodes."""

import subprocess

import pytest

from recording import SENTENCES, WAV, samples, word_errors
from upload import transcribe

ENCODERS = {
    "mp3": ["-c:a", "libmp3lame", "-f", "mp3"],
    "opus": ["-c:a", "libopus", "-f", "ogg"],
    "webm": ["-c:a", "libopus", "-f", "webm"],
    "flac": ["-f", "flac"],
    "m4a": ["-c:a", "aac", "-f", "ipod"],
}
TEXT = " ".join(sentence.text for sentence in SENTENCES)


@pytest.fixture(scope="module")
def encoded(tmp_path_factory) -> dict[str, bytes]:
    """The recording in every container."""
    folder = tmp_path_factory.mktemp("encoded")
    files = {}
    for name, options in ENCODERS.items():
        path = folder / name
        command = ["ffmpeg", "-loglevel", "error", "-i", str(WAV), "-b:a", "64k", *options, str(path)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        files[name] = path.read_bytes()
    return files


def test_every_container_is_heard(launch, encoded):
    server = launch()
    for name, file in encoded.items():
        result = transcribe(server, ("response_format", "text"), file=file)
        assert result.status == 200, name
        assert word_errors(TEXT, result.text) <= 0.1 * len(TEXT.split()), (name, result.text)


def test_a_container_becomes_the_engine_s_samples(launch, backend, encoded):
    transcribe(launch(backend), file=encoded["flac"])
    (request,) = backend.requests
    assert samples(request.pcm) == samples(WAV.read_bytes()[44:])


def test_without_ffmpeg_only_wav_is_read(launch, backend, encoded, tmp_path):
    server = launch(backend, PATH=tmp_path)
    result = transcribe(server, file=encoded["mp3"])
    assert (result.status, result.error["code"]) == (415, "invalid_file_format")
    assert "ffmpeg" in result.error["message"]
    assert transcribe(server).status == 200


def test_a_damaged_container_is_refused(launch, backend, encoded):
    damaged = encoded["mp3"][:40] + bytes(range(256)) * 40
    result = transcribe(launch(backend), file=damaged)
    assert (result.status, result.error["code"]) == (400, "invalid_file_format")
    assert backend.requests == []
