"""A neural voice in the server, as `steno models pull` and scripts/fetch-voice put it there."""

import json
import shutil

import pytest

import server as process
from recording import ROOT, word_errors
from test_spoken_files import file_of, speak, words
from upload import transcribe

MODEL = ROOT / "models/piper-joe-en"
LIBRARY = ROOT / "engines/sherpa-onnx/lib/libsherpa-onnx-c-api.so"
TEXT = "My brother lives in a small house near the river. We could have dinner together on Friday, if you like."

pytestmark = pytest.mark.skipif(
    not (MODEL.exists() and LIBRARY.exists() and shutil.which("espeak-ng")),
    reason="./entrypoint.sh test could not fetch sherpa-onnx, the voice or espeak-ng",
)


def test_speaks_what_the_server_understands(launch):
    server = launch(TTS="sherpa", TTS_MODEL=MODEL, TRANSCRIBER="sherpa")
    assert json.loads(server.get("/v1/audio/voices").body)["voices"] == ["joe"]
    for voice in ["joe", "alloy", "verse", "nobody"]:
        answer = speak(server, input=TEXT, voice=voice, response_format="pcm")
        assert answer.status == 200
        # At 24 kHz, whatever the rate of the voice: 4 to 10 s.
        assert 4 < len(answer.body) / 2 / 24_000 < 10
        heard = transcribe(server, file=file_of(answer.body)).json["text"]
        assert word_errors(words(TEXT), words(heard)) <= 4


@pytest.mark.parametrize(
    "settings, reason",
    [
        ({"TTS_MODEL": "/proc/nowhere"}, "TTS_MODEL needs what is not there"),
        ({"TTS_MODEL": MODEL.parent / "moonshine-tiny-en"}, "no voice that is known"),
        ({"TTS_MODEL": MODEL, "TTS_VOICE": "af_sky"}, "it has joe"),
        ({"TTS_MODEL": MODEL, "PATH": "/proc/nowhere"}, "install the package espeak-ng"),
        ({"MODELS_DIR": "/proc/nowhere"}, "steno models pull piper-joe-en"),
    ],
)
def test_does_not_start_without_what_it_needs(tmp_path, settings, reason):
    result = process.run("serve", cwd=tmp_path, PORT=0, TTS="sherpa", SHERPA_LIBRARY=LIBRARY, **settings)
    assert result.returncode != 0
    assert reason in result.stderr.splitlines()[-1]
