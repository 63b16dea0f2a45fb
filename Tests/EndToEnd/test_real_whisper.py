"""Long speech without a pause, cut for its length, with a real Whisper behind HTTP: no word is said twice, and none lost."""

import http.client
import json
import os
import re
import subprocess
from collections.abc import Iterator

import pytest

import upload
from recording import RATE, ROOT, SENTENCES, between, pcm, samples, word_errors
from upload import transcribe

PYTHON = ROOT / ".venv-whisper" / "bin" / "python"

pytestmark = pytest.mark.skipif(
    not PYTHON.exists() and not os.environ.get("STENO_NEEDS_WHISPER"), reason="there is no .venv-whisper"
)

# What the engine is asked for by each kind of server.
OPTIONS = {"words": [], "no words": ["--no-words"], "json alone": ["--refuse-verbose"]}


class Whisper:
    def __init__(self, *options: str) -> None:
        self._process = subprocess.Popen(
            [PYTHON, ROOT / "Tests" / "EndToEnd" / "whisper" / "server.py", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self._process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}/v1"

    def formats(self) -> dict[str, int]:
        """How often each response format was asked for."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", "/formats")
        return json.load(connection.getresponse())

    def stop(self) -> None:
        self._process.stdin.close()
        assert self._process.wait(10) == 0


@pytest.fixture(params=OPTIONS)
def whisper(request) -> Iterator[tuple[str, Whisper]]:
    engine = Whisper(*OPTIONS[request.param])
    yield request.param, engine
    engine.stop()


def without_pauses() -> bytes:
    """The recording's sentences in a row; of each pause at most 60 ms are left."""
    frame = RATE // 100
    kept = []
    for sentence in SENTENCES:
        quiet = 0
        values = samples(between(sentence.start_ms, sentence.end_ms))
        for start in range(0, len(values) - frame + 1, frame):
            piece = values[start : start + frame]
            quiet = quiet + 1 if max(map(abs, piece)) < 400 else 0
            if quiet <= 6:
                kept += piece
    return pcm(kept)


SPEECH = without_pauses()


def plain(text: str) -> list[str]:
    return re.sub(r"[^a-z0-9 ]+", " ", text.lower().replace("'", "")).split()


def doubled(words: list[str]) -> list[str]:
    """Runs of words that come twice in a row."""
    return [
        " ".join(words[start : start + length])
        for length in range(1, 6)
        for start in range(len(words) - 2 * length + 1)
        if words[start : start + length] == words[start + length : start + 2 * length]
    ]


@pytest.mark.parametrize("longest", [3_100, 4_000])
def test_cuts_in_speech_lose_and_double_nothing(launch, whisper, longest):
    kind, engine = whisper
    common = {"OPENAI_BASE_URL": engine.url, "TRANSCRIBER_TIMEOUT_MS": 60_000}
    whole = transcribe(launch(**common), file=upload.wav(SPEECH)).json["text"]
    server = launch(**common, VAD_MAX_UTTERANCE_MS=longest, VAD_SOFT_MAX_MS=longest)
    cut = transcribe(
        server,
        ("chunking_strategy", "auto"),
        ("response_format", "verbose_json"),
        ("timestamp_granularities[]", "word"),
        ("timestamp_granularities[]", "segment"),
        file=upload.wav(SPEECH),
    ).json

    wanted, have = plain(whole), plain(cut["text"])
    cuts = len(SPEECH) // 2 * 1_000 // RATE // longest
    assert len(cut["segments"]) >= 3
    assert doubled(have) == doubled(wanted) == [], cut["text"]
    # A shorter piece is harder to understand: one word for each cut may be heard otherwise.
    assert word_errors(" ".join(wanted), " ".join(have)) <= cuts, (whole, cut["text"])
    assert abs(len(have) - len(wanted)) <= max(1, cuts // 3), (whole, cut["text"])

    assert bool(cut.get("words")) == (kind == "words")
    formats = engine.formats()
    if kind == "json alone":
        assert formats["json"] >= 5 and formats["verbose_json"] <= 4, formats
    else:
        assert "json" not in formats
