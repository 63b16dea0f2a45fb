"""AssemblyAI's own library, of the versions that speak its first realtime protocol: as text (0.17) and binary (0.43)."""

import time
import uuid
from datetime import datetime

import pytest

from backend import Reply
from catalogue import Client
from recording import DURATION_MS, PCM, SENTENCES, between, pieces, word_errors
from scenarios import heard
from speech import base64_pieces, g711, mu_law
from waiting import LIMIT, until

KEY = "a-key-of-sixteen-letters"
OLD = Client("assemblyai 0.17.0", "assemblyai_client.py", "assemblyai-0.17.0")
NEW = Client("assemblyai 0.43.1", "assemblyai_client.py", "assemblyai-0.43.1")
both = pytest.mark.parametrize("client", [OLD, NEW], ids=lambda client: client.name.replace(" ", "-"))
newer = pytest.mark.parametrize("client", [NEW], ids=lambda client: client.name.replace(" ", "-"))

SECOND = 32_000
SILENCE = bytes(2 * SECOND)


def connect(call, server, key="none", **options):
    session = call()
    session.do("connect", url=server.http_url, key=key, options={"sample_rate": 16_000, **options})
    session.line("connected")
    return session


def stream(session, audio: bytes, size: int = SECOND // 5) -> None:
    session.do("audio", pieces=base64_pieces(audio, size))


def say(session) -> None:
    """The first sentence at its own pace, as text is told only of what is still being said; then silence."""
    for piece in pieces(between(0, SENTENCES[0].end_ms) + SILENCE, SECOND // 10):
        stream(session, piece)
        time.sleep(0.1)


def finals(session) -> list[dict]:
    return [line for line in session.every("heard") if line["heard"] == "RealtimeFinalTranscript"]


def partials(session) -> list[dict]:
    return [line for line in session.every("heard") if line["heard"] == "RealtimePartialTranscript"]


def wait_finals(session, count: int, limit: float = LIMIT) -> list[dict]:
    return session.wait(lambda: len(finals(session)) >= count and finals(session), f"{count} transcripts", limit=limit)


def close(session) -> None:
    session.do("close")
    session.line("closed")
    assert session.every("error") == []


@both
def test_utterances_come_in_order_with_their_places(launch, backend, call):
    session = connect(call, launch(backend))
    assert uuid.UUID(session.line("session")["session"]).version == 4
    assert datetime.fromisoformat(session.line("expires")["expires"]).tzinfo
    stream(session, PCM + SILENCE)
    told = wait_finals(session, len(SENTENCES))
    for line, sentence in zip(told, SENTENCES, strict=True):
        assert abs(line["audio_start"] - sentence.start_ms) <= 400
        assert abs(line["audio_end"] - sentence.end_ms) <= 700
        assert heard(line["text"]) >= sentence.end_ms - sentence.start_ms - 400
        assert [word[0] for word in line["words"]] == line["text"].split()
        assert line["words"][0][1] >= line["audio_start"] and line["words"][-1][2] <= line["audio_end"]
        assert line["punctuated"] and line["text_formatted"] and 0 <= line["confidence"] <= 1
    close(session)


@both
def test_real_words(launch, call):
    session = connect(call, launch(TRANSCRIBER="pocketsphinx"))
    stream(session, PCM + SILENCE)
    text = " ".join(line["text"] for line in wait_finals(session, len(SENTENCES), 8 * LIMIT))
    words = " ".join(sentence.text for sentence in SENTENCES)
    assert word_errors(words, text) <= 0.1 * len(words.split()), text
    close(session)


@both
def test_partial_transcripts_hold_the_utterance_so_far(launch, backend, call):
    backend.respond = lambda request: Reply("Good morning, Everyone." if len(request.pcm) > SECOND else "Good morning,")
    session = connect(call, launch(backend, INTERIM="http"))
    say(session)
    [final] = wait_finals(session, 1)
    told = [line["text"] for line in partials(session)]
    assert len(told) >= 2 and all("good morning everyone".startswith(text) for text in told), told
    assert final["text"].lower().startswith("good morning")
    assert all(line["audio_start"] == final["audio_start"] for line in partials(session))
    close(session)


@newer
def test_partial_transcripts_can_be_left_out(launch, backend, call):
    session = connect(call, launch(backend, INTERIM="http"), disable_partial_transcripts=True)
    say(session)
    wait_finals(session, 1)
    assert partials(session) == []
    close(session)


@newer
def test_closing_waits_for_what_is_open_and_tells_the_duration(launch, backend, call):
    session = connect(call, launch(backend), tells_duration=True)
    stream(session, PCM[: 3 * SECOND])
    close(session)
    assert len(finals(session)) >= 1
    assert session.line("seconds")["seconds"] == pytest.approx(3)


@newer
def test_an_end_can_be_forced_and_the_silence_set(launch, backend, call):
    session = connect(call, launch(backend), end_utterance_silence_threshold=10_000)
    start = SENTENCES[0].start_ms * SECOND // 1000
    stream(session, PCM[start : start + SECOND])
    session.do("force_end")
    assert heard(wait_finals(session, 1)[0]["text"]) >= 900
    # What follows is cut by a short silence, once that is asked for.
    session.do("set_silence", milliseconds=200)
    stream(session, PCM + SILENCE)
    wait_finals(session, 1 + len(SENTENCES))
    close(session)


@newer
def test_a_forced_end_without_audio_is_answered(launch, backend, call):
    session = connect(call, launch(backend))
    session.do("force_end")
    [told] = wait_finals(session, 1)
    assert (told["text"], told["words"]) == ("", [])
    close(session)


@newer
def test_mu_law(launch, backend, call):
    session = connect(call, launch(backend), sample_rate=8_000, encoding="pcm_mulaw")
    stream(session, g711(mu_law, 0, DURATION_MS) + bytes([0xFF]) * 16_000, 1_600)
    assert len(wait_finals(session, len(SENTENCES))) == len(SENTENCES)
    close(session)


@both
def test_words_to_listen_for_reach_the_engine(launch, backend, call):
    session = connect(call, launch(backend), word_boost=["Steno", "it's"])
    stream(session, PCM + SILENCE)
    wait_finals(session, 1)
    assert backend.requests[0].fields["prompt"] == "Steno, it's"
    close(session)


@both
def test_a_key_is_taken_as_it_is(launch, backend, call):
    server = launch(backend, API_KEYS=f"alice:{KEY}")
    session = connect(call, server, key=KEY)
    session.line("session")
    close(session)
    refused = connect(call, server, key="wrong")
    assert "401" in refused.line("error")["error"]


@newer
def test_a_token_opens_the_socket(launch, backend, call):
    server = launch(backend, API_KEYS=f"alice:{KEY}")
    token = call().call("token", url=server.http_url, key=KEY)
    session = connect(call, server, key="wrong", token=token)
    session.line("session")
    close(session)


@both
def test_a_wrong_rate_is_named(launch, backend, call):
    session = connect(call, launch(backend), sample_rate=7)
    session.wait(lambda: len(session.every("error")) == 2, "two errors", may_fail=True)
    told, closed = [line["error"] for line in session.every("error")]
    assert told == "'sample_rate' must be a whole number from 8000 to 48000."
    assert closed == "Sample rate must be a positive integer"


@both
def test_a_server_that_stops_tells_all_and_says_that_the_session_expired(launch, backend, call, client):
    server = launch(backend)
    session = connect(call, server)
    stream(session, PCM + SILENCE)
    wait_finals(session, len(SENTENCES))
    # On a quick machine the client is still sending silence here.
    received = "steno_audio_received_samples_total"
    until(lambda: server.metrics().total(received) == len(PCM + SILENCE) // 2, "the server has all audio")
    server.terminate()
    if client == OLD:
        session.line("closed")
        assert {line["error"] for line in session.every("error")} == {"Session Expired"}
    else:
        # It takes the last message for the end, and looks at no code unless it sends meanwhile.
        session.do("read_to_the_end")
        session.line("ended")
        close(session)
