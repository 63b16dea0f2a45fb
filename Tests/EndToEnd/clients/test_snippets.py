"""The snippets for clients of OpenAI that the documents show, run as they stand there with the library that each is for."""

import os
import re
import subprocess

import pytest

from catalogue import AGENTS, LIVEKIT, OPENAI, PIPECAT, Client, node
from documents import snippets
from recording import ROOT, SENTENCES, word_errors

CLIENTS = "docs/clients.md"
ASSEMBLYAI = Client("assemblyai 0.43.1", "assemblyai_client.py", "assemblyai-0.43.1")
WORDS = " ".join(sentence.text for sentence in SENTENCES)


def python(client: Client) -> list[str]:
    return [client.command[0], "-c"]


def run(command: list[str], code: str, server) -> str:
    """What a snippet prints that is run against this server."""
    assert "127.0.0.1:8000" in code
    code = code.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")
    return subprocess.run([*command, code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout


def check(command: list[str], code: str, server) -> None:
    printed = run(command, code, server)
    letters = re.findall(r"^[a-z ]+$", printed, re.M)
    assert word_errors(WORDS, " ".join(letters)) <= 0.1 * len(WORDS.split()), printed


@pytest.mark.parametrize("index", [0, 1], ids=["stream", "file"])
def test_openai(launch, index):
    check(python(OPENAI[0]), snippets(CLIENTS, "OpenAI's Python library")[index], launch())


def test_curl(launch):
    [code] = snippets("README.md", "A file with curl")
    check(["sh", "-c"], code, launch())


def test_node(launch):
    try:
        command = node()
    except LookupError as missing:
        pytest.skip(str(missing))
    [code] = snippets(CLIENTS, "Node and browsers")
    check([*command, "-e"], code, launch())


@pytest.mark.parametrize(
    ("heading", "client"), [("openai-agents", AGENTS), ("LiveKit", LIVEKIT)], ids=["openai-agents", "LiveKit"]
)
def test_streams(launch, heading, client):
    [code] = snippets(CLIENTS, heading)
    check(python(client), code, launch())


def test_assemblyai(launch):
    [code] = snippets(CLIENTS, "AssemblyAI's Python library")
    check(python(ASSEMBLYAI), code, launch())


def test_a_tutor(launch, tmp_path):
    """A spoken turn; the echo answers with what it heard."""
    [code] = snippets(CLIENTS, "A tutor with curl")
    server = launch(LLM="echo")
    code = code.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    result = subprocess.run(["sh", "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    me, bot = result.stdout.splitlines()
    heard = me.removeprefix("Me: ")
    assert word_errors(WORDS, heard) <= 0.1 * len(WORDS.split())
    assert bot == f"Bot: {heard}"
    assert (tmp_path / "answer.wav").stat().st_size > 200_000


@pytest.mark.parametrize(
    ("name", "client"),
    [("openai", OPENAI[0]), ("openai-agents", AGENTS), ("LiveKit", LIVEKIT), ("Pipecat", PIPECAT)],
    ids=["openai", "openai-agents", "LiveKit", "Pipecat"],
)
def test_conversations(launch, name, client):
    [code] = snippets(CLIENTS, f"A conversation with {name}")
    printed = run(python(client), code, launch(LLM="echo"))
    assert "How are you today?" in printed
    if name == "openai":
        assert re.search(r"^[1-9] seconds$", printed, re.M), printed
