"""The paths at which Azure's clients look for OpenAI's API."""

import json

from websockets.sync.client import connect

import upload
from recording import spoken

DEPLOYMENT = "/openai/deployments/my%20whisper/audio/transcriptions?api-version=2024-06-01"
SHORT = upload.wav(spoken(1))


def test_a_deployment_is_the_model(launch, backend):
    server = launch(backend, API_KEYS="the-key-of-the-test")
    key = {"api-key": "the-key-of-the-test"}
    result = upload.request(server, "POST", DEPLOYMENT, upload.form(SHORT), **key)
    assert result.json["text"] == "mark 1"
    assert backend.requests[-1].fields["model"] == "my whisper"
    result = upload.request(server, "POST", DEPLOYMENT, upload.form(SHORT, ("model", "another")), **key)
    assert backend.requests[-1].fields["model"] == "another"
    assert upload.request(server, "POST", DEPLOYMENT, upload.form(SHORT)).status == 401
    assert upload.request(server, "GET", DEPLOYMENT, **key).headers["allow"] == "OPTIONS, POST"


def test_a_realtime_session(launch, backend):
    server = launch(backend)
    path = "/openai/realtime?api-version=2025-04-01-preview&intent=transcription&deployment=my-model"
    with connect(server.url + path, additional_headers={"api-key": "any"}, proxy=None) as socket:
        created = json.loads(socket.recv())
        assert created["type"] == "session.created"
        assert created["session"]["audio"]["input"]["transcription"]["model"] == "my-model"
