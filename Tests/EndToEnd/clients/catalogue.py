"""The clients that are tested, and what is tested with them: columns and rows of the table in docs/clients.md."""

import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from recording import ROOT

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Client:
    # As the table has it.
    name: str
    script: str
    # Of `requirements/`, and of the virtual environment; None for Node.
    environment: str | None = None
    # Of the WebSocket's events: ga or beta.
    shape: str = "ga"

    @property
    def command(self) -> list[str]:
        """How to start the driver; raises LookupError if that cannot be."""
        script = str(HERE / "drivers" / self.script)
        if self.environment is None:
            return [*node(), script]
        python = ROOT / ".venv-clients" / self.environment / "bin" / "python"
        if not python.exists():
            raise FileNotFoundError(f"{python} does not exist; ./entrypoint.sh test makes it")
        return [str(python), script]


def node() -> list[str]:
    """Node with its WebSocket, which it has by itself from version 22 on."""
    path = shutil.which("node")
    version = path and subprocess.run([path, "--version"], capture_output=True, text=True).stdout
    major = int(version[1:].split(".")[0]) if version else 0
    if major < 20:
        raise LookupError("Node is not installed, or older than 20")
    return [path] if major >= 22 else [path, "--experimental-websocket"]


VERSIONS = ["3.57.0", "2.11.0", "1.109.1"]
OPENAI = [Client(f"openai {version}", "openai_client.py", f"openai-{version}") for version in VERSIONS]
BETA = [Client(f"{client.name} beta", client.script, client.environment, "beta") for client in OPENAI]
NODE = Client("Node, browser", "node_client.js")
AGENTS = Client("openai-agents 0.24.0", "agents_client.py", "openai-agents-0.24.0")
LIVEKIT = Client("LiveKit 1.8.9", "livekit_client.py", "livekit-1.8.9")
PIPECAT = Client("Pipecat 1.14.0", "pipecat_conversation.py", "pipecat-1.14.0")

COLUMNS = [*OPENAI, *BETA, NODE, AGENTS, LIVEKIT, PIPECAT]
EVENTS = [*OPENAI, *BETA, NODE]
OPENAI_TALKER = replace(OPENAI[0], script="openai_conversation.py")
AGENTS_TALKER = replace(AGENTS, script="agents_conversation.py")
LIVEKIT_TALKER = replace(LIVEKIT, script="livekit_conversation.py")
TALKERS = [OPENAI_TALKER, AGENTS_TALKER, LIVEKIT_TALKER, PIPECAT]

ROWS = [
    "server VAD",
    "semantic VAD",
    "manual commit",
    "commit while someone speaks",
    "audio before any update",
    "G.711 µ-law",
    "G.711 A-law",
    "clear",
    "50 ms commit",
    "bad base64",
    "event id echo",
    "unknown event",
    "update in mid-turn",
    "two sessions at once",
    "engine failure",
    "reconnect",
    "real speech, PocketSphinx",
    "key",
    "short-lived key",
    "file: json",
    "file: text",
    "file: srt",
    "file: vtt",
    "file: verbose_json, words",
    "file: stream",
    "file: wrong key",
    "file: too large",
    "models",
    "conversation: spoken turn",
    "conversation: typed turn",
    "conversation: tool call",
    "conversation: barge-in",
    "conversation: interrupt",
    "conversation: history",
]
