"""The ladder of events that tells of a response, checked event by event, in either shape."""

import base64
import re
from dataclasses import dataclass, field

CREATED, DONE = "response.created", "response.done"
# What happens to an item of a response, one letter each; the beta's names have no `output_`.
LETTERS = {
    "response.output_item.added": "o",
    "conversation.item.added": "a",
    "conversation.item.created": "n",
    "response.content_part.added": "p",
    "response.output_audio_transcript.delta": "t",
    "response.output_audio.delta": "u",
    "response.output_audio.done": "U",
    "response.output_audio_transcript.done": "T",
    "response.output_text.delta": "x",
    "response.output_text.done": "X",
    "response.function_call_arguments.delta": "g",
    "response.function_call_arguments.done": "G",
    "response.content_part.done": "P",
    "conversation.item.done": "d",
    "response.output_item.done": "O",
}
BETA = {"audio_transcript": "output_audio_transcript", "audio": "output_audio", "text": "output_text"}
# What a shape must not have.
FOREIGN = {
    "ga": r"response\.(audio|text|audio_transcript)\.|conversation\.item\.created",
    "beta": r"response\.output_(audio|text)|conversation\.item\.(added|done)",
}
ORDERS = {
    "ga": {"speech": "oap[tu]*UTPdO", "text": "oapx*XPdO", "call": "oag*GdO"},
    "beta": {"speech": "onp[tu]*UTPO", "text": "onpx*XPO", "call": "ong*GO"},
}


@dataclass
class Reply:
    id: str
    status: str
    # Of the status, where there is one.
    reason: str | None
    metadata: dict | None
    # What was said, and the text that came with it.
    audio: bytes = b""
    text: str = ""
    calls: list[dict] = field(default_factory=list)
    item_ids: list[str] = field(default_factory=list)


def current_name(type: str) -> str:
    """A type as the current shape has it."""
    parts = type.split(".")
    if parts[0] == "response" and len(parts) > 1:
        parts[1] = BETA.get(parts[1], parts[1])
    return ".".join(parts)


def replies(events: list[dict], shape: str = "ga") -> list[Reply]:
    """The responses that are done, in their order; fails on an event that is not where it belongs."""
    names = {event["type"] for event in events}
    assert not [name for name in names if re.match(FOREIGN[shape], name)], "an event of the other shape"
    check_one_at_a_time(events)
    return [reply(event["response"], events, shape) for event in events if event["type"] == DONE]


def check_one_at_a_time(events: list[dict]) -> None:
    """A response in the conversation ends before the next one begins."""
    current = None
    for event in events:
        if event["type"] == CREATED and event["response"]["conversation_id"]:
            assert current is None, event
            current = event["response"]["id"]
        if event["type"] == DONE and event["response"]["id"] == current:
            current = None


def reply(response: dict, events: list[dict], shape: str) -> Reply:
    name = response["id"]
    own = [event for event in events if name in (event.get("response_id"), event.get("response", {}).get("id"))]
    assert own[0]["type"] == CREATED and own[-1]["type"] == DONE, [event["type"] for event in own]
    assert [event["type"] for event in own[1:-1] if event["type"] in (CREATED, DONE)] == []
    created = own[0]["response"]
    assert (created["status"], created["output"]) == ("in_progress", []), created
    details = response["status_details"]
    assert details is None or details["type"] == response["status"], details
    found = Reply(name, response["status"], (details or {}).get("reason"), response["metadata"])
    added = [event["item"]["id"] for event in own if event["type"] == "response.output_item.added"]
    assert [item["id"] for item in response["output"]] == added
    for item in response["output"]:
        take_item(found, item, events, shape)
    return found


def take_item(found: Reply, item: dict, events: list[dict], shape: str) -> None:
    own = [event for event in events if item["id"] in (event.get("item_id"), event.get("item", {}).get("id"))]
    ladder = [event for event in own if current_name(event["type"]) in LETTERS]
    # An item may be asked for, or named again, after its ladder.
    end = next(index for index, event in enumerate(ladder) if event["type"] == "response.output_item.done")
    assert len(ladder) == end + 1, [event["type"] for event in ladder]
    letters = "".join(LETTERS[current_name(event["type"])] for event in ladder)
    kinds = [kind for kind, order in ORDERS[shape].items() if re.fullmatch(order, letters)]
    assert len(kinds) == 1, letters
    assert ladder[0]["item"]["status"] == "in_progress" and ladder[-1]["item"] == item
    found.item_ids.append(item["id"])

    def deltas(kind: str) -> list[str]:
        return [event["delta"] for event in ladder if current_name(event["type"]) == f"response.{kind}.delta"]

    if kinds[0] == "call":
        assert item["type"] == "function_call" and item["arguments"] == "".join(deltas("function_call_arguments"))
        assert ladder[0]["item"]["name"] == item["name"] and ladder[0]["item"]["call_id"] == item["call_id"]
        found.calls.append(item)
        return
    texts = deltas("output_audio_transcript" if kinds[0] == "speech" else "output_text")
    (content,) = item["content"]
    text = content.get("transcript", content.get("text"))
    assert all(texts) and "".join(texts) == text, (texts, text)
    found.text += text
    found.audio += b"".join(base64.b64decode(delta) for delta in deltas("output_audio"))
