"""Speech over HTTP, by OpenAI's library."""

import wave
from pathlib import Path

import pytest

from catalogue import OPENAI

TEXT = "Good morning. This is what the library asks for, and it gets it as it is made."


@pytest.fixture
def speech(call, launch, tmp_path):
    server = launch()

    def speech(**fields) -> tuple[dict, Path]:
        file = tmp_path / "speech"
        fields = {"model": "tts-1", "voice": "alloy", "input": TEXT} | fields
        return call().call("speech", url=server.http_url, key="none", file=str(file), fields=fields), file

    return speech


@pytest.mark.parametrize("client", OPENAI, ids=lambda client: client.name)
def test_wav_and_pcm(speech):
    answer, file = speech(response_format="wav", speed=1.25)
    assert answer["type"] == "audio/wav" and answer["pieces"] > 5
    with wave.open(str(file)) as audio:
        assert (audio.getframerate(), audio.getnchannels(), audio.getsampwidth()) == (24_000, 1, 2)
    answer, samples = speech(response_format="pcm", voice="onyx")
    assert answer["type"] == "audio/pcm"
    assert 3 <= samples.stat().st_size / 48_000 <= 8


@pytest.mark.parametrize("client", OPENAI[:1], ids=lambda client: client.name)
def test_events(speech):
    answer, file = speech(response_format="pcm", stream_format="sse")
    assert answer["type"].startswith("text/event-stream")
    assert answer["events"][-1] == "speech.audio.done" and set(answer["events"][:-1]) == {"speech.audio.delta"}


@pytest.mark.parametrize("client", OPENAI, ids=lambda client: client.name)
def test_mistakes_are_bad_requests(call, launch):
    fields = {"model": "tts-1", "voice": "alloy", "input": " "}
    refused = call().refused("speech", url=launch().http_url, key="none", file="/dev/null", fields=fields)
    assert (refused["failed"], refused["status"], refused["code"]) == ("BadRequestError", 400, "invalid_value")
