"""What clients of conversations were seen to send, message by message, and what breaks them."""

import pytest

from catalogue import OPENAI
from replies import replies
from speech import pcm24, silence
from wire import DELTA, DONE, LONG, SPEECH


@pytest.fixture
def client():
    """Whose types check every event."""
    return OPENAI[0]


def test_updates_and_history_come_before_anything_is_read(dial):
    """As LiveKit does: items with names of its own, the first one before all others."""
    wire = dial()
    wire.send("session.update", session={"type": "realtime", "audio": {"input": {"turn_detection": None}}})
    wire.send("session.update", session={"type": "realtime", "model": "gpt-realtime-2.1", "tracing": "auto"})
    wire.write("Where were we?", previous="root", id="item_3")
    wire.write("An echo.", "assistant", previous="root", id="item_2")
    wire.write("Who are you?", previous="root", id="item_1")
    wire.write("Be brief.", "system", previous="item_1", id="item_system")
    wire.send("response.create", response={"output_modalities": ["text"]})
    wire.until(DONE)
    assert [event["session"]["audio"]["input"]["turn_detection"] for event in wire.of("session.updated")] == [None] * 2
    added = [(event["item"]["id"], event["previous_item_id"]) for event in wire.of("conversation.item.added")]
    assert added[:4] == [("item_3", None), ("item_2", None), ("item_1", None), ("item_system", "item_1")]
    assert added[4][1] == "item_3"
    assert replies(wire.events)[0].text == "Where were we?"


def test_audio_comes_before_the_settings(dial):
    """As Pipecat does, whose settings say nothing of turns."""
    wire = dial()
    wire.speak(SPEECH)
    wire.until("session.created")
    wire.send("session.update", session={"type": "realtime", "model": "gpt-realtime-2.1"})
    wire.speak(silence(1_000))
    wire.until(DONE)
    assert replies(wire.events)[0].text == "good morning"
    # Nobody asked for transcripts, and Pipecat remembers those that come.
    assert wire.of("conversation.item.input_audio_transcription.completed")[0]["transcript"] == "good morning"


def test_a_short_commit_is_an_error_only_when_the_client_ends_turns(dial):
    """Any error but a few makes Pipecat deaf."""
    wire = dial()
    wire.speak(pcm24(1_000, 1_050))
    wire.send("input_audio_buffer.commit")
    wire.send("session.update", session={"type": "realtime", "audio": {"input": {"turn_detection": None}}})
    wire.until("session.updated")
    assert wire.of("error") == []
    wire.send("input_audio_buffer.clear")
    wire.speak(pcm24(1_000, 1_050))
    wire.send("input_audio_buffer.commit", event_id="short")
    (error,) = wire.errors(1)
    assert (error["code"], error["event_id"]) == ("input_audio_buffer_commit_empty", "short")
    wire.works()


def test_wrong_names_are_errors_that_name_their_message(dial):
    wire = dial()
    wire.write("Hello.", id="known")
    wire.write("Again.", id="known", previous="root")
    wire.write("Nowhere.", previous="nobody")
    wire.send("conversation.item.retrieve", item_id="nobody", event_id="rci_nobody")
    wire.send("conversation.item.delete", item_id="nobody", event_id="two")
    wire.send("conversation.item.truncate", item_id="nobody", content_index=0, audio_end_ms=10, event_id="three")
    wire.send("conversation.item.truncate", item_id="known", content_index=0, audio_end_ms=10, event_id="four")
    wire.send("response.cancel", response_id="nobody", event_id="five")
    wire.send("response.create", response={"input": [{"type": "item_reference", "id": "nobody"}]}, event_id="six")
    found = [(error["code"], error["event_id"]) for error in wire.errors(8)]
    assert found == [
        ("item_create_duplicate_item_id", None),
        ("invalid_value", None),
        ("item_retrieve_invalid_item_id", "rci_nobody"),
        ("item_delete_invalid_item_id", "two"),
        ("item_truncate_invalid_item_id", "three"),
        ("item_truncate_invalid_item_id", "four"),
        ("response_cancel_not_active", "five"),
        ("bad_response_create", "six"),
    ]
    cancelled = wire.of("error")[6]["error"]["message"]
    assert cancelled.startswith("Cancellation failed: no active response found")
    wire.works()


def test_a_truncation_after_the_response_is_taken_and_the_smaller_counts(dial):
    """As openai-agents sends it for as long as the item is the last, and Pipecat twice."""
    wire = dial(OUTPUT_LEAD_MS=0)
    wire.say("One two three four five six.")
    wire.until(DONE)
    (item,) = replies(wire.events)[0].item_ids
    sizes = []
    for milliseconds in (60_000, 0, 500):
        wire.send("conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=milliseconds)
        sizes.append(wire.until("conversation.item.truncated", len(sizes) + 1)["audio_end_ms"])
    assert sizes[0] < 60_000 and sizes[1:] == [0, 0]
    wire.send("conversation.item.retrieve", item_id=item)
    kept = wire.until("conversation.item.retrieved")["item"]
    assert (kept["status"], kept["content"]) == ("incomplete", [{"type": "output_audio", "transcript": ""}])
    wire.send("conversation.item.delete", item_id=item)
    wire.send("conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=10)
    wire.until("conversation.item.truncated", 4)
    assert wire.of("error") == []
    wire.works()


def test_a_truncation_of_4_ms_after_speech_is_passed_over(dial):
    """Pipecat sends it for the new answer when it has been slow with the interruption before."""
    wire = dial()
    wire.speak(SPEECH + silence(1_000))
    item = wire.until(DELTA)["item_id"]
    wire.send("conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=4)
    assert wire.until("conversation.item.truncated")["audio_end_ms"] == 4
    wire.until(DONE)
    (reply,) = replies(wire.events)
    assert (reply.status, reply.text) == ("completed", "good morning")


def test_a_client_that_ends_turns_interrupts_and_asks_in_one_go(dial):
    """As Pipecat does without turn detection: its own audio again after a clear, and no waiting for transcripts."""
    wire = dial()
    wire.send("session.update", session={"type": "realtime", "audio": {"input": {"turn_detection": None}}})
    wire.say(LONG)
    item = wire.until(DELTA, 3)["item_id"]
    wire.speak(pcm24(400, 800))
    wire.send("input_audio_buffer.clear")
    wire.speak(pcm24(600, 800))
    wire.send("response.cancel")
    wire.send("conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=120)
    wire.speak(pcm24(800, 2_400))
    wire.send("input_audio_buffer.commit")
    wire.send("response.create")
    wire.until(DONE, 2)
    cut, answer = replies(wire.events)
    assert (cut.status, cut.reason, answer.text) == ("cancelled", "client_cancelled", "good morning")
    assert wire.of("error") == []


def test_a_response_that_is_asked_for_during_speech_follows_it(dial):
    """As simple clients do right after the output of a tool."""
    wire = dial()
    wire.say("Wait for it, please.")
    wire.until(DELTA)
    wire.say("And then this.")
    wire.until(DONE, 2)
    assert [reply.text for reply in replies(wire.events)] == ["Wait for it, please.", "And then this."]
    assert wire.of("error") == []


def test_metadata_comes_back_and_a_response_may_run_beside(dial):
    """LiveKit finds its answers by their metadata."""
    wire = dial()
    wire.say(LONG)
    wire.until(DELTA)
    input = [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Beside."}]}]
    asked = {"conversation": "none", "input": input, "output_modalities": ["text"], "metadata": {"mine": "7"}}
    wire.send("response.create", response=asked)
    beside = wire.until(DONE)["response"]
    own = [event["response"] for event in wire.events if event.get("response", {}).get("id") == beside["id"]]
    assert [response["metadata"] for response in own] == [{"mine": "7"}] * 2
    assert [response["conversation_id"] for response in own] == [None, None]
    assert beside["output"][0]["content"][0]["text"] == "Beside."
    assert beside["output"][0]["id"] not in {event["item"]["id"] for event in wire.of("conversation.item.added")}
    wire.send("response.cancel")
    wire.until(DONE, 2)


def test_a_deleted_item_does_not_come_back(dial):
    wire = dial()
    wire.say(LONG)
    item = wire.until(DELTA)["item_id"]
    wire.send("conversation.item.delete", item_id=item)
    wire.until("conversation.item.deleted")
    assert replies(wire.events)[0].status == "cancelled"
    wire.send("conversation.item.retrieve", item_id=item)
    assert wire.errors(1)[0]["code"] == "item_retrieve_invalid_item_id"
    wire.works()
    last = [event for event in wire.events if event.get("item", {}).get("id") == item][-1]
    assert wire.events.index(last) < wire.events.index(wire.of("conversation.item.deleted")[0])
