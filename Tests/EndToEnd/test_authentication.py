"""API keys: who is let in, by each of the ways to send one, and where keys must never appear."""

import base64
import http.client
import json
import shutil
import subprocess

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

import server as process
from client import audio, open_client
from recording import ROOT, WAV, constant
from test_readme import node
from waiting import LIMIT, until

ALICE, BOB = "behind-the-lantern", "under-the-bicycle"
KEYS = f"alice:{ALICE}, {BOB}"
SPEECH = constant(5, 200)
OPEN_WARNING = "Set API_KEYS"


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def subprotocol(key: str) -> str:
    return f"openai-insecure-api-key.{key}"


@pytest.fixture
def server(launch, backend):
    server = launch(backend, API_KEYS=KEYS)
    yield server
    server.terminate()
    assert server.exit_code() == 0
    log = "\n".join(server.log)
    assert "lantern" not in log and "bicycle" not in log


def refused_upgrade(server, path="/ws", **options):
    """The answer to a handshake that must fail."""
    with pytest.raises(InvalidStatus) as caught:
        connect(server.url + path, proxy=None, open_timeout=LIMIT, **options)
    return caught.value.response


def assert_refusal(status, headers, body):
    assert status == 401
    assert headers["WWW-Authenticate"] == "Bearer"
    assert headers["Content-Type"].startswith("application/json")
    error = json.loads(body)["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["type"], error["code"], error["param"]) == ("invalid_request_error", "invalid_api_key", None)
    assert error["message"]


WRONG = [
    {},
    {"additional_headers": bearer("wrong-key")},
    {"additional_headers": bearer(ALICE[:-1])},
    {"additional_headers": bearer(ALICE + "x")},
    {"additional_headers": bearer(f"alice:{ALICE}")},
    {"additional_headers": bearer("ek_" + "x" * 40)},
    {"additional_headers": {"Authorization": ALICE}},
    {"additional_headers": {"api-key": ALICE.upper()}},
    {"subprotocols": ["realtime"]},
    {"subprotocols": ["realtime", subprotocol("wrong-key")]},
    # The first place that has a key counts.
    {"additional_headers": bearer("wrong-key"), "subprotocols": [subprotocol(ALICE)]},
]


@pytest.mark.parametrize("path", ["/", "/ws", "/ws?include_audio=false", "/v1/realtime", "/nowhere"])
@pytest.mark.parametrize("options", WRONG)
def test_an_upgrade_without_the_right_key_is_401(server, path, options):
    response = refused_upgrade(server, path, **options)
    assert_refusal(response.status_code, response.headers, response.body)


RIGHT = [
    ({"additional_headers": bearer(ALICE)}, None),
    ({"additional_headers": {"authorization": f"bearer {ALICE}"}}, None),
    ({"additional_headers": {"api-key": ALICE}}, None),
    ({"subprotocols": [subprotocol(ALICE)]}, None),
    ({"subprotocols": ["realtime", subprotocol(ALICE)]}, "realtime"),
    ({"subprotocols": [subprotocol(ALICE), "realtime", "openai-beta.realtime-v1"]}, "realtime"),
    ({"additional_headers": bearer(ALICE), "subprotocols": ["realtime"]}, "realtime"),
    ({"additional_headers": bearer(BOB)}, None),
]


@pytest.mark.parametrize("path", ["/", "/ws"])
@pytest.mark.parametrize(("options", "accepted"), RIGHT)
def test_each_way_to_send_a_key_opens_a_session(server, path, options, accepted):
    with open_client(server, path, **options) as client:
        assert client.socket.subprotocol == accepted
        client.manual()
        client.utterance(SPEECH)
        assert audio(client.transcript()) == SPEECH


def test_http_asks_for_a_key_except_where_a_probe_or_a_reader_looks(server):
    for path in ("/ws", "/v1/models", "/nowhere", "/v1/models?key=" + ALICE):
        for headers in ({}, bearer("wrong-key"), {"Sec-WebSocket-Protocol": subprotocol(ALICE)}):
            answer = server.request("GET", path, headers)
            assert_refusal(answer.status, answer.headers, answer.body)
    for path in ("/health", "/ready", "/"):
        assert server.request("GET", path).status == 200
        assert server.request("GET", path, bearer("wrong-key")).status == 200
    for headers in (bearer(ALICE), {"api-key": BOB}):
        assert server.request("GET", "/v1/models", headers).status == 200
        assert server.request("GET", "/nowhere", headers).status == 404
    assert server.request("POST", "/", {}).status == 401


def test_watsons_paths_take_a_key_as_the_password_of_its_user(server):
    watson, other = "/text-to-speech/api/v1/synthesize", "/v1/models"

    def basic(user, key):
        return {"Authorization": "Basic " + base64.b64encode(f"{user}:{key}".encode()).decode()}

    # The key is right where the request is then found to be without a body.
    assert server.request("POST", watson, basic("apikey", ALICE)).status == 400
    for path, headers in ((watson, basic("apikey", "wrong-key")), (watson, basic("user", ALICE)), (other, basic("apikey", ALICE))):
        answer = server.request("POST" if path == watson else "GET", path, headers)
        assert_refusal(answer.status, answer.headers, answer.body)


def test_a_connection_goes_on_after_a_refusal(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=LIMIT)
    statuses = []
    for headers in ({}, bearer("wrong-key"), bearer(ALICE)):
        connection.request("GET", "/v1/models", headers=headers)
        response = connection.getresponse()
        response.read()
        statuses.append((response.status, connection.sock is not None))
    connection.close()
    assert statuses == [(401, True), (401, True), (200, True)]


def test_a_refused_body_is_not_waited_for(server):
    """The answer comes though the body, which nobody reads, is larger than what the sockets hold."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=LIMIT)
    connection.putrequest("POST", "/v1/realtime/client_secrets")
    connection.putheader("Content-Length", str(1 << 30))
    connection.endheaders(b"x" * 1_000)
    response = connection.getresponse()
    assert_refusal(response.status, response.headers, response.read(int(response.headers["Content-Length"])))
    connection.close()


def test_names_are_in_the_log_and_the_metrics_and_keys_in_neither(launch, backend):
    server = launch(backend, API_KEYS=KEYS, LOG_LEVEL="trace")
    for key, count in ((ALICE, 2), (BOB, 1)):
        for _ in range(count):
            with open_client(server, additional_headers=bearer(key)) as client:
                client.manual()
                client.utterance(SPEECH)
                client.transcript()
    with open_client(server, subprotocols=["realtime", subprotocol(BOB)]):
        pass
    refused_upgrade(server, subprotocols=[subprotocol("wrong-key-89")])
    server.request("GET", "/v1/models", bearer("wrong-key-89"))
    server.wait_sessions(0)
    answer = server.get("/metrics")
    metrics = server.metrics()
    name = "steno_requests_total"
    assert metrics.total(name, key="alice", kind="websocket", status="101") == 2
    assert metrics.total(name, key="key-2", kind="websocket", status="101") == 2
    assert metrics.total(name, key="", kind="websocket", status="401") == 1
    assert metrics.total(name, key="", kind="http", status="401") == 1
    assert metrics.types[name] == "counter"
    until(lambda: sum("Session ended" in line for line in server.log) == 4, "every session is logged")
    ended = [line for line in server.log if "Session ended" in line]
    assert [("steno.key=alice" in line, "steno.key=key-2" in line) for line in ended].count((True, False)) == 2
    assert [("steno.key=alice" in line, "steno.key=key-2" in line) for line in ended].count((False, True)) == 2
    server.terminate()
    assert server.exit_code() == 0
    for text in ("\n".join(server.log), answer.body):
        assert not any(key in text for key in ("lantern", "bicycle", "wrong-key"))


@pytest.mark.parametrize("keys", ["", KEYS])
@pytest.mark.parametrize(("host", "is_loopback"), [("0.0.0.0", False), ("127.0.0.1", True), ("localhost", True)])
def test_an_open_server_that_others_reach_says_so(tmp_path, backend, host, is_loopback, keys):
    log = log_of_a_start(tmp_path, HOST=host, API_KEYS=keys, OPENAI_BASE_URL=backend.url)
    warnings = [line for line in log if OPEN_WARNING in line]
    assert len(warnings) == (0 if is_loopback or keys else 1), log
    assert all("warning" in line and "HOST=127.0.0.1" in line for line in warnings)


def log_of_a_start(folder, **settings) -> list[str]:
    """What a server logs that may listen where `Server` would not look for it."""
    command = [str(process.binary()), "serve"]
    environment = process.environment(PORT=0, **settings)
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True) as child:
        log = []
        for line in child.stderr:
            log.append(line.rstrip("\n"))
            if line.endswith("Listening\n"):
                child.terminate()
    assert child.returncode == 0, log
    return log


def test_an_open_server_takes_any_key(launch, backend):
    server = launch(backend)
    for options in ({}, {"additional_headers": bearer("x")}, {"subprotocols": [subprotocol("ek_unknown")]}):
        with open_client(server, **options) as client:
            client.manual()
            client.utterance(SPEECH)
            client.transcript()
    assert server.metrics().total("steno_requests_total", key="", kind="websocket", status="101") == 3


@pytest.mark.parametrize(
    "keys", ["short", "alice:", f"{ALICE},", f"alice:{ALICE},alice:{BOB}", f"al ice:{ALICE}", f"{ALICE} {BOB}"]
)
def test_bad_keys_stop_the_start_and_are_not_shown(tmp_path, keys):
    result = process.run("serve", cwd=tmp_path, HOST="127.0.0.1", PORT=0, API_KEYS=keys)
    assert result.returncode > 0
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("steno: API_KEYS ")
    assert not any(text in result.stderr for text in (ALICE, BOB, "short", "alice", "al ice"))


def test_the_file_and_the_option_hold_keys_too_and_an_empty_variable_none(launch, backend, tmp_path):
    folder = tmp_path / "server"
    (folder / ".env").write_text(f"API_KEYS={KEYS}\n")
    server = launch(backend, is_ready=False)
    server.key = ALICE
    assert server.request("GET", "/v1/models").status == 401
    assert server.get("/v1/models").status == 200
    open_server = launch(backend, is_ready=False, API_KEYS="")
    assert open_server.request("GET", "/v1/models").status == 200


@pytest.mark.parametrize("place", ["option", "environment"])
def test_the_bundled_client_sends_a_key(server, tmp_path, place):
    option, environment = (["--api-key", BOB], {}) if place == "option" else ([], {"STENO_API_KEY": BOB})
    arguments = [WAV, "--text", "--url", server.url + "/ws", *option]
    result = process.run("transcribe", *arguments, cwd=tmp_path, **environment)
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.splitlines()) == 4


def test_the_option_wins_over_the_environment(server, tmp_path):
    arguments = [WAV, "--text", "--url", server.url + "/ws", "--api-key", ALICE]
    assert process.run("transcribe", *arguments, cwd=tmp_path, STENO_API_KEY="wrong-key").returncode == 0


@pytest.mark.parametrize("environment", [{}, {"STENO_API_KEY": ""}, {"STENO_API_KEY": "wrong-key"}])
def test_the_bundled_client_says_what_to_do_about_a_401(server, tmp_path, environment):
    result = process.run("transcribe", WAV, "--url", server.url + "/ws", cwd=tmp_path, **environment)
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "401" in result.stderr and "--api-key" in result.stderr and "STENO_API_KEY" in result.stderr
    assert "wrong-key" not in result.stderr


@pytest.mark.skipif(node() is None, reason="Node 20 or newer, which has a WebSocket client, is not installed")
def test_a_browsers_websocket_sends_its_key_as_a_subprotocol(server):
    code = f"""
        const socket = new WebSocket("{server.url}/ws", ["realtime", "{subprotocol(ALICE)}"]);
        socket.onopen = () => {{ console.log("open", socket.protocol); socket.close(); }};
        socket.onerror = () => {{ console.log("error"); }};
    """
    command = [node(), "--experimental-websocket", "-e", code]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert printed == "open realtime\n"


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")
def test_health_needs_no_key_and_the_demo_none_of_those_in_the_file(server, tmp_path):
    script = tmp_path / "entrypoint.sh"
    shutil.copy(ROOT / "entrypoint.sh", script)
    shutil.copy(WAV, tmp_path / "test.wav")
    environment = process.environment(STENO_BINARY=process.binary(), HOST="127.0.0.1", PORT=server.port)
    assert subprocess.run([script, "health"], env=environment, timeout=60).returncode == 0
    (tmp_path / ".env").write_text(f"API_KEYS={KEYS}\n")
    demo = subprocess.run([script, "demo", "--text"], env=environment, timeout=60, capture_output=True, text=True)
    assert demo.returncode == 0, demo.stderr
    assert "speech recognition system" in demo.stdout
