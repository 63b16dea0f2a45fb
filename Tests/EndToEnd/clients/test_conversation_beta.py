"""Conversations in the beta's shape, by the rules of its reference client."""

import pytest

from catalogue import OPENAI
from replies import replies
from speech import silence
from wire import DONE, LONG, SPEECH

BETA = {"OpenAI-Beta": "realtime=v1"}
TOOL = {"type": "function", "name": "get_weather", "parameters": {"type": "object", "properties": {}}}


@pytest.fixture
def client():
    return OPENAI[0]


def check_reference_rules(events: list[dict]) -> None:
    """What the beta's reference client throws an error for."""
    items: set[str] = set()
    responses: set[str] = set()
    for event in events:
        assert event["event_id"]
        kind = event["type"]
        if kind == "conversation.item.created":
            items.add(event["item"]["id"])
        elif kind == "response.created":
            responses.add(event["response"]["id"])
        elif kind == "response.output_item.added":
            assert event["response_id"] in responses
        elif kind == "response.output_item.done":
            assert event["item"]["id"] in items
        elif kind.startswith("response.") and "item_id" in event:
            assert event["item_id"] in items, event
        elif kind.startswith("conversation.item."):
            assert event["item_id"] in items, event


def test_the_beta_has_its_own_names_and_order(dial):
    wire = dial(BETA)
    created = wire.until("session.created")["session"]
    assert {"modalities", "voice", "output_audio_format", "turn_detection", "temperature"} <= set(created)
    session = {"tools": [TOOL], "modalities": ["text", "audio"], "input_audio_transcription": {"model": "whisper-1"}}
    wire.send("session.update", session=session)
    wire.speak(SPEECH + silence(1_000))
    wire.until(DONE)
    wire.write('call get_weather {"city": "Bern"}')
    wire.send("response.create")
    (call,) = wire.until(DONE, 2)["response"]["output"]
    output = {"type": "function_call_output", "call_id": call["call_id"], "output": "Sunny."}
    wire.send("conversation.item.create", item=output)
    wire.send("response.create")
    wire.until(DONE, 3)
    wire.write("In writing.")
    wire.send("response.create", response={"modalities": ["text"]})
    wire.until(DONE, 4)
    found = replies(wire.events, "beta")
    assert [reply.text for reply in found] == ["good morning", "", "Sunny.", "In writing."]
    assert [len(reply.calls) for reply in found] == [0, 1, 0, 0]
    assert found[0].audio and not found[3].audio
    content = found[0].item_ids[0]
    (item,) = [event["item"] for event in wire.of("response.output_item.done") if event["item"]["id"] == content]
    assert (item["object"], item["content"][0]["type"]) == ("realtime.item", "audio")
    check_reference_rules(wire.events)


def test_the_beta_is_interrupted_as_its_reference_client_does(dial):
    """A cancel, and a truncation by samples that may be 0."""
    wire = dial(BETA)
    wire.say(LONG)
    item = wire.until("response.audio.delta", 3)["item_id"]
    wire.send("response.cancel")
    wire.send("conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=0)
    assert wire.until("conversation.item.truncated")["audio_end_ms"] == 0
    (reply,) = replies(wire.events, "beta")
    assert (reply.status, reply.reason) == ("cancelled", "client_cancelled")
    wire.send("conversation.item.delete", item_id=item)
    wire.until("conversation.item.deleted")
    check_reference_rules(wire.events)
    assert wire.of("error") == []
