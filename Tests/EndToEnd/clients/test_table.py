"""docs/clients.md says what this run found."""

import os
import subprocess

import pytest

import table
from catalogue import COLUMNS

DISTRIBUTIONS = {
    "openai": "openai",
    "openai-agents": "openai-agents",
    "livekit": "livekit-plugins-openai",
    "pipecat": "pipecat-ai",
}


@pytest.mark.parametrize("client", [client for client in COLUMNS if client.environment], ids=lambda client: client.name)
def test_a_column_has_the_version_that_is_tested(client):
    name, _, version = client.environment.rpartition("-")
    assert version in client.name
    code = f"import importlib.metadata; print(importlib.metadata.version('{DISTRIBUTIONS[name]}'))"
    found = subprocess.run([client.command[0], "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == version


@pytest.mark.table
def test_the_table_in_the_document_is_what_was_found(request):
    found = "\n" + table.render(request.config.results.merged(table.parse(table.shown()))) + "\n\n"
    if os.environ.get("UPDATE_TABLE"):
        table.write(found)
    assert table.shown() == found, "run the tests again with UPDATE_TABLE=1 and commit docs/clients.md"
