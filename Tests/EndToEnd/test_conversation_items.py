"""Items that clients write into conversations, how long their messages may be, and what a stop leaves of an answer."""

import asyncio
import json
from base64 import b64encode

from conversation import AUDIO, converse
from recording import SENTENCES, word_errors
from test_conversations import COMPLETED, LONG, heard, sentence


def spoken(pcm: bytes) -> dict:
    return {"id": "mine", "type": "message", "role": "user", "content": [{"type": "input_audio", "audio": b64encode(pcm).decode()}]}


def text(response: dict) -> str:
    [item] = response["response"]["output"]
    [content] = item["content"]
    return content.get("transcript") or content["text"]


@heard
def test_a_spoken_item_is_transcribed_and_a_response_waits_for_it(launch) -> None:
    server = launch(TRANSCRIBER="sherpa", LLM="echo")

    async def talk():
        async with converse(server.url, output_modalities=["text"]) as conversation:
            await conversation.until("session.updated")
            await conversation.send("conversation.item.create", item=spoken(sentence(0)))
            await conversation.send("response.create")
            done = await conversation.until("response.done")
            return conversation.events, done

    events, done = asyncio.run(talk())
    assert done["response"]["status"] == "completed"
    order = [event["type"] for event in events if event.get("item_id", event.get("item", {}).get("id")) == "mine"]
    added = ["conversation.item.added", "conversation.item.done"]
    assert order == [*added, "conversation.item.input_audio_transcription.delta", COMPLETED]
    [completed] = [event for event in events if event["type"] == COMPLETED]
    said = SENTENCES[0].text
    letters = "".join(letter for letter in completed["transcript"].lower() if letter.isalnum() or letter.isspace())
    assert word_errors(said, letters) <= 0.3 * len(said.split())
    assert text(done).split() == completed["transcript"].split()
    assert events.index(completed) < events.index(done)
    assert not [event for event in events if event["type"].startswith(("input_audio_buffer", "error"))]


def test_an_item_in_which_nobody_speaks_is_empty(launch, backend) -> None:
    server = launch(backend, GUARD="drop", LLM="echo")

    async def talk():
        async with converse(server.url, output_modalities=["text"]) as conversation:
            await conversation.send("conversation.item.create", item=spoken(bytes(48_000)))
            return await conversation.until(COMPLETED)

    assert asyncio.run(talk())["transcript"] == ""
    assert backend.requests == []


def test_the_tools_of_a_large_agent_are_taken_and_what_is_longer_is_refused_by_its_name(launch) -> None:
    server = launch(LLM="echo")
    places = {f"place_{index}": {"type": "string", "description": "x" * 400} for index in range(10)}
    tools = [
        {"type": "function", "name": f"tool_{index}", "parameters": {"type": "object", "properties": places}}
        for index in range(40)
    ]
    assert 128 << 10 < len(json.dumps(tools)) < 256 << 10

    async def talk():
        async with converse(server.url) as conversation:
            await conversation.send("session.update", session={"type": "realtime", "tools": tools})
            updated = await conversation.until("session.updated")
            session = {"type": "realtime", "instructions": "x" * (256 << 10)}
            await conversation.send("session.update", event_id="too_long", session=session)
            refused = await conversation.until("error")
            await conversation.say("Hello.")
            await conversation.until("response.done")
            return updated, refused

    updated, refused = asyncio.run(talk())
    assert [tool["name"] for tool in updated["session"]["tools"]] == [tool["name"] for tool in tools]
    assert refused["error"]["event_id"] == "too_long"
    assert refused["error"]["code"] == "invalid_value"


def test_a_stop_that_waits_no_longer_ends_an_answer_with_its_parts(launch) -> None:
    server = launch(LLM="echo", SHUTDOWN_TIMEOUT_MS=300)

    async def talk():
        async with converse(server.url) as conversation:
            await conversation.say(LONG)
            await conversation.until(AUDIO)
            server.terminate()
            await conversation.until("response.done")
            await conversation.socket.wait_closed()
            return conversation.events, conversation.socket.close_code

    events, code = asyncio.run(talk())
    types = [event["type"] for event in events]
    for name in ["response.content_part", "response.output_item"]:
        assert types.count(name + ".done") == types.count(name + ".added") == 1
    assert types[-1] == "response.done"
    response = events[-1]["response"]
    assert response["status"] == "failed"
    assert response["status_details"]["error"]["code"] == "server_stopping"
    assert response["output"][0]["status"] == "incomplete"
    assert code == 1001
    assert server.exit_code(limit=5) == 0
