"""Clients that show only texts: the speech-to-text of `openai-agents` and of LiveKit."""

from contextlib import ExitStack

import pytest

import speech
from backend import Reply
from catalogue import AGENTS, LIVEKIT
from recording import SENTENCES, word_errors
from scenarios import SERVER_VAD, heard, scenario
from speech import base64_pieces, pcm24, silence
from waiting import LIMIT


class Stream:
    """A streamed transcription over a driver."""

    def __init__(self, session, server, settings: dict, key: str) -> None:
        self._session = session
        session.do("connect", url=server.http_url, key=key, settings=settings)

    def append(self, audio: bytes) -> None:
        for piece in base64_pieces(audio):
            self._session.do("audio", audio=piece)

    def do(self, method: str, **fields: object) -> None:
        self._session.do(method, **fields)

    @property
    def texts(self) -> list[str]:
        """Final texts."""
        return [line["text"] for line in self._session.every("text") if line.get("speech", FINAL) == FINAL]

    @property
    def speech(self) -> list[str]:
        """What LiveKit tells about speech, as it came."""
        return [line["speech"] for line in self._session.every("speech")]

    def wait_texts(self, count: int, limit: float = LIMIT) -> list[str]:
        self._session.wait(lambda: len(self.texts) >= count, f"{count} texts", limit=limit)
        assert len(self.texts) == count, self.texts
        return self.texts

    def wait_speech(self) -> None:
        self._session.wait(lambda: "start_of_speech" in self.speech, "speech is told")

    def failed(self) -> dict:
        return self._session.line("failed")

    def wait_ended(self) -> None:
        self._session.line("ended")

    def close(self) -> None:
        self._session.do("close")
        self._session.wait(lambda: self._session.every("ended") or self._session.every("failed"), "it ends", True)


FINAL = "final_transcript"


@pytest.fixture
def stream(driver, launch):
    with ExitStack() as open_streams:

        def stream(server, key: str = "none", **settings: object) -> Stream:
            made = Stream(driver.session(), server, settings, key)
            open_streams.callback(made.close)
            return made

        yield stream


@scenario("server VAD", AGENTS, LIVEKIT)
def test_the_server_ends_turns(launch, backend, stream):
    session = stream(launch(backend), turn_detection=SERVER_VAD)
    session.append(speech.whole())
    for sentence, text in zip(SENTENCES, session.wait_texts(len(SENTENCES)), strict=True):
        assert -300 <= heard(text) - (sentence.end_ms - sentence.start_ms) <= 1_200


@scenario("semantic VAD", AGENTS, LIVEKIT)
def test_the_server_ends_turns_by_eagerness(launch, backend, stream):
    session = stream(launch(backend), turn_detection={"type": "semantic_vad"})
    session.append(pcm24(0, 3_200) + silence(9_000))
    assert heard(session.wait_texts(1)[0]) >= 2_200


@scenario("manual commit", LIVEKIT)
def test_the_client_ends_turns_by_a_detector_of_its_own(launch, backend, stream):
    # For a model of this name LiveKit asks for no turn detection, detects speech itself, and commits.
    session = stream(launch(backend), model="gpt-live-transcribe")
    session.append(pcm24(0, 3_650) + silence(1_500))
    assert 2_200 <= heard(session.wait_texts(1)[0]) <= 5_200


@scenario("commit while someone speaks", AGENTS)
def test_the_end_of_the_input_is_a_commit(launch, backend, stream):
    session = stream(launch(backend), turn_detection=SERVER_VAD)
    session.append(pcm24(0, 2_000))
    session.do("end")
    session.wait_ended()
    assert [1_300 <= heard(text) <= 2_000 for text in session.texts] == [True]


@scenario("50 ms commit", AGENTS)
def test_the_end_of_an_input_of_50_ms_is_no_failure(launch, backend, stream):
    session = stream(launch(backend), turn_detection=SERVER_VAD)
    session.append(pcm24(1_000, 1_050))
    session.do("end")
    session.wait_ended()
    assert session.texts == []


@scenario("event id echo", AGENTS)
def test_the_end_of_the_input_without_audio_ends_well(launch, backend, stream):
    # The client takes the error for an end only if it names the commit's own id.
    session = stream(launch(backend), turn_detection=SERVER_VAD)
    session.do("end")
    session.wait_ended()
    assert session.texts == []


@scenario("update in mid-turn", LIVEKIT)
def test_an_update_does_not_reset_the_turn(launch, backend, stream):
    session = stream(launch(backend), turn_detection=SERVER_VAD)
    session.append(pcm24(0, 2_000))
    session.wait_speech()
    session.do("update", settings={"prompt": "Water"})
    session.append(pcm24(2_000, 3_200) + silence(1_000))
    assert 2_200 <= heard(session.wait_texts(1)[0]) <= 4_000
    assert session.speech.count("start_of_speech") == 1


@scenario("two sessions at once", AGENTS, LIVEKIT)
def test_sessions_do_not_mix(launch, backend, stream):
    server = launch(backend)
    sentences = SENTENCES[0], SENTENCES[2]
    streams = [stream(server, turn_detection=SERVER_VAD) for _ in sentences]
    for sentence, session in zip(sentences, streams, strict=True):
        session.append(pcm24(sentence.start_ms - 500, sentence.end_ms) + silence(1_000))
    first, second = (heard(session.wait_texts(1)[0]) for session in streams)
    assert 500 <= second - first <= 900


@scenario("engine failure", AGENTS)
def test_a_failure_is_told_and_the_next_session_works(launch, backend, stream):
    works = backend.respond
    backend.respond = lambda request: Reply(status=500)
    server = launch(backend)
    session = stream(server, turn_detection=SERVER_VAD)
    session.append(pcm24(0, 3_200) + silence(1_000))
    assert session.failed()["failed"] == "STTWebsocketConnectionError"
    backend.respond = works
    session = stream(server, turn_detection=SERVER_VAD)
    session.append(pcm24(0, 3_200) + silence(1_000))
    session.wait_texts(1)


@scenario("engine failure", LIVEKIT)
def test_a_failed_turn_leaves_the_session_open(launch, backend, stream):
    works = backend.respond

    def respond(request):
        backend.respond = works
        return Reply(status=500)

    backend.respond = respond
    session = stream(launch(backend), turn_detection=SERVER_VAD)
    session.append(pcm24(0, 6_600) + silence(1_000))
    second = SENTENCES[1]
    assert -300 <= heard(session.wait_texts(1)[0]) - (second.end_ms - second.start_ms) <= 1_200


@scenario("reconnect", AGENTS)
def test_the_model_opens_one_session_after_another(launch, backend, stream):
    server = launch(backend)
    for _ in range(2):
        session = stream(server, turn_detection=SERVER_VAD)
        session.append(pcm24(0, 3_200) + silence(1_000))
        session.do("end")
        session.wait_ended()
        assert len(session.texts) == 1


@scenario("reconnect", LIVEKIT)
def test_another_model_is_another_connection(launch, backend, stream):
    server = launch(backend)
    session = stream(server, model="whisper-1", turn_detection=SERVER_VAD)
    session.append(pcm24(0, 3_200) + silence(1_000))
    session.wait_texts(1)
    session.do("update", settings={"model": "gpt-4o-transcribe"})
    server.wait_sessions(1)
    session.append(pcm24(3_200, 6_600) + silence(1_000))
    session.wait_texts(2)


@scenario("real speech, PocketSphinx", AGENTS, LIVEKIT)
def test_two_sentences_are_heard(launch, stream):
    session = stream(launch(), turn_detection=SERVER_VAD)
    session.append(pcm24(0, 6_600) + silence(1_000))
    texts = session.wait_texts(2, limit=4 * LIMIT)
    errors = sum(word_errors(sentence.text, text) for sentence, text in zip(SENTENCES, texts))
    assert errors <= 1, texts


@scenario("key", AGENTS, LIVEKIT)
def test_a_server_with_keys_takes_only_these(launch, backend, stream):
    server = launch(backend, API_KEYS="a-key-of-one-client,a-key-of-another")
    session = stream(server, key="a-key-of-another", turn_detection=SERVER_VAD)
    session.append(pcm24(0, 3_200) + silence(1_000))
    session.wait_texts(1)
    assert stream(server, key="a-key-of-none").failed()
