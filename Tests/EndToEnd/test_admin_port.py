"""The port of operators."""

import socket

import server as process
from certificates import Authority
from client import open_client
from waiting import until


def admin(server, path: str, headers: dict[str, str] = {}, method: str = "GET"):
    return server.request(method, path, headers, port=server.admin_port)


def test_metrics_are_on_the_admin_port_alone(launch, backend):
    server = launch(backend, API_KEYS="alice:alice-key-1", ADMIN_PORT=0)
    assert server.admin_port != server.port
    assert server.get("/metrics").status == 404
    assert "steno_build_info" in admin(server, "/metrics").body
    for path in ("/health", "/ready"):
        assert server.request("GET", path).status == 200
        assert admin(server, path).status == 200
    assert "/metrics" not in server.request("GET", "/").body
    # What takes audio, text or keys is not there.
    for path in ("/", "/ws", "/v1/models", "/v1/audio/transcriptions", "/docs", "/v1/realtime"):
        assert admin(server, path, {"Authorization": "Bearer alice-key-1"}).status == 404
    answer = admin(server, "/metrics", method="POST")
    assert answer.status == 405 and answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_without_an_admin_port_metrics_are_beside_everything_else(launch, backend):
    server = launch(backend)
    assert server.get("/metrics").status == 200
    assert "/metrics" in server.request("GET", "/").body


def test_the_metrics_key_and_names_of_this_machine_count_there_as_well(launch, backend):
    server = launch(backend, METRICS_KEY="metrics-key-1", ADMIN_PORT=0)
    assert admin(server, "/metrics").status == 401
    assert admin(server, "/metrics", {"Authorization": "Bearer metrics-key-1"}).status == 200
    assert admin(server, "/health").status == 200
    assert admin(server, "/health", {"Host": "evil.example"}).status == 421
    assert admin(server, "/health", {"Origin": "https://evil.example"}).status == 403


def test_the_admin_port_answers_while_sessions_end(launch, backend):
    server = launch(backend, ADMIN_PORT=0)
    with open_client(server) as client:
        client.manual()
        client.append(bytes(32_000))
        server.terminate()
        until(lambda: "draining" in _ready(server) or not server.is_running, "it drains")
    assert server.exit_code() == 0


def _ready(server) -> str:
    try:
        return admin(server, "/ready").body
    except OSError:
        return ""


def test_it_speaks_tls_where_the_other_port_does(launch, backend, tmp_path):
    authority = Authority(tmp_path)
    server = launch(backend, authority=authority.certificate, ADMIN_PORT=0, **authority.issue("server").settings)
    assert any(f"steno.admin.url=https://127.0.0.1:{server.admin_port} " in line for line in server.log)
    assert admin(server, "/metrics").status == 200


def test_an_admin_port_that_is_taken_stops_the_start_and_names_its_setting(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = process.run("serve", cwd=tmp_path, TRANSCRIBER="pocketsphinx", PORT=0, ADMIN_PORT=port)
    assert result.returncode == 1
    assert f"Port {port} is in use. Stop the program that has it, or set ADMIN_PORT to another." in result.stderr
    result = process.run("serve", cwd=tmp_path, TRANSCRIBER="pocketsphinx", PORT=0, ADMIN_PORT=0, ADMIN_HOST="192.0.2.1")
    assert result.returncode == 1
    assert "Set ADMIN_HOST and ADMIN_PORT" in result.stderr
