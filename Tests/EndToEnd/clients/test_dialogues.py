"""Clients that talk with the assistant: libraries of four vendors, over real speech that the server makes."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from backend import Reply as Heard
from catalogue import AGENTS_TALKER, LIVEKIT_TALKER, PIPECAT, TALKERS
from dialogue import ANSWER, DELTA, STARTED, Conversation, after
from scenarios import scenario
from speech import pcm24, silence

SPEECH = pcm24(400, 2_400)
LONG = " ".join(["This is a long answer, and nobody needs to hear it to its end."] * 12)
# Those that write a history item by item.
WRITERS = [client for client in TALKERS if client is not PIPECAT]
# 24 kHz, two bytes a sample.
BYTES_PER_MS = 48


@pytest.fixture
def talk(client, driver, launch, backend) -> Iterator[Callable[..., Conversation]]:
    """Opens conversations with an echo; each is checked and closed at the end."""
    backend.respond = lambda request: Heard("good morning")
    with ExitStack() as conversations:

        def talk(**settings: object) -> Conversation:
            server = launch(backend, LLM="echo", TTS="flite", **settings)
            conversation = Conversation(driver, client, server)
            conversations.callback(conversation.finish)
            return conversation

        yield talk


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def begins(whole: str, part: str) -> bool:
    return words(whole)[: len(words(part))] == words(part)


@scenario("conversation: spoken turn", *TALKERS)
def test_a_spoken_turn_is_answered_by_voice(talk):
    conversation = talk()
    conversation.speak(SPEECH + silence(1_000))
    assert conversation.reported("heard") == ["good morning"]
    conversation.said("good morning")
    (reply,) = conversation.replies(1)
    assert (reply.status, reply.text) == ("completed", "good morning")
    assert 400 <= len(reply.audio) / BYTES_PER_MS <= 1_500


@scenario("conversation: typed turn", *TALKERS)
def test_a_typed_turn_is_answered_by_voice(talk):
    conversation = talk()
    conversation.say("Nice to meet you.")
    conversation.said("Nice to meet you.")
    (reply,) = conversation.replies(1)
    assert (reply.status, reply.text) == ("completed", "Nice to meet you.")
    assert len(reply.audio) / BYTES_PER_MS >= 500


@scenario("conversation: tool call", *TALKERS)
def test_a_tool_is_called_and_its_output_is_said(talk):
    conversation = talk()
    conversation.say('call get_weather {"city": "Bern"}')
    assert conversation.reported("called") == ["get_weather"]
    assert conversation.reported("arguments") == [{"city": "Bern"}]
    first, second = conversation.replies(2)
    (call,) = first.calls
    (output,) = [
        event["item"]
        for event in conversation.tap.heard("conversation.item.added")
        if event["item"]["type"] == "function_call_output"
    ]
    assert output["call_id"] == call["call_id"]
    assert words(second.text) == words(ANSWER)
    conversation.said(second.text)


@scenario("conversation: barge-in", *TALKERS)
def test_speech_cuts_a_long_answer_off(talk):
    conversation = talk()
    conversation.say(LONG)
    conversation.tap.wait(DELTA, 6)
    conversation.speak(SPEECH)
    conversation.reported("interrupted")
    conversation.speak(silence(1_000))
    cut, answer = conversation.replies(2)
    assert (cut.status, cut.reason) == ("cancelled", "turn_detected")
    assert begins(LONG, cut.text) and len(words(cut.text)) < len(words(LONG)) / 2
    late = [line for line in after(conversation.tap.lines, STARTED) if line.event.get("response_id") == cut.id]
    assert DELTA not in {line.type for line in late}
    assert (answer.status, answer.text) == ("completed", "good morning")
    # The client says how much was heard; the server takes that for any item that it has announced.
    (truncated,) = conversation.tap.wait("conversation.item.truncated")
    assert truncated["item_id"] in cut.item_ids
    assert 0 <= truncated["audio_end_ms"] <= len(cut.audio) / BYTES_PER_MS
    conversation.said("good morning")


@scenario("conversation: interrupt", *TALKERS)
def test_the_client_cuts_a_long_answer_off_and_goes_on(talk):
    conversation = talk()
    conversation.say(LONG)
    conversation.tap.wait(DELTA, 6)
    conversation.do("interrupt")
    conversation.reported("interrupted")
    (cut,) = conversation.replies(1)
    assert (cut.status, cut.reason) == ("cancelled", "client_cancelled")
    assert begins(LONG, cut.text)
    conversation.tap.wait("conversation.item.truncated")
    conversation.speak(SPEECH + silence(1_000))
    conversation.said("good morning")
    assert conversation.replies(2)[1].text == "good morning"


HISTORY = [("user", "Who are you?"), ("assistant", "An echo."), ("user", "Where were we?")]


@scenario("conversation: history", *WRITERS)
def test_a_history_of_before_is_answered(talk, client):
    conversation = talk()
    conversation.do("remember", history=HISTORY)
    if client is LIVEKIT_TALKER:
        # When its connection is lost, it makes another and writes the history again, with the same names.
        conversation.reported("remembered")
        conversation.tap.drop()
        conversation.reported("reconnected")
        conversation.do("reply")
    conversation.said("Where were we?")
    connection = conversation.tap.lines[-1].connection
    sent = conversation.tap.sent("conversation.item.create", connection)
    added = conversation.tap.heard("conversation.item.added", connection)
    names = [event["item"]["id"] for event in added]
    assert sent[0]["previous_item_id"] == "root"
    assert [event["item"]["id"] for event in sent] == names[: len(HISTORY)]
    assert [event["previous_item_id"] for event in added] == [None, *names[:-1]]
    assert conversation.replies(1)[0].text == "Where were we?"


@scenario("conversation: history", PIPECAT)
def test_a_history_in_one_text_is_answered(talk):
    """Pipecat writes what was said before as JSON in one message, when a program asks for a new connection."""
    conversation = talk()
    conversation.say("Nice to meet you.")
    conversation.said("Nice to meet you.")
    conversation.do("reconnect")
    conversation.tap.wait(DELTA, 6, connection=1)
    (sent,) = conversation.tap.sent("conversation.item.create", connection=1)
    (content,) = sent["item"]["content"]
    assert content["text"].count("Nice to meet you.") == 2
    added = conversation.tap.heard("conversation.item.added", connection=1)[0]
    assert (added["item"]["id"], added["previous_item_id"]) == (sent["item"]["id"], None)
    conversation.do("interrupt")
    (cut,) = conversation.replies(1)
    assert begins(content["text"], cut.text)


@scenario("conversation: interrupt", LIVEKIT_TALKER)
def test_an_answer_of_which_nothing_was_heard_is_deleted(talk):
    conversation = talk()
    conversation.say(LONG)
    conversation.tap.wait(DELTA, 6)
    conversation.do("interrupt", is_heard=False)
    (deleted,) = conversation.tap.wait("conversation.item.deleted")
    (cut,) = conversation.replies(1)
    assert (cut.status, cut.item_ids) == ("cancelled", [deleted["item_id"]])
    kinds = [line.type for line in conversation.tap.lines if line.is_sent]
    assert kinds[-2:] == ["response.cancel", "conversation.item.delete"]
    assert [line.type for line in after(conversation.tap.lines, "conversation.item.deleted")] == []


@scenario("conversation: interrupt", AGENTS_TALKER)
def test_a_truncation_alone_ends_the_response(talk):
    conversation = talk()
    conversation.say(LONG)
    conversation.tap.wait(DELTA, 6)
    conversation.do("interrupt")
    (cut,) = conversation.replies(1)
    assert conversation.tap.sent("response.cancel") == []
    (truncation,) = conversation.tap.sent("conversation.item.truncate")
    assert truncation["item_id"] in cut.item_ids
    # It asks for what is left of the item.
    retrieved = conversation.tap.wait("conversation.item.retrieved")[-1]["item"]
    assert (retrieved["id"], retrieved["status"]) == (truncation["item_id"], "incomplete")


@scenario("conversation: typed turn", AGENTS_TALKER)
def test_two_updates_at_the_start_are_both_taken(talk):
    conversation = talk()
    first, second = conversation.tap.wait("session.updated", 2)
    assert len(conversation.tap.sent("session.update")) == 2
    # The second one is about tracing only.
    assert [tool["name"] for tool in second["session"]["tools"]] == ["get_weather"]
    detection = second["session"]["audio"]["input"]["turn_detection"]
    assert (detection["create_response"], detection["interrupt_response"]) == (True, True)
    assert type(second["session"]["audio"]["output"]["voice"]) is str
