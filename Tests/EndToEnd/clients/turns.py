"""The order of a transcription session's events, checked event by event.

What belongs to one utterance carries one item's id, and comes in one of three orders: speech that ended by itself, a
commit while someone spoke, or a commit without turn detection.
"""

import re
from dataclasses import dataclass

STARTED = "input_audio_buffer.speech_started"
STOPPED = "input_audio_buffer.speech_stopped"
COMMITTED = "input_audio_buffer.committed"
ADDED = "conversation.item.added"
DONE = "conversation.item.done"
CREATED = "conversation.item.created"
DELTA = "conversation.item.input_audio_transcription.delta"
COMPLETED = "conversation.item.input_audio_transcription.completed"
FAILED = "conversation.item.input_audio_transcription.failed"

LETTERS = {
    STARTED: "s",
    STOPPED: "e",
    COMMITTED: "c",
    ADDED: "a",
    DONE: "d",
    CREATED: "n",
    DELTA: "t",
    COMPLETED: "C",
    FAILED: "F",
}
# The item itself follows its commit at once: two events, or one in the beta.
ITEM = {"ga": "ad", "beta": "n"}
ORDERS = {"stopped": "st*ec{item}t*[CF]", "cut": "st*c{item}t*[CF]", "committed": "t*c{item}t*[CF]"}


@dataclass(frozen=True)
class Turn:
    item_id: str
    # stopped, cut or committed
    kind: str
    text: str | None
    error: dict | None
    start_ms: int | None
    end_ms: int | None


def turns(events: list[dict], shape: str) -> list[Turn]:
    """The utterances of a session, in the order of their commits; fails on an event that is not where it belongs."""
    check_session(events, shape)
    commits = [event for event in events if event["type"] == COMMITTED]
    check_chain(events, commits, shape)
    found = [turn(commit["item_id"], events, shape) for commit in commits]
    results = [event["item_id"] for event in events if event["type"] in (COMPLETED, FAILED)]
    assert results == [turn.item_id for turn in found], "results are not in the order of the commits"
    return found


def check_session(events: list[dict], shape: str) -> None:
    """What holds for every event of a session."""
    first = {"ga": "session.created", "beta": "transcription_session.created"}[shape]
    places = [index for index, event in enumerate(events) if event["type"] == first]
    assert places == [0], f"{first} comes first and once"
    ids = [event["event_id"] for event in events]
    assert len(set(ids)) == len(ids), "an event's id comes twice"
    assert all(isinstance(name, str) and name for name in ids)
    foreign = CREATED if shape == "ga" else ADDED
    assert foreign not in {event["type"] for event in events}, "an event of the other shape"
    for event in events:
        for name in ("audio_start_ms", "audio_end_ms", "content_index", "expires_at"):
            assert type(event.get(name, 0)) is int, f"{name} is {event[name]!r}"


def check_chain(events: list[dict], commits: list[dict], shape: str) -> None:
    """Every commit names the one before it, and its item follows at once."""
    previous = None
    for commit in commits:
        assert commit["previous_item_id"] == previous, commit
        place = events.index(commit)
        followers = events[place + 1 : place + 1 + len(ITEM[shape])]
        assert "".join(LETTERS.get(event["type"], "?") for event in followers) == ITEM[shape], followers
        for event in followers:
            check_item(event, commit, shape)
        previous = commit["item_id"]


def check_item(event: dict, commit: dict, shape: str) -> None:
    item = event["item"]
    assert event["previous_item_id"] == commit["previous_item_id"], event
    assert item["id"] == commit["item_id"], event
    assert item.get("object") == {"ga": None, "beta": "realtime.item"}[shape], event
    assert (item["type"], item["role"], item["status"]) == ("message", "user", "completed"), event
    assert item["content"] == [{"type": "input_audio", "transcript": None}], event


def turn(item_id: str, events: list[dict], shape: str) -> Turn:
    own = [event for event in events if item_id in (event.get("item_id"), event.get("item", {}).get("id"))]
    letters = "".join(LETTERS.get(event["type"], "?") for event in own)
    kinds = [kind for kind, order in ORDERS.items() if re.fullmatch(order.format(item=ITEM[shape]), letters)]
    assert kinds, f"the order {letters} of {[event['type'] for event in own]}"
    last = own[-1]
    assert all(event["content_index"] == 0 for event in own if event["type"] in (DELTA, COMPLETED, FAILED))
    if last["type"] == COMPLETED:
        check_text(own, last)
    start = next((event["audio_start_ms"] for event in own if event["type"] == STARTED), None)
    end = next((event["audio_end_ms"] for event in own if event["type"] == STOPPED), None)
    assert end is None or 0 <= start < end
    return Turn(item_id, kinds[0], last.get("transcript"), last.get("error"), start, end)


def check_text(own: list[dict], completed: dict) -> None:
    deltas = [event["delta"] for event in own if event["type"] == DELTA]
    assert all(deltas), "an empty delta"
    assert "".join(deltas) == completed["transcript"], deltas
    usage = completed["usage"]
    if usage["type"] == "duration":
        assert usage["seconds"] > 0 or not completed["transcript"]
    else:
        assert usage["type"] == "tokens"
        assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
