"""AssemblyAI's first realtime protocol as bytes on the wire, where its own library hides them (`clients/`)."""

import base64
import json
from contextlib import ExitStack

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from backend import Gate, Reply
from recording import SENTENCES, between, constant
from waiting import LIMIT, until


@pytest.fixture
def dial(launch, backend):
    with ExitStack() as sockets:

        def dial(query: str = "sample_rate=16000", server=None):
            server = server or launch(backend)
            url = f"{server.url}/v2/realtime/ws?{query}"
            return sockets.enter_context(connect(url, proxy=None, open_timeout=LIMIT))

        yield dial


def receive(socket) -> dict:
    return json.loads(socket.recv(LIMIT))


def rest(socket) -> tuple[list[dict], int]:
    """What comes until the end, and the close code."""
    messages = []
    try:
        while True:
            messages.append(receive(socket))
    except ConnectionClosed as closed:
        assert closed.rcvd
        return messages, closed.rcvd.code


def send(socket, **message) -> None:
    socket.send(json.dumps(message))


def speech() -> bytes:
    return between(SENTENCES[0].start_ms, SENTENCES[0].start_ms + 1_000)


def types(messages: list[dict]) -> list[str | None]:
    assert all(isinstance(message["text"], str) for message in messages)
    return [message.get("message_type") for message in messages]


def test_what_is_open_is_transcribed_when_the_client_terminates(dial):
    socket = dial("sample_rate=16000&enable_extra_session_information=true")
    assert types([receive(socket)]) == ["SessionBegins"]
    send(socket, audio_data=base64.b64encode(speech()).decode())
    send(socket, terminate_session=True)
    messages, code = rest(socket)
    assert types(messages) == ["FinalTranscript", "SessionInformation", "SessionTerminated"]
    assert messages[1]["audio_duration_seconds"] == pytest.approx(1)
    assert code == 1000


@pytest.mark.parametrize(
    ("text", "code"),
    [("{", 4100), ("[]", 4101), ('{"type":"x"}', 4101), ('{"audio_data":"%"}', 4101), ('{"audio_data":7}', 4101)],
)
def test_a_bad_message_ends_the_session_after_what_came_before(dial, text, code):
    socket = dial()
    receive(socket)
    socket.send(speech())
    socket.send(text)
    messages, closed = rest(socket)
    assert [message for message in messages if "error" in message and message["text"] == ""] != []
    assert "FinalTranscript" in types(messages)
    assert closed == code


@pytest.mark.parametrize(
    ("query", "code"),
    [("sample_rate=1", 4000), ("encoding=mp3", 4101), ("word_boost=%5B1%5D", 4104)],
)
def test_a_bad_query_is_told_on_the_socket(dial, query, code):
    messages, closed = rest(dial(query))
    assert [*messages[0]] == ["error", "text"]
    assert closed == code


def test_a_failed_utterance_has_a_text_and_the_session_goes_on(dial, backend):
    backend.respond = lambda request: Reply("no", status=400)
    socket = dial()
    receive(socket)
    socket.send(speech())
    send(socket, force_end_utterance=True)
    failed = receive(socket)
    assert failed["text"] == "" and failed["error"]
    backend.respond = lambda request: Reply("well")
    socket.send(speech())
    send(socket, force_end_utterance=True)
    assert receive(socket)["text"] == "well"


def test_a_server_that_stops_ends_the_session_with_the_code_that_clients_take_for_an_end(dial, launch, backend):
    gate = Gate()
    backend.respond = lambda request: Reply("last words", gate=gate)
    server = launch(backend)
    old = dial(server=server)
    with connect(f"{server.url}/ws", proxy=None) as own:
        receive(old)
        old.send(speech())
        send(old, force_end_utterance=True)
        server.wait_sessions(2)
        until(lambda: backend.requests, "the engine is asked")
        server.terminate()
        gate.open()
        messages, code = rest(old)
        assert types(messages) == ["FinalTranscript", "SessionTerminated"]
        assert (messages[0]["text"], code) == ("last words", 4008)
        assert rest(own) == ([], 1001)


def test_constant_samples_are_utterances_too(dial):
    socket = dial("sample_rate=8000")
    receive(socket)
    socket.send(constant(7, 500, 8_000))
    send(socket, force_end_utterance=True)
    told = receive(socket)
    assert (told["audio_start"], told["audio_end"]) == (0, 500)
