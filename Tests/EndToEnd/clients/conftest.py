"""Fixtures: a driver per client for the whole run, and sessions that end before their server does."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from websockets.sync.client import connect as open_socket

from backend import Backend, Reply
from catalogue import Client
from driver import Driver, DriverSession
from realtime import Realtime
from server import Server
from table import Results
from waiting import LIMIT
from wire import Wire


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "scenario(title): the row of the table in docs/clients.md that a test belongs to")
    config.addinivalue_line("markers", "table: runs after every other test")
    config.results = Results()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The table comes last, when all else has been run."""
    items.sort(key=lambda item: item.get_closest_marker("table") is not None)
    for item in items:
        if cell := cell_of(item):
            config.results.collected.add(cell)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    report = yield
    # A test that is skipped still passes its teardown.
    if (cell := cell_of(item)) and (report.failed or report.when == "call" and report.passed):
        item.config.results.add(*cell, report.passed)
    return report


def cell_of(item: pytest.Item) -> tuple[str, str] | None:
    marker = item.get_closest_marker("scenario")
    return (marker.args[0], item.callspec.params["client"].name) if marker else None


@pytest.fixture(scope="session")
def drivers() -> Iterator[Callable[[Client], Driver]]:
    with ExitStack() as running:
        started: dict[tuple[str, ...], Driver] = {}

        def driver(client: Client) -> Driver:
            command = tuple(client.command)
            if command not in started:
                started[command] = running.enter_context(Driver(list(command)))
            return started[command]

        yield driver


@pytest.fixture
def driver(client: Client, drivers: Callable[[Client], Driver]) -> Driver:
    try:
        return drivers(client)
    except LookupError as missing:
        pytest.skip(str(missing))


@pytest.fixture
def connect(client: Client, driver: Driver, launch: Callable) -> Iterator[Callable[..., Realtime]]:
    """Opens sessions; each is checked and closed at the end."""
    with ExitStack() as sessions:

        def connect(server: Server, **options: str) -> Realtime:
            session = Realtime(driver, client, server, **options)
            sessions.callback(session.finish)
            return session

        yield connect


@pytest.fixture
def call(driver: Driver) -> Callable[[], DriverSession]:
    """A session of the driver that is only asked, and has nothing to close."""
    return driver.session


@pytest.fixture
def dial(launch, backend, call) -> Iterator[Callable[..., Wire]]:
    """Opens conversations with an echo. In the current shape, OpenAI's strict types must take every event."""
    backend.respond = lambda request: Reply("good morning")
    wires: list[Wire] = []
    with ExitStack() as sockets:

        def dial(headers: dict[str, str] = {}, **settings: object) -> Wire:
            server = launch(backend, LLM="echo", TTS="flite", **settings)
            url = f"{server.url}/v1/realtime?model=gpt-realtime"
            socket = open_socket(url, additional_headers=headers, proxy=None, max_queue=None, open_timeout=LIMIT)
            wire = Wire(sockets.enter_context(socket))
            if not headers:
                wires.append(wire)
            return wire

        yield dial
    for wire in wires:
        assert call().call("validate", events=wire.events) == []


@pytest.fixture
def backend(backend: Backend) -> Backend:
    """Answers with how much it heard, to the nearest 10 ms."""
    backend.respond = lambda request: Reply(f"heard {round(len(request.pcm) / 320) * 10} ms")
    return backend
