"""Programs from before realtime protocols were common: old libraries and whole small programs, with only the address changed."""

import json
import subprocess
import wave
from pathlib import Path

import pytest

from catalogue import Client
from recording import PCM, SENTENCES, WAV, word_errors
from server import environment

OPENAI_0 = Client("openai 0.28.1", "old_openai_client.py", "openai-0.28.1")
old = pytest.mark.parametrize("client", [OPENAI_0], ids=["openai-0.28.1"])
WORDS = [word for sentence in SENTENCES for word in sentence.text.split()]


@old
@pytest.mark.parametrize("fields", [{"model": "text-davinci-003"}, {"engine": "text-davinci-002"}], ids=["model", "engine"])
@pytest.mark.parametrize("base", ["/v1", ""])
def test_completion(call, launch, fields, base):
    answer = call().call(
        "completion",
        url=launch(LLM="echo").http_url,
        key="none",
        base=base,
        fields={"prompt": "one two three four", "max_tokens": 3, "temperature": 0.9, **fields},
    )
    [choice] = answer["choices"]
    assert (answer["object"], choice["text"], choice["finish_reason"]) == ("text_completion", "one two three", "length")
    assert answer["usage"]["completion_tokens"] == 3


@old
def test_streamed_completion(call, launch):
    url = launch(LLM="echo").http_url
    fields = {"model": "x", "prompt": "one two three", "stream": True}
    parts = call().call("completion", url=url, key="none", base="/v1", fields=fields)
    assert "".join(part["choices"][0]["text"] for part in parts) == "one two three"
    assert len(parts) == 4 and parts[-1]["choices"][0]["finish_reason"] == "stop"


@old
def test_chat(call, launch):
    url = launch(LLM="echo").http_url
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello there"}]
    answer = call().call("chat", url=url, key="none", base="/v1", fields={"model": "x", "messages": messages})
    assert answer["choices"][0]["message"] == {"role": "assistant", "content": "hello there"}


@old
def test_a_server_without_a_model_says_what_to_do(call, launch):
    url = launch(LLM="none").http_url
    failed = call().refused("completion", url=url, key="none", base="/v1", fields={"model": "x", "prompt": "hi"})
    assert "LLM_BASE_URL" in failed["message"]


def test_a_talking_terminal(launch, tmp_path):
    """It prints what was said and what the model answered, until the server ends the session."""
    key = "a-key-of-sixteen-letters"
    server = launch(TRANSCRIBER="pocketsphinx", LLM="echo", API_KEYS=f"alice:{key}")
    recording = tmp_path / "speech.pcm"
    recording.write_bytes(PCM)
    program = Path(__file__).parent / "drivers" / "talking_terminal.py"
    python = OPENAI_0.command[0]
    with subprocess.Popen(
        [python, program, server.http_url, key, recording],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if sum(line.startswith("Bot: ") for line in lines) == len(SENTENCES):
                server.terminate()
        errors = process.stderr.read()
    assert (process.returncode, errors) == (0, "")
    begun = json.loads(lines[0].removeprefix("Session: "))
    assert begun["message_type"] == "SessionBegins"
    said = [line.removeprefix("Me: ") for line in lines[1::2]]
    answered = [line.removeprefix("Bot: ") for line in lines[2::2]]
    assert len(said) == len(SENTENCES) and answered == said
    assert word_errors(" ".join(WORDS), " ".join(said)) <= 0.1 * len(WORDS), said


def test_a_worker_of_watson(launch, tmp_path):
    """Its two functions hear a file, and speak a text that Steno understands again."""
    server = launch(TRANSCRIBER="pocketsphinx", LLM="echo")
    program = Path(__file__).parent / "drivers" / "watson_worker.py"
    spoken = tmp_path / "speech.wav"

    def work(*arguments: object) -> str:
        return subprocess.run(
            [OPENAI_0.command[0], program, server.http_url, *map(str, arguments)],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        ).stdout.strip()

    assert word_errors(" ".join(WORDS), work("hear", WAV)) <= 0.1 * len(WORDS)
    silence = tmp_path / "silence.wav"
    with wave.open(str(silence), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(32_000))
    assert work("hear", silence) == "null"
    work("speak", "Water is important for life on earth.", "en-US_MichaelV3Voice", spoken)
    with wave.open(str(spoken)) as file:
        assert file.getnframes() == (spoken.stat().st_size - 44) // 2
        assert 1.5 < file.getnframes() / file.getframerate() < 6
    assert "water is important" in work("hear", spoken)
