"""Fixtures: every test has servers of its own, and each must end with exit status 0 and a ledger that adds up."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from backend import Backend
from server import Server, binary


def pytest_sessionstart() -> None:
    try:
        binary()
    except FileNotFoundError as error:
        pytest.exit(str(error), returncode=2)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of client libraries run in one process, as they share what they found with the table."""
    for item in items:
        if "clients" in item.path.parts:
            item.add_marker(pytest.mark.xdist_group("clients"))


@pytest.fixture
def backend() -> Iterator[Backend]:
    """A scripted backend; the server must never send it a request that it would not take."""
    with Backend() as backend:
        yield backend
        assert backend.faults == []


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts a server with PocketSphinx, whose words and times are known, or with the backend that is given."""
    folder = tmp_path / "server"
    folder.mkdir()
    with ExitStack() as servers:

        def launch(backend: Backend | None = None, is_ready: bool = True, **settings: object) -> Server:
            # The scripted backend tells utterances apart by constant samples, in which nobody speaks.
            scripted = {"OPENAI_BASE_URL": backend.url, "GUARD": "off"} if backend else None
            has_backends = "OPENAI_BASE_URL" in settings or "STENO_CONFIG" in settings
            engine = scripted or ({} if has_backends else {"TRANSCRIBER": "pocketsphinx"})
            if scripted or has_backends:
                # Failures are to be seen, not made good by an engine that may be installed here.
                engine = {"FALLBACK": "none"} | engine
            server = Server(folder, **engine | settings)
            servers.callback(server.stop)
            return server.wait_ready() if is_ready else server

        yield launch
