"""Talks over the realtime model of LiveKit's plugin for OpenAI; what its framework does around it is done here."""

import asyncio
import json

import commands
from livekit.agents import APIConnectOptions, llm, utils
from livekit.plugins import openai
from livekit_client import frame
from openai.types.beta.realtime.session import TurnDetection

VAD = TurnDetection(type="server_vad", silence_duration_ms=500, create_response=True, interrupt_response=True)
PATIENT = APIConnectOptions(max_retry=3, retry_interval=0.1)


class Session:
    def __init__(self, report) -> None:
        self.report = report
        self.tasks: set[asyncio.Task] = set()
        self.message = None
        self.played = 0.0

    async def connect(self, url: str, key: str, tool: dict, answer: str) -> None:
        @llm.function_tool(raw_schema={name: tool[name] for name in ("name", "description", "parameters")})
        async def call(raw_arguments: dict) -> str:
            self.report(called=tool["name"], arguments=raw_arguments)
            return answer

        self.call = call
        self.model = openai.realtime.RealtimeModel(
            base_url=f"{url}/v1", api_key=key, turn_detection=VAD, conn_options=PATIENT
        )
        self.session = self.model.session()
        self.session.on("openai_server_event_received", self.take)
        self.session.on("generation_created", lambda event: self.start(self.generate(event)))
        self.session.on("input_speech_started", lambda _: self.stop())
        self.session.on("input_audio_transcription_completed", self.transcribed)
        self.session.on("error", self.failed)
        self.session.on("session_reconnected", lambda _: self.report(reconnected=True))
        await self.session.update_instructions("Repeat what you hear.")
        await self.session.update_tools([call])

    def start(self, work) -> None:
        task = asyncio.create_task(self.watch(work))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def watch(self, work) -> None:
        try:
            await work
        except Exception as error:
            self.report(**commands.failure(error))

    def take(self, event: dict) -> None:
        if event["type"] == "session.updated":
            self.report(ready=True)

    def failed(self, event) -> None:
        if not event.recoverable:
            self.report(error=str(event.error))

    def transcribed(self, event) -> None:
        if event.is_final:
            self.report(heard=event.transcript)

    async def generate(self, generation) -> None:
        async def messages() -> None:
            async for message in generation.message_stream:
                self.message, self.played = message, 0.0
                await asyncio.gather(self.listen(message), self.read(message))

        async def functions() -> list:
            return [call async for call in generation.function_stream]

        _, calls = await asyncio.gather(messages(), functions())
        if calls:
            await self.run(calls)

    async def listen(self, message) -> None:
        async for audio in message.audio_stream:
            self.played += audio.duration / 2
        if self.message is message:
            self.message = None

    async def read(self, message) -> None:
        self.report(said="".join([text async for text in message.text_stream]))

    async def run(self, calls: list) -> None:
        context = self.session.chat_ctx.copy()
        for call in calls:
            output = await self.call(json.loads(call.arguments))
            result = llm.FunctionCallOutput(call_id=call.call_id, name=call.name, output=output, is_error=False)
            context.items.append(result)
        await self.session.update_chat_ctx(context)
        await self.session.generate_reply()

    def stop(self, is_heard: bool = True) -> None:
        """What the framework does when the assistant is interrupted; half of what came has been heard."""
        if self.message is None:
            return
        message, self.message = self.message, None
        self.session.interrupt()
        milliseconds = int(self.played * 1_000) if is_heard else 0
        self.session.truncate(message_id=message.message_id, modalities=["audio"], audio_end_ms=milliseconds)
        self.report(interrupted=True)

    async def say(self, text: str) -> None:
        context = self.session.chat_ctx.copy()
        context.add_message(role="user", content=text)
        await self.session.update_chat_ctx(context)
        await self.session.generate_reply()

    async def audio(self, audio: str) -> None:
        self.session.push_audio(frame(audio))

    async def interrupt(self, is_heard: bool = True) -> None:
        self.stop(is_heard)

    async def remember(self, history: list) -> None:
        context = llm.ChatContext.empty()
        for role, text in history:
            context.add_message(role=role, content=text)
        await self.session.update_chat_ctx(context)
        self.report(remembered=True)

    async def reply(self) -> None:
        await self.session.generate_reply()

    async def close(self) -> None:
        await self.session.aclose()
        await asyncio.gather(*self.tasks)
        await self.model.aclose()
        self.report(closed=1000)


async def main() -> None:
    async with utils.http_context.open():
        await commands.serve(Session)


if __name__ == "__main__":
    asyncio.run(main())
