"""Models, and the API's own description."""

import json
import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

import upload
from server import run
from upload import request


@pytest.mark.parametrize("prefix", ["/v1", "/openai/v1"])
def test_models(launch, backend, prefix):
    server = launch(backend, TRANSCRIBER_MODEL="org/large-v3")
    listed = request(server, "GET", f"{prefix}/models").json
    (model,) = listed["data"]
    assert listed["object"] == "list"
    assert model == {"id": "org/large-v3", "object": "model", "created": model["created"], "owned_by": "steno"}
    assert isinstance(model["created"], int)
    for name in ("org/large-v3", "org%2Flarge-v3", "whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe-2025-12-15"):
        found = request(server, "GET", f"{prefix}/models/{name}")
        assert found.json == model | {"id": name.replace("%2F", "/")}
    for name in ("gpt-4o", "large-v3", "org/large", "%FF"):
        missing = request(server, "GET", f"{prefix}/models/{name}")
        assert (missing.status, missing.error["code"]) == (404, "model_not_found")


def test_the_embedded_engine_is_listed_by_its_name(launch):
    server = launch(is_ready=False)
    assert [model["id"] for model in server.get("/v1/models").json["data"]] == ["pocketsphinx-en-us"]
    server.wait_ready()


@pytest.fixture
def description(launch, backend):
    server = launch(backend)
    return server, server.get("/openapi.json").json


def test_the_description_is_valid(description):
    assert description[1]["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(description[1]).validate()


def test_every_documented_path_is_there(description):
    server, api = description
    # The secrets belong to the realtime side.
    built = {path: item for path, item in api["paths"].items() if not path.startswith("/v1/realtime")}
    assert len(built) >= 9
    for path, item in built.items():
        path = path.replace("{model}", "whisper-1").replace("{deployment}", "whisper-1")
        path = re.sub(r"{\w+}", "nobody", path)
        for method, operation in item.items():
            result = request(server, method.upper(), path, b"" if method == "post" else None)
            allowed = {int(status) for status in operation["responses"]}
            assert result.status in allowed, (method, path, result.status)


def test_the_page_shows_every_path_and_loads_nothing(description):
    server, api = description
    page = server.get("/docs")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    for path in api["paths"]:
        assert f"<code>{path}</code>" in page.body
    assert not re.search(r"<script|<link|<img|src=|@import|https?://", page.body)


def test_errors_are_as_described(description):
    server, api = description
    error = request(server, "POST", upload.PATH, b"").json["error"]
    fields = api["components"]["schemas"]["Error"]["properties"]["error"]
    assert set(error) == set(fields["required"]) == set(fields["properties"])


def test_the_root_leads_to_the_documentation(launch, backend):
    server = launch(backend)
    assert "/docs" in server.get("/").body
    page = server.request("GET", "/", {"Accept": "text/html,application/xhtml+xml"})
    assert page.headers["Content-Type"].startswith("text/html")
    assert '<a href="docs">' in page.body
    assert "</docs>" in page.headers["Link"]


def test_there_is_one_version(description, tmp_path):
    version = run("--version", cwd=tmp_path).stdout.strip()
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert description[1]["info"]["version"] == version
    assert f"Version {version}" in description[0].get("/docs").body


@pytest.mark.parametrize("path", ["/", "/ws", "/v1/realtime"])
def test_a_bad_query_and_its_answer_are_described(description, path):
    server, api = description
    answer = server.request("GET", path + ("?language=klingon"), {"Upgrade": "websocket", "Connection": "Upgrade"})
    assert answer.status == 400
    assert "400" in api["paths"][path]["get"]["responses"]
    assert "200" in api["paths"]["/"]["get"]["responses"]


def test_what_may_be_null_is_described(description):
    server, api = description
    secrets = api["paths"]["/v1/realtime/client_secrets"]["post"]
    fields = secrets["requestBody"]["content"]["application/json"]["schema"]["properties"]
    for name, field in fields.items():
        assert "null" in field["type"]
        body = json.dumps({name: None}).encode()
        assert request(server, "POST", "/v1/realtime/client_secrets", body).status == 200
