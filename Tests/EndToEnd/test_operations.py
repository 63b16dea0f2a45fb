"""What operators do to a running server, and what it tells them of their mistakes."""

import socket
from pathlib import Path

import server as process
from client import open_client
from recording import constant
from waiting import until

SPEECH = constant(200, 1_000)


def status(server, key: str) -> int:
    return server.request("GET", "/v1/models", {"Authorization": f"Bearer {key}"}).status


def reload(server) -> str:
    """Hangs up, and gives the line of the log about it."""
    before = len(server.log)
    server.hang_up()
    return until(lambda: next((line for line in server.log[before:] if "eload" in line), None), "it has reloaded")


def test_hanging_up_reads_the_keys_of_the_file_again_while_sessions_go_on(launch, backend, tmp_path):
    keys = tmp_path / "keys"
    keys.write_text("# of this house\nalice:alice-key-1\nbob:bob-key-1\n")
    server = launch(backend, is_ready=False, API_KEYS_FILE=keys)
    server.key = "alice-key-1"
    server.wait_ready()
    with open_client(server, additional_headers={"Authorization": "Bearer bob-key-1"}) as client:
        client.manual()
        keys.write_text("alice:alice-key-1\ncarol:carol-key-1\n")
        line = reload(server)
        assert "steno.keys.added=carol" in line and "steno.keys.removed=bob" in line and "changed" not in line
        assert "key-1" not in line
        assert [status(server, f"{name}-key-1") for name in ("alice", "bob", "carol")] == [200, 401, 200]
        client.utterance(SPEECH)
        client.transcript()


def test_a_list_that_cannot_be_used_changes_nothing(launch, backend, tmp_path):
    environment = tmp_path / "server" / ".env"
    environment.write_text("export API_KEYS=alice:alice-key-1\n")
    server = launch(backend, is_ready=False)
    server.key = "alice-key-1"
    for text in ("API_KEYS=short\n", "", "API_KEYS=\n"):
        environment.write_text(text)
        assert "Cannot reload" in reload(server)
        assert [status(server, key) for key in ("alice-key-1", "other-key-1")] == [200, 401]
    environment.write_text("API_KEYS=alice:other-key-1\nVAD_OVERLAP_MS=100\n")
    line = reload(server)
    assert "steno.keys.changed=alice" in line and "steno.settings.after_restart=VAD_OVERLAP_MS" in line
    assert [status(server, key) for key in ("alice-key-1", "other-key-1")] == [401, 200]
    server.key = "other-key-1"


def test_misspelt_settings_and_broken_lines_are_warned_about(launch, backend, tmp_path):
    (tmp_path / "server" / ".env").write_text("VAD_SOFTMAX_MS=9000\nsecret-of-mine\nFOO=1\nexport VAD_OVERLAP_MS=100\n")
    server = launch(backend, VAD_TRESHOLD="0.7", HOME="/", STENO_PORT="1")
    warnings = [line.partition("] ")[2] for line in server.log if " warning " in line]
    assert [line for line in warnings if "setting" in line or ".env" in line] == [
        "The environment has STENO_PORT, which is no setting.",
        "The environment has VAD_TRESHOLD, which is no setting; did you mean VAD_THRESHOLD?",
        "Line 2 of .env is not NAME=VALUE, and does nothing.",
        ".env has FOO, which is no setting.",
        ".env has VAD_SOFTMAX_MS, which is no setting; did you mean VAD_SOFT_MAX_MS?",
    ]


def test_a_misspelt_option_is_told_the_right_one(tmp_path):
    result = process.run("serve", "--vad-treshold", "0.7", cwd=tmp_path)
    assert result.returncode > 0
    assert "did you mean --vad-threshold?" in result.stderr


def test_the_limit_of_open_files_is_raised(launch, backend):
    server = launch(backend, open_files=(256, 4_096))
    limits = Path(f"/proc/{server.pid}/limits").read_text()
    assert next(line for line in limits.splitlines() if "open files" in line).split()[3:5] == ["4096", "4096"]
    assert not [line for line in server.log if "MAX_SESSIONS" in line]


def test_connections_beyond_the_limit_of_open_files_are_closed_and_logged(launch, backend):
    server = launch(backend, open_files=(120, 120))
    assert [line for line in server.log if " warning " in line and "MAX_SESSIONS" in line]
    request = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    connections = []
    try:
        answers = []
        for _ in range(150):
            connection = socket.create_connection(("127.0.0.1", server.port), timeout=10)
            connections.append(connection)
            try:
                connection.sendall(request)
                answers.append(connection.recv(1))
            except (ConnectionResetError, BrokenPipeError):
                answers.append(b"")
        assert answers[0] == b"H" and answers[-1] == b"", "the first are answered, the last closed, none is left waiting"
    finally:
        for connection in connections:
            connection.close()
    until(lambda: [line for line in server.log if "limit of open files leaves no room" in line], "it is logged")
    until(lambda: _answers(server), "there is room again")
    assert server.metrics().total("steno_connections_refused_total") >= answers.count(b"")


def _answers(server) -> bool:
    try:
        return server.get("/health").status == 200
    except OSError:
        return False
