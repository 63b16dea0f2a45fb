"""Clients that see every event of a session: the `openai` library in three versions and two shapes, and Node."""

import base64

import pytest

import speech
from backend import Gate, Reply
from catalogue import EVENTS
from realtime import settings
from recording import SENTENCES, between, correlation, word_errors
from scenarios import SERVER_VAD, heard, scenario
from speech import pcm24, silence
from turns import STARTED
from waiting import LIMIT


def check_sentences(turns, sentences):
    """One turn for each sentence, about where the sentence is."""
    assert [turn.kind for turn in turns] == ["stopped"] * len(sentences)
    for sentence, turn in zip(sentences, turns, strict=True):
        assert -600 <= turn.start_ms - sentence.start_ms <= 300, turn
        assert -300 <= turn.end_ms - sentence.end_ms <= 900, turn


@scenario("server VAD", *EVENTS)
def test_the_server_ends_turns(launch, backend, connect):
    session = connect(launch(backend))
    updated = session.update(format="audio/pcm", transcription={"model": "whisper-1"}, turn_detection=SERVER_VAD)
    assert session.input(updated, "turn_detection").items() >= SERVER_VAD.items()
    session.append(speech.whole())
    turns = session.turns(len(SENTENCES))
    check_sentences(turns, SENTENCES)
    for sentence, turn in zip(SENTENCES, turns, strict=True):
        assert -300 <= heard(turn.text) - (sentence.end_ms - sentence.start_ms) <= 1_200, turn


@scenario("semantic VAD", *EVENTS)
@pytest.mark.parametrize("fields", [{}, {"eagerness": "high"}, {"eagerness": "low"}], ids=["auto", "high", "low"])
def test_the_server_ends_turns_by_eagerness(launch, backend, connect, fields):
    session = connect(launch(backend))
    updated = session.update(turn_detection={"type": "semantic_vad", **fields})
    assert session.input(updated, "turn_detection")["type"] == "semantic_vad"
    session.append(pcm24(0, 3_200) + silence(9_000))
    turn = session.turn()
    assert turn.kind == "stopped"
    assert heard(turn.text) >= 2_200


@scenario("manual commit", *EVENTS)
def test_the_client_ends_turns(launch, backend, connect):
    session = connect(launch(backend))
    updated = session.update(
        transcription={"model": "whisper-1", "language": "en", "prompt": "Grüße"}, turn_detection=None
    )
    assert session.input(updated, "turn_detection") is None
    assert session.input(updated, "transcription").items() >= {"language": "en", "prompt": "Grüße"}.items()
    for milliseconds in (2_000, 300):
        session.append(pcm24(500, 500 + milliseconds))
        session.commit()
    turns = session.turns(2)
    assert [turn.kind for turn in turns] == ["committed", "committed"]
    assert [heard(turn.text) for turn in turns] == [2_000, 300]
    assert [(form["language"], form["prompt"]) for form in forms(backend)] == [("en", "Grüße")] * 2
    assert correlation(longest(backend), between(500, 2_500)) > 0.95


def forms(backend):
    return [request.fields for request in backend.requests]


def longest(backend):
    return max((request.pcm for request in backend.requests), key=len)


@scenario("commit while someone speaks", *EVENTS)
def test_a_commit_ends_a_turn_of_server_vad(launch, backend, connect):
    session = connect(launch(backend))
    session.update(turn_detection=SERVER_VAD)
    session.append(pcm24(0, 2_000))
    session.wait(STARTED)
    session.commit()
    turn = session.turn()
    assert turn.kind == "cut"
    assert 1_300 <= heard(turn.text) <= 2_000


@scenario("audio before any update", *EVENTS)
def test_audio_needs_no_update(launch, backend, connect):
    session = connect(launch(backend))
    session.append(pcm24(0, 3_200) + silence(2_000))
    turn = session.turn()
    assert turn.kind == "stopped"
    assert 2_200 <= heard(turn.text) <= 3_500
    created = session.created()
    assert session.input(created, "turn_detection")["type"] == "server_vad"


@scenario("G.711 µ-law", *EVENTS)
def test_mu_law_is_understood(launch, backend, connect):
    check_g711(connect(launch(backend)), backend, "audio/pcmu", speech.mu_law)


@scenario("G.711 A-law", *EVENTS)
def test_a_law_is_understood(launch, backend, connect):
    check_g711(connect(launch(backend)), backend, "audio/pcma", speech.a_law)


def check_g711(session, backend, name, encode):
    session.update(format=name, turn_detection=None)
    session.append(speech.g711(encode, 500, 2_500))
    session.commit()
    assert heard(session.turn().text) == 2_000
    assert correlation(longest(backend), between(500, 2_500)) > 0.9


@scenario("clear", *EVENTS)
def test_clear_drops_what_is_buffered(launch, backend, connect):
    session = connect(launch(backend))
    session.update(turn_detection=None)
    session.append(pcm24(0, 1_000))
    session.send("input_audio_buffer.clear")
    session.wait("input_audio_buffer.cleared")
    session.append(pcm24(1_000, 1_400))
    session.commit()
    assert heard(session.turn().text) == 400


@scenario("50 ms commit", *EVENTS)
def test_a_commit_of_50_ms_is_an_error_and_the_audio_stays(launch, backend, connect):
    session = connect(launch(backend))
    session.update(turn_detection=None)
    session.append(pcm24(1_000, 1_050))
    session.commit()
    error = session.error()
    assert (error["type"], error["code"]) == ("invalid_request_error", "input_audio_buffer_commit_empty")
    session.append(pcm24(1_050, 1_300))
    session.commit()
    assert heard(session.turn().text) == 300


@scenario("50 ms commit", *EVENTS)
def test_a_commit_of_50_ms_is_told_while_another_turn_is_at_work(launch, backend, connect):
    gate = Gate()
    backend.respond = lambda request: Reply("done", gate=gate)
    session = connect(launch(backend))
    session.update(turn_detection=None)
    session.append(pcm24(1_000, 1_500))
    session.commit()
    session.commit()
    assert session.error()["code"] == "input_audio_buffer_commit_empty"
    gate.open()
    assert session.turn().text == "done"


@scenario("bad base64", *EVENTS)
def test_bad_base64_is_an_error_and_nothing_of_it_is_taken(launch, backend, connect):
    session = connect(launch(backend))
    session.update(turn_detection=None)
    session.send("input_audio_buffer.append", audio=base64.b64encode(bytes(4_800)).decode() + "!")
    error = session.error()
    assert (error["type"], error["code"], error["param"]) == ("invalid_request_error", "invalid_value", "audio")
    session.append(pcm24(1_000, 1_400))
    session.commit()
    assert heard(session.turn().text) == 400


@scenario("event id echo", *EVENTS)
def test_an_error_names_the_event_that_caused_it(launch, backend, connect):
    session = connect(launch(backend))
    session.update(turn_detection=None)
    session.commit(event_id="mine")
    session.commit()
    session.send("input_audio_buffer.append", audio="!", event_id="also mine")
    assert [session.error()["event_id"] for _ in range(3)] == ["mine", None, "also mine"]


@scenario("unknown event", *EVENTS)
def test_an_unknown_event_is_one_error_and_unknown_fields_are_none(launch, backend, connect):
    session = connect(launch(backend))
    session.update(turn_detection=None)
    session.send("input_audio_buffer.rewind", event_id="mine")
    error = session.error()
    assert (error["type"], error["code"], error["param"]) == ("invalid_request_error", "invalid_value", "type")
    assert error["event_id"] == "mine"
    session.update(transcription={"model": "whisper-1", "temper": "mild"})
    session.append(pcm24(1_000, 1_400))
    session.commit()
    assert heard(session.turn().text) == 400


@scenario("update in mid-turn", *EVENTS)
def test_an_update_does_not_reset_the_turn(launch, backend, connect):
    session = connect(launch(backend))
    session.update(turn_detection=SERVER_VAD)
    session.append(pcm24(0, 2_000))
    started = session.wait(STARTED)[0]
    updated = session.update(transcription={"model": "whisper-1", "prompt": "Water"})
    assert session.input(updated, "turn_detection").items() >= SERVER_VAD.items()
    session.append(pcm24(2_000, 3_200) + silence(1_000))
    turn = session.turn()
    assert (turn.item_id, turn.kind) == (started["item_id"], "stopped")
    assert 2_200 <= heard(turn.text) <= 4_000
    assert len(session.wait(STARTED)) == 1


@scenario("two sessions at once", *EVENTS)
def test_sessions_do_not_mix(launch, backend, connect):
    server = launch(backend)
    sessions = {200: connect(server), 500: connect(server)}
    for session in sessions.values():
        session.update(turn_detection=None)
    for part in range(3):
        for milliseconds, session in sessions.items():
            session.append(pcm24(1_000 + part * milliseconds, 1_000 + (part + 1) * milliseconds))
    for session in sessions.values():
        session.commit()
    for milliseconds, session in sessions.items():
        assert heard(session.turn().text) == 3 * milliseconds


@scenario("engine failure", *EVENTS)
def test_a_failed_turn_is_told_and_the_session_goes_on(launch, backend, connect):
    works = backend.respond
    backend.respond = lambda request: Reply(status=500, body=b'{"error": {"message": "no memory left"}}')
    session = connect(launch(backend))
    session.update(turn_detection=None)
    session.append(pcm24(1_000, 1_500))
    session.commit()
    failed = session.turn()
    assert failed.text is None
    assert set(failed.error) >= {"type", "code", "message"}
    assert failed.error["message"]
    backend.respond = works
    session.append(pcm24(1_500, 1_900))
    session.commit()
    assert heard(session.turns(2)[1].text) == 400


@scenario("reconnect", *EVENTS)
def test_a_new_connection_is_a_new_session(launch, backend, connect):
    server = launch(backend)
    names = []
    for milliseconds in (300, 700):
        session = connect(server)
        names.append(session.created()["id"])
        session.update(turn_detection=None)
        session.append(pcm24(1_000, 1_000 + milliseconds))
        session.commit()
        assert heard(session.turn().text) == milliseconds
        session.finish()
    assert len(set(names)) == 2


@scenario("real speech, PocketSphinx", *EVENTS)
def test_two_sentences_are_heard(launch, connect):
    session = connect(launch())
    session.update(turn_detection=SERVER_VAD)
    session.append(pcm24(0, 6_600) + silence(1_000))
    turns = session.turns(2, limit=4 * LIMIT)
    check_sentences(turns, SENTENCES[:2])
    errors = sum(word_errors(sentence.text, turn.text) for sentence, turn in zip(SENTENCES, turns))
    assert errors <= 1, turns


KEYS = {"API_KEYS": "a-key-of-one-client,a-key-of-another"}


@scenario("key", *EVENTS)
def test_a_server_with_keys_takes_only_these(launch, backend, connect):
    server = launch(backend, **KEYS)
    session = connect(server, key="a-key-of-another")
    opened = session.opened()
    assert opened.get("protocol", "realtime") == "realtime"
    session.update(turn_detection=None)
    session.append(pcm24(1_000, 1_400))
    session.commit()
    assert heard(session.turn().text) == 400
    refused = connect(server, key="a-key-of-none").failed()
    assert refused.get("status") in (401, None), refused


@scenario("short-lived key", *EVENTS)
def test_a_short_lived_key_brings_its_settings(launch, backend, connect, call, client):
    server = launch(backend, **KEYS)
    wanted = settings(
        client.shape, transcription={"model": "whisper-1", "language": "en", "prompt": "Grüße"}, turn_detection=None
    )
    asked = call()
    asked.do("secret", url=server.http_url, key="a-key-of-one-client", shape=client.shape, session=wanted)
    session = connect(server, key=asked.line("secret")["secret"])
    created = session.created()
    assert session.input(created, "turn_detection") is None
    assert session.input(created, "transcription").items() >= {"language": "en", "prompt": "Grüße"}.items()
    session.append(pcm24(1_000, 1_400))
    session.commit()
    assert heard(session.turn().text) == 400
    assert [(form["language"], form["prompt"]) for form in forms(backend)] == [("en", "Grüße")]
