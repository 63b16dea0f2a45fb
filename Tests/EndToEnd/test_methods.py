"""HEAD, OPTIONS and methods that a path does not know."""

import pytest

import upload

GETS = ["/", "/health", "/ready", "/metrics", "/docs", "/openapi.json", "/v1/models", "/models/whisper-1"]
SOCKETS = ["/ws", "/v1/realtime", "/openai/v1/realtime", "/realtime"]


def test_head_is_get_without_the_body(launch, backend):
    server = launch(backend)
    for path in [*GETS, *SOCKETS, "/nowhere", "/v1/models/none"]:
        connection = upload.connect(server)
        answers = []
        # On one connection, where a body that is not announced would be taken for the next answer.
        for method in ("HEAD", "GET", "HEAD"):
            connection.request(method, path)
            answers.append(upload.receive(connection))
        connection.close()
        head, get, again = answers
        assert head.status == get.status == again.status, path
        assert head.body == again.body == b"", path
        if path != "/metrics":
            assert head.headers["content-length"] == again.headers["content-length"] == str(len(get.body)), path
        kept = {name.lower() for name in get.headers} - {"date", "x-request-id"}
        assert kept <= {name.lower() for name in head.headers}, path


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "PROPFIND"])
def test_unknown_methods_are_told_the_known_ones(launch, backend, method):
    server = launch(backend)
    allowed = dict.fromkeys(GETS + SOCKETS, "GET, HEAD, OPTIONS")
    allowed |= {upload.PATH: "OPTIONS, POST", "/v1/realtime/client_secrets": "OPTIONS, POST"}
    for path, methods in allowed.items():
        result = upload.request(server, method, path)
        assert (result.status, result.error["code"], result.headers["allow"]) == (405, "method_not_allowed", methods)
        assert upload.request(server, "OPTIONS", path).headers["allow"] == methods
    assert upload.request(server, method, "/nowhere").status == 404
    assert upload.request(server, "OPTIONS", "/nowhere").status == 404


def test_post_and_get_where_the_other_is_known(launch, backend):
    server = launch(backend)
    assert upload.request(server, "POST", "/health").status == 405
    assert upload.request(server, "POST", "/v1/realtime").headers["allow"] == "GET, HEAD, OPTIONS"
    assert upload.request(server, "GET", upload.PATH).headers["allow"] == "OPTIONS, POST"
    assert upload.request(server, "HEAD", upload.PATH).status == 405


def test_a_key_is_asked_for_before_methods_are_told(launch, backend):
    server = launch(backend, API_KEYS="the-key-of-the-test")
    assert upload.request(server, "HEAD", "/").status == 200
    assert upload.request(server, "HEAD", "/health").status == 200
    assert upload.request(server, "HEAD", "/v1/models").status == 401
    assert upload.request(server, "PROPFIND", "/v1/models").status == 401
