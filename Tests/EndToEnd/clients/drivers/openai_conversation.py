"""Talks over the realtime connection of `openai`, as its documentation shows an assistant with a tool."""

import asyncio
import json

import commands
from openai_client import client, fault
from websockets.exceptions import ConnectionClosed

MESSAGES = {"user": "input_text", "assistant": "output_text", "system": "input_text"}


def message(role: str, text: str, **fields: object) -> dict:
    return {"type": "message", "role": role, "content": [{"type": MESSAGES[role], "text": text}], **fields}


class Session:
    def __init__(self, report) -> None:
        self.report = report

    async def connect(self, url: str, key: str, tool: dict, answer: str) -> None:
        self.answer = answer
        self.response = None
        self.item = None
        self.played = 0
        self.socket = await client(url, key).realtime.connect(model="gpt-realtime").enter()
        await self.socket.session.update(session={"type": "realtime", "tools": [tool], "output_modalities": ["audio"]})
        self.report(opened=True)
        self.reading = asyncio.create_task(self.read())

    async def read(self) -> None:
        try:
            while True:
                data = await self.socket.recv_bytes()
                if found := fault(data):
                    self.report(fault=found, event=json.loads(data))
                await self.take(self.socket.parse_event(data))
        except ConnectionClosed as closed:
            self.report(closed=closed.rcvd.code if closed.rcvd else None)
        except Exception as error:
            self.report(**commands.failure(error))

    async def take(self, event) -> None:
        match event.type:
            case "session.updated":
                self.report(ready=True)
            case "response.created":
                self.response, self.played = event.response.id, 0
            case "response.output_audio.delta":
                self.item = event.item_id
                self.played += len(event.delta) * 3 // 4 // 48
            case "conversation.item.input_audio_transcription.completed":
                self.report(heard=event.transcript)
            case "input_audio_buffer.speech_started" if self.played:
                await self.truncate()
                self.report(interrupted=True)
            case "error":
                self.report(error=event.error.model_dump())
            case "response.done":
                self.response = None
                await self.finish(event.response)

    async def finish(self, response) -> None:
        calls = [item for item in response.output if item.type == "function_call"]
        for call in calls:
            self.report(called=call.name, arguments=json.loads(call.arguments))
            output = {"type": "function_call_output", "call_id": call.call_id, "output": self.answer}
            await self.socket.conversation.item.create(item=output)
        if calls:
            await self.socket.response.create()
        texts = [content.transcript for item in response.output if item.type == "message" for content in item.content]
        if texts:
            self.report(said="".join(texts), status=response.status)

    async def truncate(self) -> None:
        """Says that half of what came has been played."""
        await self.socket.conversation.item.truncate(
            item_id=self.item, content_index=0, audio_end_ms=self.played // 2
        )
        self.played = 0

    async def say(self, text: str) -> None:
        await self.socket.conversation.item.create(item=message("user", text))
        await self.socket.response.create()

    async def audio(self, audio: str) -> None:
        await self.socket.input_audio_buffer.append(audio=audio)

    async def interrupt(self) -> None:
        await self.socket.response.cancel()
        await self.truncate()
        self.report(interrupted=True)

    async def remember(self, history: list) -> None:
        """Writes a history with names of its own, and asks for an answer to it."""
        previous = "root"
        for index, (role, text) in enumerate(history):
            name = f"mine_{index}"
            await self.socket.conversation.item.create(item=message(role, text, id=name), previous_item_id=previous)
            previous = name
        await self.socket.response.create()

    async def close(self) -> None:
        await self.socket.close()
        await self.reading


if __name__ == "__main__":
    asyncio.run(commands.serve(Session))
