"""What the server writes to its log, and to whom that is of no matter."""

import fcntl
import json
import os
import re
import signal
import subprocess

import pytest

import server as process
from backend import Reply
from client import open_client
from recording import PCM, constant
from test_openai_realtime import session
from upload import transcribe, wav
from waiting import LIMIT, until


@pytest.fixture
def unread(tmp_path):
    """A server whose log goes to a pipe of one page that nobody reads, and the pipe's other end."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4_096)
    settings = {"HOST": "127.0.0.1", "PORT": 0, "TRANSCRIBER": "pocketsphinx", "LOG_LEVEL": "trace"}
    child = subprocess.Popen(
        [str(process.binary()), "serve"], cwd=tmp_path, env=process.environment(**settings), stderr=writer
    )
    os.close(writer)
    with os.fdopen(reader, "rb") as reader:
        yield child, reader
        child.kill()
        child.wait()


def listening_port(pid: int) -> int:
    """The port of a process's listening socket, without its log."""

    def find() -> int | None:
        sockets = set()
        for name in os.listdir(f"/proc/{pid}/fd"):
            try:
                sockets.add(os.readlink(f"/proc/{pid}/fd/{name}"))
            except FileNotFoundError:
                continue
        with open("/proc/net/tcp") as table:
            rows = [line.split() for line in table.readlines()[1:]]
        ports = [int(row[1].split(":")[1], 16) for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets]
        return ports[0] if ports else None

    return until(find, "it listens")


def test_a_log_that_nobody_reads_stops_nothing_and_its_end_is_whole(unread):
    child, reader = unread
    port = listening_port(child.pid)
    server = process.Server.__new__(process.Server)
    server.port, server.key, server._metrics_headers = port, "", {}
    # Each request writes lines of its own: far more than pipe and queue hold, so that some must be dropped.
    requests = 0
    while server.metrics().total("steno_log_lines_dropped_total") == 0:
        server.request("GET", "/health", {"x-request-id": "x" * 120})
        requests += 1
        assert requests < 20_000, "nothing was dropped"
    assert server.get("/health").status == 200
    child.send_signal(signal.SIGTERM)
    text = reader.read()
    assert child.wait(LIMIT) == 0
    lines = text.decode().split("\n")
    assert lines[-1] == "", "the last line is whole"
    assert any("Log lines dropped" in line and "steno.log.dropped=" in line for line in lines)


def line_with(server, text: str) -> str:
    return until(lambda: next((line for line in server.log if text in line), None), f"the log says {text!r}")


def test_the_id_in_the_log_is_that_of_the_answer(launch, backend):
    server = launch(backend, LOG_LEVEL="debug")
    for headers in ({}, {"x-request-id": "mine-1"}):
        answer = server.request("POST", "/v1/realtime/client_secrets", headers)
        assert answer.status == 200
        line_with(server, f"hb.request.id={answer.headers['x-request-id']} ")


def test_the_start_says_what_runs_and_where_audio_goes(launch, backend):
    server = launch(backend, VAD="webrtc", TRANSCRIBER_MODEL="tiny")
    line = line_with(server, "] Starting")
    for text in ("steno.version=", "steno.detector=webrtc", "steno.engine=whisper-http", "steno.engine.model=tiny"):
        assert text in line
    assert "steno.engine.host=127.0.0.1" in line


def test_a_session_has_a_line_at_its_start_and_one_at_its_end(launch, backend):
    server = launch(backend, API_KEYS="alice:alice-key-1", LOG_LEVEL="info")
    with open_client(server, additional_headers={"Authorization": "Bearer alice-key-1"}) as client:
        client.manual()
        client.utterance(constant(200, 1_000))
        client.transcript()
    start, end = line_with(server, "Session started"), line_with(server, "Session ended")
    for line in (start, end):
        assert "steno.protocol=compact" in line and "steno.key=alice" in line and "hb.request.id=req_" in line
    assert next(word for word in start.split() if "request.id" in word) in end
    for text in ("steno.audio.seconds=1.0", "steno.utterances=1", "steno.session.end=normal"):
        assert text in end


def test_a_failure_is_logged_with_its_request_its_session_and_its_utterance(launch, backend):
    backend.respond = lambda request: Reply(status=500)
    server = launch(backend, API_KEYS="alice:alice-key-1")
    headers = {"Authorization": "Bearer alice-key-1", "x-request-id": "mine-1"}
    with session(server, additional_headers=headers) as client:
        name = client.event()["session"]["id"]
        client.configure(turn_detection=None)
        client.append(constant(200, 1_000))
        client.send("input_audio_buffer.commit")
        item = client.until("conversation.item.input_audio_transcription.failed")["item_id"]
    line = line_with(server, "Transcription request failed")
    for text in ("hb.request.id=mine-1", "steno.key=alice", f"steno.session={name}", f"steno.item={item}"):
        assert text in line.split()
    for text in ("Session started", "Session ended"):
        assert f"steno.session={name}" in line_with(server, text).split()


@pytest.mark.parametrize("stream", ["false", "true"])
def test_a_failure_on_a_file_is_logged_with_its_request(launch, backend, stream):
    backend.respond = lambda request: Reply(status=500)
    server = launch(backend)
    answer = transcribe(server, ("stream", stream), file=wav(PCM))
    line = line_with(server, "Transcription request failed")
    assert f"hb.request.id={answer.headers['x-request-id']}" in line.split()


def test_the_end_of_a_session_has_its_reason(launch, backend):
    server = launch(backend)
    with open_client(server) as client:
        client.socket.socket.shutdown(2)
    line_with(server, "steno.session.end=client_gone")
    with open_client(server) as client:
        # A frame with reserved bits set.
        client.socket.socket.sendall(bytes([0xF1, 0x80, 0, 0, 0, 0]))
        line_with(server, "steno.session.end=protocol_error")
    with open_client(server):
        server.terminate()
        line_with(server, "steno.session.end=shutdown")


def test_as_json_every_line_is_an_object(launch, backend):
    server = launch(backend, LOG_FORMAT="json", LOG_LEVEL="debug", API_KEYS="alice:alice-key-1", VAD_TRESHOLD=1)
    headers = {"Authorization": "Bearer alice-key-1", "x-request-id": "mine-1"}
    with open_client(server, additional_headers=headers) as client:
        client.manual()
        client.utterance(constant(200, 1_000))
        client.transcript()
    # A name of the client's that has to be escaped.
    server.request("GET", "/health", {"Host": 'a"b\\c'})
    line_with(server, "Session ended")
    server.hang_up()
    line_with(server, "Reloaded the API keys")
    server.stop()
    lines = [json.loads(line) for line in server.log]
    for line in lines:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
        assert line["level"] in ("debug", "info", "notice", "warning") and line["label"] == "steno" and line["message"]
    messages = {line["message"]: line for line in lines}
    assert messages["Listening"]["url"] == f"http://127.0.0.1:{server.port}"
    end = messages["Session ended"]
    assert (end["steno.key"], end["hb.request.id"], end["steno.session.end"]) == ("alice", "mine-1", "normal")
    assert [line["level"] for line in lines if "VAD_TRESHOLD" in line["message"]] == ["warning"]
