"""Drives the `openai` library: its realtime connection in both shapes, and its HTTP calls."""

import asyncio
import functools
import json

import commands
from openai import AsyncOpenAI
from openai.types.realtime import RealtimeServerEvent
from pydantic import TypeAdapter, ValidationError
from websockets.exceptions import ConnectionClosed

EVENT = TypeAdapter(RealtimeServerEvent)


def fault(data: bytes) -> str | None:
    """What the library's own types, taken strictly, find wrong with an event."""
    try:
        EVENT.validate_json(data)
    except ValidationError as error:
        return str(error)
    return None


def client(url: str, key: str) -> AsyncOpenAI:
    return AsyncOpenAI(api_key=key, base_url=f"{url}/v1", websocket_base_url=f"ws{url[4:]}/v1", max_retries=0)


class Session:
    def __init__(self, report) -> None:
        self.report = report

    async def connect(self, url: str, key: str, shape: str, query: dict) -> None:
        realtime = client(url, key).beta.realtime if shape == "beta" else client(url, key).realtime
        # The oldest version does not connect without a model.
        self.socket = await realtime.connect(model="whisper-1", extra_query=query).enter()
        self.report(opened=True)
        self.reading = asyncio.create_task(self.read(is_beta=shape == "beta"))

    async def read(self, is_beta: bool) -> None:
        try:
            while True:
                data = await self.socket.recv_bytes()
                self.socket.parse_event(data)
                self.report(event=json.loads(data), fault=None if is_beta else fault(data))
        except ConnectionClosed as closed:
            self.report(closed=closed.rcvd.code if closed.rcvd else None)
        except Exception as error:
            self.report(**commands.failure(error))

    async def send(self, type: str, fields: dict) -> None:
        """Calls the method that the library has for an event; one that it does not know goes as it is."""
        try:
            method = functools.reduce(getattr, type.split("."), self.socket)
        except AttributeError:
            await self.socket.send({"type": type, **fields})
        else:
            await method(**fields)

    async def close(self) -> None:
        await self.socket.close()
        await self.reading

    async def secret(self, url: str, key: str, shape: str, session: dict) -> None:
        """Asks for a short-lived key."""
        if shape == "beta":
            answer = await client(url, key).beta.realtime.transcription_sessions.create(**session)
            self.report(secret=answer.client_secret.value)
        else:
            answer = await client(url, key).realtime.client_secrets.create(session=session)
            self.report(secret=answer.value, expires_at=answer.expires_at)

    async def transcribe(self, url: str, key: str, file: str, fields: dict) -> None:
        with open(file, "rb") as audio:
            answer = await client(url, key).audio.transcriptions.create(model="whisper-1", file=audio, **fields)
            if fields.get("stream"):
                self.report(answer=[event.model_dump() async for event in answer])
            else:
                self.report(answer=answer if isinstance(answer, str) else answer.model_dump())

    async def speech(self, url: str, key: str, file: str, fields: dict) -> None:
        """Has a text spoken, and writes the audio into a file as it comes; of events, tells the types."""
        create = client(url, key).audio.speech.with_streaming_response.create
        extra = {"stream_format": fields.pop("stream_format")} if "stream_format" in fields else {}
        async with create(**fields, extra_body=extra) as answer:
            type, pieces, events = answer.headers["content-type"], 0, []
            if type.startswith("text/event-stream"):
                async for line in answer.iter_lines():
                    if line.startswith("data: "):
                        events.append(json.loads(line[6:])["type"])
            else:
                with open(file, "wb") as audio:
                    async for piece in answer.iter_bytes():
                        pieces += 1
                        audio.write(piece)
            self.report(answer={"type": type, "pieces": pieces, "events": events})

    async def validate(self, events: list) -> None:
        """What the library's own types find wrong with events that another client got."""
        faults = [(event, fault(json.dumps(event).encode())) for event in events]
        self.report(answer=[[event, found] for event, found in faults if found])

    async def models(self, url: str, key: str) -> None:
        openai = client(url, key)
        names = [model.id async for model in openai.models.list()]
        found = [(await openai.models.retrieve(name)).id for name in [*names, "whisper-1"]]
        self.report(answer=[names, found])


if __name__ == "__main__":
    asyncio.run(commands.serve(Session))
