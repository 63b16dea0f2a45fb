"""Talks over the realtime sessions of `openai-agents`."""

import asyncio
import base64
import json

import commands
from agents import FunctionTool
from agents.realtime import RealtimeAgent, RealtimeModelSendRawMessage, RealtimeRunner

ITEMS = {"user": "input_text", "assistant": "output_text"}
VAD = {"type": "server_vad", "silence_duration_ms": 500, "create_response": True, "interrupt_response": True}


class Session:
    def __init__(self, report) -> None:
        self.report = report
        self.spoken: dict[str, str] = {}

    async def connect(self, url: str, key: str, tool: dict, answer: str) -> None:
        async def call(_, arguments: str) -> str:
            self.report(called=tool["name"], arguments=json.loads(arguments))
            return answer

        function = FunctionTool(tool["name"], tool["description"], tool["parameters"], call)
        agent = RealtimeAgent(name="Echo", instructions="Repeat what you hear.", tools=[function])
        config = {"model_settings": {"turn_detection": VAD}}
        model = {"api_key": key, "url": f"ws{url[4:]}/v1/realtime?model=gpt-realtime"}
        self.session = await RealtimeRunner(agent, config=config).run(model_config=model)
        await self.session.enter()
        self.reading = asyncio.create_task(self.read())

    async def read(self) -> None:
        try:
            async for event in self.session:
                self.take(event)
        except Exception as error:
            self.report(**commands.failure(error))
        self.report(closed=1000)

    def take(self, event) -> None:
        match event.type:
            case "audio_interrupted":
                self.report(interrupted=True)
            case "error":
                self.report(error=str(event.error))
            case "history_added" | "history_updated":
                self.tell(event)
            case "raw_model_event" if event.data.type == "raw_server_event":
                self.take_message(event.data.data)

    def take_message(self, message: dict) -> None:
        match message["type"]:
            case "session.updated":
                self.report(ready=True)
            case "response.done":
                # What the library's history has by then is what it says.
                texts = [self.spoken.get(item["id"]) for item in message["response"]["output"]]
                if any(texts):
                    self.report(said="".join(filter(None, texts)))

    def tell(self, event) -> None:
        for item in event.history if event.type == "history_updated" else [event.item]:
            if item.type != "message":
                continue
            for content in item.content:
                text = getattr(content, "transcript", None) or getattr(content, "text", None)
                if item.role == "assistant" and text and self.spoken.get(item.item_id) != text:
                    self.spoken[item.item_id] = text
                if item.role == "user" and content.type == "input_audio" and text:
                    if item.item_id not in self.spoken:
                        self.spoken[item.item_id] = text
                        self.report(heard=text)

    async def say(self, text: str) -> None:
        await self.session.send_message(text)

    async def audio(self, audio: str) -> None:
        await self.session.send_audio(base64.b64decode(audio))

    async def interrupt(self) -> None:
        await self.session.interrupt()

    async def remember(self, history: list) -> None:
        """The library writes no history, so that programs do it with messages of their own."""
        previous = "root"
        for index, (role, text) in enumerate(history):
            content = [{"type": ITEMS[role], "text": text}]
            item = {"type": "message", "role": role, "id": f"mine_{index}", "content": content}
            await self.send("conversation.item.create", item=item, previous_item_id=previous)
            previous = item["id"]
        await self.send("response.create")

    async def send(self, type: str, **fields: object) -> None:
        message = {"type": type, "other_data": fields}
        await self.session.model.send_event(RealtimeModelSendRawMessage(message=message))

    async def close(self) -> None:
        await self.session.close()
        await self.reading


if __name__ == "__main__":
    asyncio.run(commands.serve(Session))
