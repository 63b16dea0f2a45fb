"""Starting, not being ready, draining, and what operators see."""

import os
import socket
from pathlib import Path
from subprocess import TimeoutExpired

import pytest
from websockets.exceptions import InvalidStatus

import server as process
from backend import Ending, Gate, Reply
from client import DONE, open_client
from recording import SENTENCES, between, constant
from waiting import until

MODEL = Path("/usr/share/pocketsphinx/model/en-us")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "80a"),
        ("PORT", "65536"),
        ("VAD", "foo"),
        ("VAD_THRESHOLD", "1.5"),
        ("VAD_THRESHOLD", "nan"),
        ("LOG_LEVEL", "loud"),
        ("TRANSCRIBER", "parrot"),
        ("TRANSCRIBER", "whisper-http"),
        ("OPENAI_BASE_URL", "ftp://127.0.0.1/v1"),
        ("SHERPA_THREADS", "0"),
        ("MAX_MESSAGE_BYTES", "-1"),
        ("SHUTDOWN_TIMEOUT_MS", "1e3"),
    ],
)
def test_a_bad_setting_stops_the_start_with_one_line_that_names_it(tmp_path, name, value):
    result = process.run("serve", cwd=tmp_path, **{"HOST": "127.0.0.1", "PORT": 0, name: value})
    assert result.returncode > 0, "it ended by itself, with a failure"
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert name in result.stderr
    assert result.stdout == ""


def test_an_address_that_cannot_be_used_is_one_line_that_names_the_setting(tmp_path, backend):
    result = process.run("serve", cwd=tmp_path, HOST="192.0.2.1", PORT=0, OPENAI_BASE_URL=backend.url)
    assert result.returncode == 1
    assert [line for line in result.stderr.splitlines() if line.startswith("steno: ") and "HOST" in line]


def test_a_host_that_has_no_address_is_one_line_that_names_the_setting(tmp_path, backend):
    result = process.run("serve", cwd=tmp_path, HOST="nowhere.invalid", PORT=0, OPENAI_BASE_URL=backend.url)
    assert result.returncode == 1
    assert [line for line in result.stderr.splitlines() if line.startswith("steno: ") and "HOST" in line]


def test_an_option_wins_over_the_environment_and_that_over_the_file(tmp_path):
    def complaint(*arguments, **settings):
        return process.run("serve", *arguments, cwd=tmp_path, **settings).stderr

    (tmp_path / ".env").write_text("VAD=file\n")
    assert "'file'" in complaint(PORT=0)
    assert "'environment'" in complaint(PORT=0, VAD="environment")
    assert "'option'" in complaint("--vad", "option", PORT=0, VAD="environment")


def test_a_port_in_use_is_one_clear_line_and_exit_status_1(tmp_path, backend):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = process.run("serve", cwd=tmp_path, HOST="127.0.0.1", PORT=port, OPENAI_BASE_URL=backend.url)
    complaints = [line for line in result.stderr.splitlines() if str(port) in line]
    assert result.returncode == 1
    assert len(complaints) == 1, result.stderr
    assert complaints[0].startswith("steno: ") and "PORT" in complaints[0]


def model_folder(folder: Path) -> Path:
    """A model that can be changed file by file."""
    (folder / "en-us").mkdir(parents=True)
    for file in [*MODEL.glob("*"), *(MODEL / "en-us").glob("*")]:
        if file.is_file():
            (folder / file.relative_to(MODEL)).symlink_to(file)
    return folder


def replace(path: Path, text: str) -> None:
    path.unlink()
    path.write_text(text)


def assert_not_initialized(error: dict) -> None:
    assert error["message"] == "Server models not initialized."
    assert error["code"] == "models_not_initialized"
    assert error["error"]["type"] == "server_error"


# PocketSphinx calls exit() on these, and the whole server ends.
FATAL = pytest.mark.xfail(strict=True, raises=(AssertionError, OSError), reason="the process ends")


@pytest.mark.parametrize(
    "file",
    [
        "en-us.lm.bin",
        "en-us/feat.params",
        pytest.param("en-us/mdef", marks=FATAL),
        pytest.param("en-us/means", marks=FATAL),
    ],
)
def test_with_a_corrupt_model_the_server_lives_but_is_never_ready(launch, tmp_path, file):
    folder = model_folder(tmp_path / "model")
    replace(folder / file, "garbage\n")
    server = launch(is_ready=False, GUARD="off", POCKETSPHINX_MODEL=folder)
    until(lambda: server.get("/ready").json == {"status": "failed"}, "the load has failed")
    assert server.get("/ready").status == 503
    assert server.get("/health").status == 200
    with open_client(server) as client:
        client.manual()
        for mark in (1, 2):
            client.utterance(constant(mark, 200))
        errors = [client.error(), client.error()]
    for error in errors:
        assert_not_initialized(error)
    assert errors[0]["item_id"] != errors[1]["item_id"]
    assert server.settled_metrics().total("steno_utterances_total", code="models_not_initialized") == 2


@pytest.mark.xfail(strict=True, raises=AssertionError, reason="PocketSphinx hears nothing with it, but loads")
def test_with_a_corrupt_dictionary_the_server_is_never_ready(launch, tmp_path):
    folder = model_folder(tmp_path / "model")
    replace(folder / "cmudict-en-us.dict", "garbage\n")
    server = launch(is_ready=False, GUARD="off", POCKETSPHINX_MODEL=folder)
    status = until(lambda: (now := server.get("/ready").json["status"]) != "loading" and now, "the load has ended")
    assert status == "failed"


class SlowModel:
    """A model whose load stops at one file, a named pipe, until `finish` writes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = model_folder(folder)
        self._original = MODEL / "en-us" / "transition_matrices"
        self._pipe = folder / "en-us" / "transition_matrices"
        self._pipe.unlink()
        os.mkfifo(self._pipe)

    def finish(self, server) -> None:
        """Writes the file until the load has read it: PocketSphinx opens it once just to see that it is there."""

        def write() -> bool:
            try:
                pipe = os.open(self._pipe, os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                return server.get("/ready").json["status"] != "loading"  # nobody has it open for reading
            try:
                os.write(pipe, self._original.read_bytes())
            except BrokenPipeError:
                pass
            finally:
                os.close(pipe)
            return False

        until(write, "the model is loaded")


@pytest.fixture
def slow_model(tmp_path):
    return SlowModel(tmp_path / "model")


def test_while_the_model_loads_audio_is_taken_and_waits(launch, slow_model):
    server = launch(is_ready=False, GUARD="off", POCKETSPHINX_MODEL=slow_model.folder, POCKETSPHINX_THREADS=1)
    with open_client(server) as client:
        client.stream(between(0, 3_600))
        until(lambda: server.metrics().total("steno_audio_received_samples_total") == 57_600, "it is taken")
        assert server.get("/ready").status == 503
        assert server.get("/ready").json == {"status": "loading"}
        assert server.get("/health").status == 200
        slow_model.finish(server)
        assert client.transcript()["transcript"] == SENTENCES[0].text
    assert server.get("/ready").status == 200


def test_an_utterance_that_waited_too_long_for_the_model_fails(launch, slow_model):
    server = launch(
        is_ready=False,
        GUARD="off",
        POCKETSPHINX_MODEL=slow_model.folder,
        POCKETSPHINX_THREADS=1,
        MODEL_LOAD_TIMEOUT_MS=0,
    )
    with open_client(server) as client:
        client.manual()
        client.utterance(constant(1, 200))
        assert_not_initialized(client.error())
        slow_model.finish(server)
        server.wait_ready()
        client.utterance(between(500, 3_000))
        assert client.transcript()["transcript"] == SENTENCES[0].text


def test_a_server_that_still_loads_stops_when_asked(launch, slow_model):
    server = launch(is_ready=False, GUARD="off", POCKETSPHINX_MODEL=slow_model.folder, SHUTDOWN_TIMEOUT_MS=100)
    server.terminate()
    try:
        assert server.exit_code(limit=5) == 0
    finally:
        server.kill()


def test_a_drain_delivers_the_open_transcript_and_then_closes_with_1001(launch, backend):
    gate = Gate()
    backend.respond = lambda request: Reply("the last words", gate=gate)
    server = launch(backend)
    with open_client(server) as client, open_client(server) as idle:
        client.manual()
        client.utterance(constant(1, 200))
        client.append(constant(2, 200))  # never committed: the drain is the end of the stream
        until(lambda: backend.requests, "the utterance is at the backend")
        server.wait_sessions(2)
        server.terminate()
        until(lambda: server.get("/ready").status == 503, "/ready says that it drains")
        assert server.get("/ready").json == {"status": "draining"}
        assert server.get("/health").status == 200
        with pytest.raises(InvalidStatus) as refusal, open_client(server):
            pass
        assert refusal.value.response.status_code == 503
        assert idle.until_closed() == ([], 1001)
        assert server.is_running
        gate.open()
        events, code = client.until_closed()
    assert [event["transcript"] for event in events] == ["the last words"] * 2
    assert code == 1001
    assert server.exit_code() == 0


def test_a_drain_cuts_off_what_takes_too_long(launch, backend):
    backend.respond = lambda request: Reply(ending=Ending.HANG)
    server = launch(backend, SHUTDOWN_TIMEOUT_MS=300)
    with open_client(server) as client:
        client.manual()
        client.utterance(constant(1, 200))
        until(lambda: backend.requests, "the utterance is at the backend")
        server.terminate()
        events, code = client.until_closed()
        assert server.exit_code(limit=5) == 0
    assert [event for event in events if event["type"] == DONE] == []
    assert code == 1001


def test_the_interrupt_key_drains_too(launch, backend):
    server = launch(backend)
    with open_client(server) as client:
        server.wait_sessions(1)
        server.interrupt()
        assert client.until_closed() == ([], 1001)
    assert server.exit_code() == 0


def test_metrics_add_up_over_every_outcome(launch, backend):
    def respond(request):
        return Reply(status=500) if request.mark == 2 else Reply("text")

    backend.respond = respond
    server = launch(backend)
    with open_client(server) as client:
        client.manual()
        client.utterance(constant(1, 200))
        client.utterance(constant(2, 300))
        client.append(constant(3, 400))
        client.clear()
        client.append(constant(4, 50))  # too short for the utterance that the end of the stream makes
        client.events(2)
    metrics = server.settled_metrics()

    def audio(**labels):
        return metrics.total("steno_audio_samples_total", **labels)

    assert metrics.total("steno_audio_received_samples_total") == 950 * 16
    assert audio(outcome="transcribed") == 200 * 16
    assert audio(outcome="failed") == 300 * 16
    assert audio(outcome="discarded", reason="cleared") == 400 * 16
    assert audio(outcome="discarded", reason="too_short") == 50 * 16
    assert metrics.unaccounted == 0
    assert metrics.total("steno_utterances_total", outcome="transcribed") == 1
    assert metrics.total("steno_utterances_total", outcome="failed", code="backend_error") == 1


def test_metrics_are_prometheus_text_with_whole_histograms(launch, backend):
    server = launch(backend)
    with open_client(server) as client:
        client.manual()
        client.utterance(constant(1, 200))
        client.transcript()
    answer = server.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    metrics = server.settled_metrics()
    name = "steno_transcription_duration_seconds"
    assert metrics.types[name] == "histogram"
    series = [(dict(labels), value) for (key, labels), value in metrics.samples.items() if key == name + "_bucket"]
    buckets = sorted((float(labels["le"]), value) for labels, value in series)
    counts = [count for _, count in buckets]
    assert counts == sorted(counts)
    assert buckets[-1] == (float("inf"), metrics.total(name + "_count")) == (float("inf"), 1)
    assert metrics.total("process_resident_memory_bytes") > 1 << 20
    assert metrics.types["steno_sessions_active"] == "gauge"


def test_unknown_paths_are_404_in_openais_form(launch, backend):
    answer = launch(backend).get("/nowhere")
    assert answer.status == 404
    assert set(answer.json["error"]) == {"message", "type", "param", "code"}
