"""Characters in realtime conversations: they speak first, remember across sessions, and keep what was heard."""

import asyncio
import json
import urllib.parse
from contextlib import asynccontextmanager

from websockets.asyncio.client import connect

import upload
from conversation import AUDIO, Conversation
from llm import LanguageModel
from test_characters import call, create, history
from waiting import until

CARD = {"name": "Ada", "first_mes": "Hello {{user}}, I am {{char}}.", "description": "Knows numbers.", "voice": "slt"}
LONG = "This is a rather long answer, and it goes on for a while. " * 4


@asynccontextmanager
async def meet(server, key=None, **query):
    """A conversation with what the query names."""
    headers = {"Authorization": f"Bearer {key}"} if key else None
    url = f"{server.url}/v1/realtime?{urllib.parse.urlencode(query)}"
    async with connect(url, additional_headers=headers, proxy=None, max_size=None, max_queue=None) as socket:
        conversation = Conversation(socket)
        reading = asyncio.create_task(conversation.read())
        try:
            yield conversation
        finally:
            reading.cancel()


def instance(server, name="bea"):
    """The path of an instance that a session has made."""
    character = call(server, "GET", "/v1/characters?name=Ada").json["data"][0]["id"]
    found = call(server, "GET", f"/v1/characters/{character}/instances?name={name}").json["data"]
    return "/v1/instances/" + found[0]["id"]


def said(event):
    return event["response"]["output"][0]["content"][0]["transcript"]


def test_a_second_session_knows_the_first_and_the_character_speaks_first(launch) -> None:
    def answer(messages):
        # Without a summary, what was said stays in the history word for word.
        return "" if "summary" in json.dumps(messages).lower() else "Rex is a fine name."

    with LanguageModel(answer) as model:
        server = launch(LLM_BASE_URL=model.url, LLM_MODEL="scripted", is_ready=False)
        create(server, "/v1/characters", CARD)

        async def talk():
            async with meet(server, character="ada", instance="bea", user="Bea") as first:
                created = await first.until("session.created")
                assert created["session"]["audio"]["output"]["voice"] == "slt"
                assert created["session"]["prompt"] == {"id": "ada", "variables": {"instance": "bea", "user": "Bea"}}
                assert said(await first.until("response.done")) == "Hello Bea, I am Ada."
                assert first.audio
                await first.say("My dog is called Rex.")
                await first.until("response.done", 2)
            assert not model.requests[0][0]["content"].count("Rex")
            async with meet(server, model="character:Ada", instance="bea") as second:
                await second.until("session.created")
                await second.say("What is my dog called?")
                assert said(await second.until("response.done")) == "Rex is a fine name."
                assert not [event for event in second.of("conversation.item.added") if "Rex" in json.dumps(event)][1:]

        asyncio.run(talk())
        asked = next(messages for messages in model.requests if messages[-1]["content"].endswith("What is my dog called?"))
        assert asked[0]["role"] == "system" and "Knows numbers." in asked[0]["content"]
        told = json.dumps(asked)
        assert "Hello Bea, I am Ada." in told and "My dog is called Rex." in told and "(UTC)" in told


def test_what_was_told_survives_a_kill(launch, tmp_path) -> None:
    settings = {"LLM": "echo", "STATE_DIR": tmp_path / "state", "DATABASE": "steno.sqlite", "is_ready": False}
    server = launch(**settings)
    create(server, "/v1/characters", CARD | {"first_mes": ""})

    async def talk():
        async with meet(server, character="Ada", instance="bea") as conversation:
            await conversation.until("session.created")
            await conversation.say("Remember me.")
            await conversation.until("response.done")
            server.kill()

    try:
        asyncio.run(talk())
    except OSError:
        pass
    again = launch(**settings)
    assert history(again, instance(again)) == [("user", "Remember me."), ("assistant", "Remember me.")]


def hear_a_part(launch, end):
    """A server where a long answer was heard in part before `end` ended it."""
    server = launch(LLM="echo", is_ready=False)
    create(server, "/v1/characters", CARD | {"first_mes": ""})

    async def talk():
        async with meet(server, character="Ada", instance="bea") as conversation:
            await conversation.until("session.created")
            await conversation.say(LONG)
            await conversation.until(AUDIO)
            await asyncio.sleep(1.5)
            await end(conversation)

    asyncio.run(talk())
    return server


def test_an_interruption_keeps_what_was_heard(launch) -> None:
    async def cancel(conversation):
        await conversation.send("response.cancel")
        await conversation.until("response.done")

    server = hear_a_part(launch, cancel)
    answer = call(server, "GET", instance(server) + "/messages").json["data"][-1]
    assert answer["role"] == "assistant"
    heard = answer["heard_text"]
    assert heard and LONG.startswith(heard) and len(heard) < len(answer["text"])


def test_a_connection_that_breaks_keeps_what_was_heard(launch) -> None:
    async def abort(conversation):
        conversation.socket.transport.abort()

    server = hear_a_part(launch, abort)
    path = instance(server)
    until(lambda: len(history(server, path)) == 2, "the answer is stored")
    answer = call(server, "GET", path + "/messages").json["data"][-1]
    assert answer["heard_text"] and len(answer["heard_text"]) < len(answer["text"])


def test_an_unknown_character_is_told_and_the_session_goes_on(launch) -> None:
    server = launch(LLM="echo", is_ready=False)

    async def talk():
        async with meet(server, character="nobody") as conversation:
            error = (await conversation.until("error"))["error"]
            assert (error["code"], error["param"]) == ("character_not_found", "character")
            assert "nobody" in error["message"]
            await conversation.send("session.update", session={"type": "realtime", "prompt": {"id": "noone"}})
            assert "noone" in (await conversation.until("error", 2))["error"]["message"]
            assert not conversation.of("session.updated")
            await conversation.say("Hello.")
            assert said(await conversation.until("response.done")) == "Hello."

    asyncio.run(talk())


def test_a_key_does_not_find_the_characters_of_another(launch) -> None:
    server = launch(LLM="echo", API_KEYS="one:aaaaaaaaaaaaaaaa,two:bbbbbbbbbbbbbbbb", is_ready=False)
    answer = upload.request(
        server,
        "POST",
        "/v1/characters",
        json.dumps(CARD).encode(),
        **{"Content-Type": "application/json", "Authorization": "Bearer aaaaaaaaaaaaaaaa"},
    )
    assert answer.status == 201, answer.text

    async def talk():
        async with meet(server, "aaaaaaaaaaaaaaaa", character="Ada") as conversation:
            await conversation.until("response.done")
            assert not conversation.of("error")
        async with meet(server, "bbbbbbbbbbbbbbbb", character="Ada") as conversation:
            assert (await conversation.until("error"))["error"]["code"] == "character_not_found"
            assert conversation.of("session.created")

    asyncio.run(talk())


def test_the_compact_protocol_meets_a_character(launch) -> None:
    server = launch(LLM="echo", is_ready=False)
    create(server, "/v1/characters", CARD)

    async def talk():
        url = f"{server.url}/ws?character=Ada&instance=bea&user=Bea"
        async with connect(url, proxy=None, max_size=None) as socket:
            await socket.send(json.dumps({"type": "session.update", "session": {"assistant": {"speech": False}}}))
            async for message in socket:
                event = json.loads(message)
                if event["type"] == "session.updated":
                    shown = event["session"]["assistant"]
                    assert (shown["character"], shown["instance"], shown["user"]) == ("Ada", "bea", "Bea")
                if event["type"] == "response.done":
                    return event["text"]

    assert asyncio.run(talk()) == "Hello Bea, I am Ada."
