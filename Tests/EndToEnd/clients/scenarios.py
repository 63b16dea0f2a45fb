"""What ties a test to its cells in the table of docs/clients.md."""

from collections.abc import Callable

import pytest

from catalogue import COLUMNS, ROWS, Client

# Ends a turn in each pause of the recording.
SERVER_VAD = {"type": "server_vad", "threshold": 0.5, "prefix_padding_ms": 300, "silence_duration_ms": 500}


def scenario(title: str, *clients: Client) -> Callable:
    """Runs a test once per client."""
    assert title in ROWS
    assert {client.name for client in clients} <= {client.name for client in COLUMNS}

    def decorate(test: Callable) -> Callable:
        each = pytest.mark.parametrize("client", clients, ids=lambda client: client.name.replace(" ", "-"))
        return pytest.mark.scenario(title)(each(test))

    return decorate


def heard(text: str) -> int:
    """The milliseconds that an answer of the `backend` fixture tells."""
    before, number, unit = text.split(" ")
    assert (before, unit) == ("heard", "ms"), text
    return int(number)
