"""What the clients of one key may use together."""

import base64
import json

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

import upload
from client import open_client
from recording import constant
from test_openai_realtime import session as realtime
from upload import form
from waiting import LIMIT, until

SECOND = constant(200, 1_000)


def bearer(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}-key-1"}


def as_key(name: str) -> dict:
    return {"additional_headers": bearer(name)}


def post(server, seconds: int, headers: dict[str, str] = {}):
    body = form(upload.wav(SECOND * seconds))
    headers = {"Content-Type": f"multipart/form-data; boundary={upload.BOUNDARY}"} | headers
    return server.request("POST", upload.PATH, headers, body)


def refusal(server, path: str = "/ws", **options):
    with pytest.raises(InvalidStatus) as refusal:
        connect(server.url + path, proxy=None, open_timeout=LIMIT, **options).close()
    return refusal.value.response


@pytest.mark.parametrize("path", ["/ws", "/v1/realtime?intent=transcription", "/v2/realtime/ws?sample_rate=16000"])
def test_sessions_beyond_those_of_a_key_get_429_and_other_keys_do_not(launch, backend, path):
    server = launch(backend, API_KEYS="alice:alice-key-1,bob:bob-key-1", MAX_SESSIONS_PER_KEY=2)
    with open_client(server, path, **as_key("alice")), open_client(server, path, **as_key("alice")):
        response = refusal(server, path, **as_key("alice"))
        assert response.status_code == 429 and int(response.headers["retry-after"]) > 0
        error = json.loads(response.body)["error"]
        assert error["code"] == "rate_limit_exceeded" and "2 sessions" in error["message"]
        with open_client(server, path, **as_key("bob")):
            pass
    server.wait_sessions(0)
    with open_client(server, path, **as_key("alice")):
        pass


def test_without_keys_all_clients_count_together(launch, backend):
    server = launch(backend, MAX_SESSIONS_PER_KEY=1)
    with open_client(server):
        assert refusal(server).status_code == 429
    server.wait_sessions(0)
    # A handshake that leads to no session takes no place.
    for _ in range(5):
        assert refusal(server, "/ws?interim=perhaps").status_code == 400
    with open_client(server):
        pass


def test_a_client_secret_counts_for_the_key_that_made_it(launch, backend):
    server = launch(backend, API_KEYS="alice:alice-key-1", MAX_SESSIONS_PER_KEY=1)
    answer = server.request("POST", "/v1/realtime/client_secrets", bearer("alice"))
    secret = {"additional_headers": {"Authorization": f"Bearer {answer.json['value']}"}}
    with realtime(server, **secret):
        assert refusal(server, **as_key("alice")).status_code == 429


def test_limits_in_the_file_of_keys_count_for_that_key_and_may_be_changed(launch, backend, tmp_path):
    keys = tmp_path / "keys"
    keys.write_text("alice:alice-key-1 max_sessions=2 max_audio_rate=0\nbob:bob-key-1\n")
    server = launch(backend, is_ready=False, API_KEYS_FILE=keys, MAX_SESSIONS_PER_KEY=1)
    server.key = "alice-key-1"
    server.wait_ready()
    with open_client(server, **as_key("alice")), open_client(server, **as_key("alice")):
        assert refusal(server, **as_key("alice")).status_code == 429
    with open_client(server, **as_key("bob")):
        assert refusal(server, **as_key("bob")).status_code == 429
        keys.write_text("alice:alice-key-1\nbob:bob-key-1 max_sessions=5\n")
        server.hang_up()
        until(lambda: any("Reloaded the API keys" in line for line in server.log), "the keys are read again")
        with open_client(server, **as_key("bob")):
            pass


def test_a_session_that_sends_too_much_is_told_so_after_what_was_taken_is_transcribed(launch, backend):
    server = launch(backend, API_KEYS="alice:alice-key-1", MAX_AUDIO_RATE_PER_KEY=5)
    with open_client(server, **as_key("alice")) as client:
        client.manual()
        client.utterance(SECOND)
        client.append(SECOND * 3)
        client.append(SECOND * 3)
        # Nothing after that counts.
        client.append(SECOND)
        client.commit()
        events, code = client.until_closed()
    assert code == 1013
    errors = [event for event in events if event["type"] == "error"]
    assert [error["code"] for error in errors] == ["rate_limit_exceeded"]
    assert "5 s of audio a minute" in errors[0]["message"]
    assert len(events) - len(errors) == 2, "both utterances that were taken have their transcripts"
    assert server.settled_metrics().total("steno_audio_received_samples_total") == 4 * 16_000
    assert any("steno.session.end=rate_limited" in line for line in server.log)


def test_the_limit_of_audio_holds_over_sessions_and_files_of_a_key(launch, backend):
    server = launch(backend, API_KEYS="alice:alice-key-1,bob:bob-key-1", MAX_AUDIO_RATE_PER_KEY=6)
    with open_client(server, **as_key("alice")) as client:
        client.manual()
        client.utterance(SECOND * 2)
        client.transcript()
        assert post(server, 3, bearer("alice")).status == 200
        answer = post(server, 3, bearer("alice"))
        assert answer.status == 429 and answer.json["error"]["code"] == "rate_limit_exceeded"
        # Two of three seconds are missing, and a second comes back in ten.
        assert 10 <= int(answer.headers["Retry-After"]) <= 21
        assert post(server, 3, bearer("bob")).status == 200
        client.append(SECOND * 3)
        assert client.until_closed()[1] == 1013


def test_a_file_longer_than_a_minute_allows_is_taken_once(launch, backend):
    server = launch(backend, MAX_AUDIO_RATE_PER_KEY=2)
    assert post(server, 5).status == 200
    answer = post(server, 1)
    assert answer.status == 429
    # Three seconds too much, at two a minute.
    assert 80 <= int(answer.headers["Retry-After"]) <= 120


def test_openais_protocol_tells_the_limit_as_its_own_error(launch, backend):
    server = launch(backend, MAX_AUDIO_RATE_PER_KEY=1)
    with realtime(server) as client:
        client.configure(turn_detection=None)
        client.send("input_audio_buffer.append", audio=base64.b64encode(constant(200, 2_000, 24_000)).decode())
        client.send("input_audio_buffer.append", audio=base64.b64encode(constant(200, 100, 24_000)).decode())
        error = client.until("error")["error"]
        assert error["code"] == "rate_limit_exceeded" and set(error) == {"type", "code", "message", "param", "event_id"}
        with pytest.raises(Exception):
            while True:
                client.event()
        assert client.socket.protocol.close_rcvd.code == 1013


def test_a_request_beyond_the_bytes_of_a_key_gets_413(launch, backend, tmp_path):
    keys = tmp_path / "keys"
    keys.write_text("alice:alice-key-1\nbob:bob-key-1 max_request_bytes=0\n")
    server = launch(backend, is_ready=False, API_KEYS_FILE=keys, MAX_REQUEST_BYTES_PER_KEY=50_000)
    server.key = "alice-key-1"
    server.wait_ready()
    assert post(server, 1, bearer("alice")).status == 200
    answer = post(server, 2, bearer("alice"))
    assert answer.status == 413 and answer.json["error"]["code"] == "request_too_large"
    assert post(server, 2, bearer("bob")).status == 200
    # Without a length, the body is counted.
    body = form(upload.wav(SECOND * 2))
    chunks = (body[start : start + 1_000] for start in range(0, len(body), 1_000))
    headers = {"Content-Type": f"multipart/form-data; boundary={upload.BOUNDARY}"}
    try:
        answer = server.request("POST", upload.PATH, headers | bearer("alice"), chunks)
        assert answer.status == 413 and answer.json["error"]["code"] == "request_too_large"
    except (BrokenPipeError, ConnectionResetError):
        pass  # The rest of the body was still on its way.
    with open_client(server, **as_key("alice")) as client:
        client.manual()
        client.append(SECOND * 2)
        events, code = client.until_closed()
        assert code == 1009 and events[-1]["code"] == "message_too_large"
