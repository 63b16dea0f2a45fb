"""Turn detection, settings, order and the ends of a session."""

import random
import struct

import pytest

from backend import Ending, Gate, Reply
from client import audio, open_client
from raw_client import RawClient
from recording import PCM, SENTENCES, between, constant, pieces
from waiting import until


def test_transcripts_come_in_audio_order_whatever_the_backend_takes(launch, backend):
    gate = Gate()
    finished = []

    def respond(request):
        if request.mark == 1:
            return Reply("1", gate=gate)
        finished.append(request.mark)
        return Reply(str(request.mark))

    backend.respond = respond
    with open_client(launch(backend)) as client:
        client.manual()
        for mark in (1, 2, 3, 4):
            client.utterance(constant(mark, 200))
        until(lambda: sorted(finished) == [2, 3, 4], "the later ones are answered while the first waits")
        gate.open()
        events = [client.transcript() for _ in range(4)]
    assert [event["transcript"] for event in events] == ["1", "2", "3", "4"]
    assert [event["start_ms"] for event in events] == [0, 200, 400, 600]


def test_a_refused_commit_keeps_its_place_among_the_answers(launch, backend):
    gate = Gate()
    backend.respond = lambda request: Reply("late", gate=gate)
    with open_client(launch(backend)) as client:
        client.manual()
        client.utterance(constant(1, 200))
        client.commit()
        until(lambda: backend.requests, "the utterance is at the backend")
        gate.open()
        assert client.transcript()["transcript"] == "late"
        assert client.error()["code"] == "input_audio_buffer_commit_empty"


def test_sessions_do_not_mix(launch, backend):
    server = launch(backend)
    with open_client(server) as one, open_client(server) as two, open_client(server, "/") as three:
        clients = {1: one, 2: two, 3: three}
        for client in clients.values():
            client.manual()
        for _ in range(5):
            for mark, client in clients.items():
                client.append(constant(mark, 40))
        for client in clients.values():
            client.commit()
        for mark, client in clients.items():
            event = client.transcript()
            assert event["transcript"] == f"mark {mark}"
            assert audio(event) == constant(mark, 200)


def test_a_close_frame_without_commit_gets_the_last_transcript_first(launch, backend):
    backend.respond = lambda request: Reply("the end", delay=0.2)
    with RawClient(launch(backend)) as client:
        client.append(between(0, 2_500))  # ends within the first sentence
        client.close_frame()
        events, code = client.until_closed()
        assert client.reads_end()
    assert [event["transcript"] for event in events] == ["the end"]
    assert code == 1000


def test_the_end_of_the_clients_direction_without_close_frame_flushes_too(launch, backend):
    backend.respond = lambda request: Reply("the end", delay=0.2)
    with RawClient(launch(backend)) as client:
        client.append(between(0, 2_500))
        client.end_input()
        events, code = client.until_closed()
    assert [event["transcript"] for event in events] == ["the end"]
    assert code == 1000


@pytest.mark.parametrize("vanish", [RawClient.reset, lambda client: client.socket.close()], ids=["reset", "close"])
def test_the_backend_is_let_go_when_the_client_vanishes(launch, backend, vanish):
    backend.respond = lambda request: Reply(ending=Ending.HANG)
    server = launch(backend)
    with RawClient(server) as client:
        client.manual()
        client.append(constant(1, 200))
        client.commit()
        until(lambda: backend.requests, "the utterance is at the backend")
        vanish(client)
        assert backend.requests[0].abandoned.wait(3), "the backend's connection stayed open"
    metrics = server.settled_metrics()
    assert metrics.total("steno_utterances_total", code="cancelled") == 1
    assert metrics.total("steno_audio_samples_total", outcome="failed") == 3_200


def test_without_turn_detection_only_commits_cut(launch, backend):
    with open_client(launch(backend)) as client:
        client.manual()
        client.stream(PCM)
        client.commit()
        event = client.transcript()
    assert audio(event) == PCM
    assert (event["start_ms"], len(backend.requests)) == (0, 1)


def test_turn_detection_may_be_switched_on_again(launch, backend):
    with open_client(launch(backend)) as client:
        client.manual()
        client.utterance(constant(1, 200))
        assert client.transcript()["transcript"] == "mark 1"
        client.update(turn_detection={})  # changes nothing
        client.utterance(constant(2, 200))
        assert client.transcript()["transcript"] == "mark 2"
        client.update(turn_detection={"type": "server_vad"})
        client.stream(PCM)
        events = [client.transcript() for _ in SENTENCES]
    for sentence, event in zip(SENTENCES, events, strict=True):
        assert abs(event["start_ms"] - 400 - sentence.start_ms) <= 300


def test_a_commit_cuts_in_the_middle_of_speech(launch, backend):
    with open_client(launch(backend)) as client:
        client.append(between(0, 2_000))
        client.commit()
        first = client.transcript()
        client.append(between(2_000, 3_600))
        second = client.transcript()
    assert first["end_ms"] == 2_000
    assert second["start_ms"] == 2_000


def test_clear_drops_what_is_not_yet_cut(launch, backend):
    with open_client(launch(backend)) as client:
        client.manual()
        client.append(constant(1, 300))
        client.clear()
        client.commit()
        assert client.error()["code"] == "input_audio_buffer_commit_empty"
        client.utterance(constant(2, 200))
        event = client.transcript()
    assert audio(event) == constant(2, 200)
    assert (event["start_ms"], event["end_ms"]) == (300, 500)


def test_a_longer_silence_duration_joins_sentences(launch, backend):
    with open_client(launch(backend)) as client:
        client.update(turn_detection={"silence_duration_ms": 1_500})  # the pauses are 700, 1200 and 2000 ms
        client.stream(PCM)
        client.commit()
        first, second = client.transcript(), client.transcript()
    assert abs(first["end_ms"] - SENTENCES[2].end_ms) <= 300
    assert abs(second["start_ms"] - SENTENCES[3].start_ms) <= 300


def test_prefix_padding_moves_the_start(launch, backend):
    starts = {}
    server = launch(backend)
    for padding in (0, 200, 400):
        with open_client(server) as client:
            client.update(turn_detection={"prefix_padding_ms": padding})
            client.stream(between(0, 3_700))
            starts[padding] = client.transcript()["start_ms"]
    assert (starts[0] - starts[200], starts[0] - starts[400]) == (200, 400)


def test_the_threshold_decides_what_is_speech(launch, backend):
    # Speech that is interrupted for 200 ms of every 400: enough for the default of 0.6, never for 0.95.
    speech = pieces(between(3_700, 6_500), 6_400)
    interrupted = b"".join(piece + bytes(6_400) for piece in speech) + bytes(32_000)
    found = {}
    server = launch(backend, VAD="webrtc")
    for threshold in (0.6, 0.95):
        with open_client(server) as client:
            client.update(turn_detection={"threshold": threshold})
            client.stream(interrupted)
            client.commit()
            found[threshold] = client.transcript()["transcript"] != ""
    assert found == {0.6: True, 0.95: False}


def test_both_sides_of_a_cut_at_the_longest_utterance_are_heard(launch, backend):
    with open_client(launch(backend, VAD_MAX_UTTERANCE_MS=1_000, VAD_OVERLAP_MS=240)) as client:
        client.manual()
        client.append(PCM[: 32_000 * 3 + 3_200])
        client.commit()
        events = [client.transcript() for _ in range(4)]
    assert [(event["start_ms"], event["end_ms"]) for event in events] == [
        (0, 920),
        (920, 1_680),
        (1_680, 2_440),
        (2_440, 3_100),
    ]
    for event in events:
        assert audio(event) == between(event["start_ms"], event["end_ms"])
    spans = [(0, 1_000), (760, 1_760), (1_520, 2_520), (2_280, 3_100)]
    # Where nothing tells whose a word is, a piece around the cut is heard as well.
    assert {request.pcm for request in backend.requests} >= {between(*span) for span in spans}


@pytest.mark.parametrize("listener", ["both", "detector", "transcriber"])
def test_the_transcriber_hears_the_audio_enhanced_or_as_it_came(launch, backend, listener):
    chance = random.Random(1)
    noisy = struct.pack("<32000h", *(chance.randint(-1_500, 1_500) for _ in range(32_000)))
    with open_client(launch(backend, GAIN_CONTROL="on", NOISE_REDUCTION="far_field")) as client:
        client.update(enhancement_for=listener)
        client.manual()
        client.stream(noisy)
        client.commit()
        event = client.transcript()
        applied = client.updates[0]
    assert (applied["noise_reduction"], applied["gain_control"]) == ("far_field", True)
    assert applied["enhancement_for"] == listener
    (request,) = backend.requests
    assert audio(event) == request.pcm
    assert len(request.pcm) == len(noisy)
    assert (request.pcm == noisy) == (listener == "detector")


def test_an_update_is_answered_with_what_holds(launch, backend):
    with open_client(launch(backend, VAD_SOFT_MAX_MS=9_000)) as client:
        client.update(turn_detection={"threshold": 0.7, "suffix_padding_ms": 300}, language="de")
        client.update(turn_detection=None)
        client.utterance(constant(1, 200))
        client.transcript()
        first, second = client.updates
    assert (first["turn_detection"]["threshold"], first["turn_detection"]["suffix_padding_ms"]) == (0.7, 300)
    assert (first["turn_detection"]["soft_max_ms"], first["language"]) == (9_000, "de")
    assert second["turn_detection"] is None


@pytest.mark.parametrize("value", ["false", "0"])
def test_the_query_leaves_the_audio_out(launch, backend, value):
    with open_client(launch(backend), f"/ws?include_audio={value}") as client:
        client.manual()
        client.utterance(constant(1, 200))
        event = client.transcript()
        assert "audio" not in event
        assert event["sample_rate"] == 16_000


def test_a_session_leaves_the_audio_out_and_takes_it_in_again(launch, backend):
    with open_client(launch(backend)) as client:
        client.manual()
        for wanted in (True, False, True):
            client.update(include_audio=wanted)
            client.utterance(constant(1, 200))
            assert ("audio" in client.transcript()) == wanted


def test_language_and_prompt_reach_the_backend_and_null_takes_them_away(launch, backend):
    server = launch(
        backend, TRANSCRIBER_MODEL="tiny", TRANSCRIBER_LANGUAGE="de", TRANSCRIBER_PROMPT="Grüße", OPENAI_API_KEY="key"
    )
    with open_client(server) as client:
        client.manual()
        for change in ({}, {"language": "en", "prompt": 'Æ "x"\r\n'}, {"language": None, "prompt": None}):
            client.update(**change)
            client.utterance(constant(1, 200))
            client.transcript()
    fields = [request.fields for request in backend.requests]
    assert [(form["model"], form.get("language"), form.get("prompt")) for form in fields] == [
        ("tiny", "de", "Grüße"),
        ("tiny", "en", 'Æ "x"\r\n'),
        ("tiny", None, None),
    ]
    assert {form["response_format"] for form in fields} == {"verbose_json"}
    assert {request.headers["authorization"] for request in backend.requests} == {"Bearer key"}


def test_the_query_names_a_language(launch, backend):
    with open_client(launch(backend), "/ws?language=fr") as client:
        client.manual()
        client.utterance(constant(1, 200))
        client.transcript()
    assert backend.requests[0].fields["language"] == "fr"
