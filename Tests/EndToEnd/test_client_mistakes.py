"""A client's mistake is one `error` event; the connection stays as long as it can be understood."""

import base64
import json

import pytest

from client import audio, open_client
from raw_client import BINARY, PING, PONG, TEXT, RawClient
from recording import constant

SPEECH = constant(5, 200)
APPEND = "input_audio_buffer.append"
SOUND = base64.b64encode(bytes(320)).decode()


def append(**fields):
    return json.dumps({"type": APPEND, "audio": SOUND} | fields)


def update(**session):
    return json.dumps({"type": "session.update", "session": session})


# Message, code, param.
MISTAKES = [
    ("", "invalid_json", None),
    ("hello", "invalid_json", None),
    ('{"type":"input_audio_buffer.commit"', "invalid_json", None),
    ('{"type":"input_audio_buffer.append","audio":"', "invalid_json", None),
    ("[]", "invalid_event", None),
    ("null", "invalid_event", None),
    ('"input_audio_buffer.commit"', "invalid_event", None),
    ("{}", "invalid_event", "type"),
    ('{"type":7}', "invalid_event", "type"),
    ('{"type":null}', "invalid_event", "type"),
    ('{"type":"input_audio_buffer.shout"}', "unknown_event", "type"),
    ('{"type":"input_audio_buffer.append"}', "invalid_value", "audio"),
    (append(audio=7), "invalid_value", "audio"),
    (append(audio=None), "invalid_value", "audio"),
    (append(audio=["AAAA"]), "invalid_value", "audio"),
    (append(audio="A"), "invalid_audio", "audio"),
    (append(audio="AAAA!AAA"), "invalid_audio", "audio"),
    (append(audio="AA==AAAA"), "invalid_audio", "audio"),
    (append(audio="AAAAä"), "invalid_audio", "audio"),
    (append(sample_rate=7_999), "invalid_value", "sample_rate"),
    (append(sample_rate=48_001), "invalid_value", "sample_rate"),
    (append(sample_rate=0), "invalid_value", "sample_rate"),
    (append(sample_rate=-16_000), "invalid_value", "sample_rate"),
    (append(sample_rate=16_000.5), "invalid_value", "sample_rate"),
    (append(sample_rate=1e300), "invalid_value", "sample_rate"),
    (append(sample_rate="16000"), "invalid_value", "sample_rate"),
    (append(sample_rate=True), "invalid_value", "sample_rate"),
    (append(sample_rate=None), "invalid_value", "sample_rate"),
    ('{"type":"session.update"}', "invalid_value", "session"),
    ('{"type":"session.update","session":7}', "invalid_value", "session"),
    (update(language=7), "invalid_value", "session.language"),
    (update(prompt=[]), "invalid_value", "session.prompt"),
    (update(include_audio="no"), "invalid_value", "session.include_audio"),
    (update(prompt="x" * 4_097), "invalid_value", "session.prompt"),
    (update(other="x" * 300_000), "invalid_value", None),
    ('{"type":"session.update","session":' + "[" * 10_000, "invalid_json", None),
    ('{"type":"input_audio_buffer.append","audio":"' + SOUND + '","x":' + '{"x":' * 10_000, "invalid_json", None),
    (append(more="x" * 300_000), "invalid_value", None),
    (update(turn_detection="off"), "invalid_value", "session.turn_detection"),
    (update(turn_detection={"threshold": 2}), "invalid_value", "session.turn_detection.threshold"),
    (update(turn_detection={"threshold": "0.5"}), "invalid_value", "session.turn_detection.threshold"),
    (update(turn_detection={"prefix_padding_ms": -1}), "invalid_value", "session.turn_detection.prefix_padding_ms"),
    (update(turn_detection={"silence_duration_ms": 0}), "invalid_value", "session.turn_detection.silence_duration_ms"),
]


@pytest.mark.parametrize(("message", "code", "param"), MISTAKES)
def test_a_mistake_is_one_error_and_takes_nothing(launch, backend, message, code, param):
    with open_client(launch(backend)) as client:
        client.manual()
        client.append(SPEECH[:100])
        client.socket.send(message)
        client.append(SPEECH[100:])
        client.commit()
        error = client.error()
        assert (error["code"], error["error"]["param"]) == (code, param)
        assert error["error"]["type"] == "invalid_request_error"
        assert "item_id" not in error
        assert audio(client.transcript()) == SPEECH


def test_a_bad_field_leaves_the_others_unchanged_too(launch, backend):
    with open_client(launch(backend)) as client:
        client.manual()
        client.update(include_audio=False, language=7)
        client.error()
        client.utterance(SPEECH)
        assert "audio" in client.transcript()


def test_an_error_quotes_the_event_id_of_the_message(launch, backend):
    with open_client(launch(backend)) as client:
        client.send("nonsense", event_id="mine-1")
        assert client.error()["error"]["event_id"] == "mine-1"
        client.commit(event_id="mine-2")
        assert client.error()["error"]["event_id"] == "mine-2"


def test_unknown_fields_are_ignored(launch, backend):
    with open_client(launch(backend)) as client:
        client.update(turn_detection=None, voice="alloy")
        client.append(SPEECH, event_id="mine", extra={"deep": [1, 2]})
        client.commit()
        assert audio(client.transcript()) == SPEECH


@pytest.mark.parametrize("milliseconds", [0, 99])
@pytest.mark.parametrize("is_manual", [False, True])
def test_a_commit_of_too_little_is_refused_and_keeps_the_audio(launch, backend, milliseconds, is_manual):
    with open_client(launch(backend)) as client:
        if is_manual:
            client.manual()
        client.append(constant(3, milliseconds))
        client.commit()
        assert client.error()["code"] == "input_audio_buffer_commit_empty"
        client.append(constant(3, 100 - milliseconds))
        client.commit()
        assert audio(client.transcript()) == constant(3, 100)


@pytest.mark.parametrize("is_binary", [False, True])
def test_a_message_over_the_limit_is_an_error_and_then_close_1009(launch, backend, is_binary):
    server = launch(backend, MAX_MESSAGE_BYTES=10_000)
    with open_client(server) as client:
        client.manual()
        client.utterance(SPEECH[:6_000])
        big = bytes(10_001)
        client.socket.send(big) if is_binary else client.append(big)
        events, code = client.until_closed()
    assert code == 1009
    assert sorted(event.get("code", "transcript") for event in events) == ["message_too_large", "transcript"]


def test_a_message_at_the_limit_is_taken(launch, backend):
    with open_client(launch(backend, MAX_MESSAGE_BYTES=10_000)) as client:
        client.manual()
        client.socket.send(constant(5, 100) + bytes(6_800))
        client.commit()
        assert len(audio(client.transcript())) == 10_000


def test_fragments_are_one_message_and_pings_between_them_are_answered(launch, backend):
    with RawClient(launch(backend)) as client:
        client.manual()
        client.send_frame(BINARY, SPEECH[:1_001], is_last=False)
        client.send_frame(PING, b"hi")
        client.send_frame(0, SPEECH[1_001:])
        assert client.read_frame() == (PONG, b"hi")
        client.commit()
        opcode, payload = client.read_frame()
        assert opcode == TEXT
        assert base64.b64decode(json.loads(payload)["audio"]) == SPEECH


@pytest.mark.parametrize(
    ("opcode", "payload", "options", "code"),
    [
        (TEXT, b"\xff\xfe", {}, 1007),
        (TEXT, b"{}", {"is_masked": False}, 1002),
        (3, b"", {}, 1002),
        (PING, b"", {"is_last": False}, 1002),
        (0, b"", {}, 1002),
    ],
    ids=["text that is not UTF-8", "no mask", "unknown opcode", "ping in fragments", "continuation of nothing"],
)
def test_a_broken_frame_is_an_error_and_a_close_code(launch, backend, opcode, payload, options, code):
    with RawClient(launch(backend)) as client:
        client.send_frame(opcode, payload, **options)
        events, close = client.until_closed()
    assert [event["code"] for event in events] == ["protocol_violation"]
    assert close == code


@pytest.mark.parametrize("query", ["include_audio=maybe", "sample_rate=7999", "sample_rate=fast"])
def test_a_bad_query_is_refused_with_400(launch, backend, query):
    answer = launch(backend).get("/ws?" + query)
    assert answer.status == 400
    assert answer.json["error"]["code"] == "invalid_value"
    assert answer.json["error"]["param"] == query.split("=")[0]
