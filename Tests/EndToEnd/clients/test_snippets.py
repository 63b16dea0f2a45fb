"""The snippets for clients of OpenAI that the documents show, run as they stand there with the library that each is for."""

import re
import subprocess

import pytest

from catalogue import AGENTS, LIVEKIT, OPENAI, Client, node
from documents import snippets
from recording import ROOT, SENTENCES, word_errors

CLIENTS = "docs/clients.md"
WORDS = " ".join(sentence.text for sentence in SENTENCES)


def python(client: Client) -> list[str]:
    return [client.command[0], "-c"]


def check(command: list[str], code: str, server) -> None:
    assert "127.0.0.1:8000" in code
    code = code.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")
    printed = subprocess.run([*command, code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout
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
