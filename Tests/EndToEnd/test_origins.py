"""Pages of other sites: whom the server answers, and what a browser is told."""

import base64
import os

import pytest

import upload
from recording import spoken

PAGE = "https://page.example"
KEY = "the-key-of-the-test"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization, x-stainless-os"}
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
}
REQUESTS = {
    "health": ("GET", "/health", {}),
    "models": ("GET", "/v1/models", {}),
    "nowhere": ("GET", "/nowhere", {}),
    "form": ("POST", upload.PATH, {}),
    "secret": ("POST", "/v1/realtime/client_secrets", {}),
    "preflight": ("OPTIONS", upload.PATH, PREFLIGHT),
    "compact": ("GET", "/ws", UPGRADE),
    "root": ("GET", "/", UPGRADE),
    "realtime": ("GET", "/v1/realtime", UPGRADE),
}


@pytest.mark.parametrize("origin", [PAGE, "null", "http://localhost:3000", "http://127.0.0.1"])
def test_pages_of_other_sites_are_refused(launch, backend, origin):
    server = launch(backend, ALLOWED_ORIGINS="https://another.example")
    for name, (method, path, headers) in REQUESTS.items():
        body = upload.form(upload.wav(spoken(1))) if method == "POST" else None
        result = upload.request(server, method, path, body, Origin=origin, **headers)
        assert (result.status, result.error["code"]) == (403, "origin_not_allowed"), name
        assert "ALLOWED_ORIGINS" in result.error["message"] and origin in result.error["message"], name
        assert result.headers["x-request-id"], name
        assert result.headers["access-control-allow-origin"] is None, name
    assert backend.requests == []


def test_own_pages_and_programs_are_answered(launch, backend):
    server = launch(backend)
    for origin in ({}, {"Origin": server.http_url}, {"Origin": f"https://127.0.0.1:{server.port}"}):
        assert upload.request(server, "GET", "/v1/models", **origin).status == 200
        result = upload.request(server, "POST", upload.PATH, upload.form(upload.wav(spoken(1))), **origin)
        assert result.json["text"] == "mark 1"
        assert server.request("GET", "/ws", UPGRADE | origin).status == 101


@pytest.mark.parametrize("allowed", [f"https://another.example, {PAGE}", "*"])
def test_an_allowed_page_reads_answers_and_errors(launch, backend, allowed):
    server = launch(backend, ALLOWED_ORIGINS=allowed, API_KEYS=KEY)
    key = {"Authorization": f"Bearer {KEY}"}
    body = upload.form(upload.wav(spoken(1)))
    answers = {
        401: upload.request(server, "POST", upload.PATH, body, Origin=PAGE),
        400: upload.request(server, "POST", upload.PATH, upload.form(b""), Origin=PAGE, **key),
        404: upload.request(server, "GET", "/nowhere", Origin=PAGE, **key),
        405: upload.request(server, "PUT", upload.PATH, Origin=PAGE, **key),
        426: upload.request(server, "GET", "/ws", Origin=PAGE, **key),
        200: upload.request(server, "POST", upload.PATH, body, Origin=PAGE, **key),
    }
    for status, answer in answers.items():
        assert answer.status == status
        assert answer.headers["access-control-allow-origin"] == PAGE
        assert "origin" in answer.headers["vary"].lower()
        assert {"x-request-id", "retry-after"} <= names(answer, "access-control-expose-headers")
    assert answers[200].json["text"] == "mark 1"
    assert server.request("GET", "/ws", UPGRADE | key | {"Origin": PAGE}).status == 101


def test_a_browser_asks_for_leave_without_a_key(launch, backend):
    server = launch(backend, ALLOWED_ORIGINS=PAGE, API_KEYS=KEY)
    answer = upload.request(server, "OPTIONS", upload.PATH, Origin=PAGE, **PREFLIGHT)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert "post" in names(answer, "access-control-allow-methods")
    assert {"authorization", "x-stainless-os"} <= names(answer, "access-control-allow-headers")
    assert int(answer.headers["access-control-max-age"]) > 0
    assert "origin" in ", ".join(answer.headers.get_all("vary")).lower()
    # What asks for no leave asks for a key, whoever it is.
    assert upload.request(server, "OPTIONS", upload.PATH, Origin=PAGE).status == 401
    assert upload.request(server, "OPTIONS", upload.PATH).status == 401


def test_answers_that_depend_on_the_page_say_so(launch, backend):
    server = launch(backend, ALLOWED_ORIGINS=PAGE)
    assert upload.request(server, "GET", "/health").headers["vary"] == "Origin"


def test_names_of_other_machines_are_not_answered(launch, backend):
    server = launch(backend)
    for host in (f"evil.example:{server.port}", "evil.example", f"localhost.evil.example:{server.port}"):
        for name, (method, path, headers) in REQUESTS.items():
            # A page whose name has come to mean this machine is of the same origin.
            result = upload.request(server, method, path, Host=host, Origin=f"http://{host}", **headers)
            assert (result.status, result.error["code"]) == (421, "host_not_allowed"), name
            assert "ALLOWED_HOSTS" in result.error["message"]
    for host in (f"localhost:{server.port}", "LOCALHOST", "[::1]:1", "127.0.0.1"):
        assert server.request("GET", "/health", {"Host": host}).status == 200
    # As behind a proxy on this machine that passes the name on.
    server = launch(backend, ALLOWED_HOSTS="steno.example")
    own = {"Host": "steno.example", "Origin": "https://steno.example"}
    assert server.request("GET", "/ws", UPGRADE | own).status == 101
    assert server.request("GET", "/health", {"Host": "evil.example"}).status == 421


def names(answer: upload.Result, header: str) -> set[str]:
    return {name.strip().lower() for name in answer.headers[header].split(",")}
