"""The clients of the compact protocol that the documents show, run as they stand there."""

import shutil
import subprocess
import sys

import pytest

from documents import snippets
from recording import ROOT

SENTENCES = ["water is important for life on earth", "my brother works for the government in washington"]


def example(document: str, heading: str, server) -> str:
    [code] = snippets(document, heading)
    assert "127.0.0.1:8000" in code
    return code.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}")


def run(command: list[str]) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout


def test_the_python_client_prints_what_is_said(launch):
    printed = run([sys.executable, "-c", example("README.md", "A stream from Python", launch())])
    assert all(sentence in printed for sentence in SENTENCES)


def node() -> str | None:
    path = shutil.which("node")
    version = path and subprocess.run([path, "--version"], capture_output=True, text=True).stdout
    return path if version and int(version[1:].split(".")[0]) >= 20 else None


@pytest.mark.skipif(node() is None, reason="Node 20 or newer, which has a WebSocket client, is not installed")
def test_the_javascript_client_prints_what_is_said(launch):
    code = example("docs/clients.md", "JavaScript with the compact protocol", launch())
    printed = run([node(), "--experimental-websocket", "-e", code])
    assert all(sentence in printed for sentence in SENTENCES)
