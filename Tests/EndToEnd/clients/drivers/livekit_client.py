"""Drives LiveKit's plugin for OpenAI: its speech-to-text, over the WebSocket and over HTTP."""

import asyncio
import base64

import commands
from livekit import rtc
from livekit.agents import APIConnectOptions, stt, utils
from livekit.plugins import openai

RATE = 24_000
ONCE = APIConnectOptions(max_retry=0)


def frame(audio: str) -> rtc.AudioFrame:
    data = base64.b64decode(audio)
    return rtc.AudioFrame(data=data, sample_rate=RATE, num_channels=1, samples_per_channel=len(data) // 2)


class Session:
    def __init__(self, report) -> None:
        self.report = report

    async def connect(self, url: str, key: str, settings: dict) -> None:
        self.stt = openai.STT(base_url=f"{url}/v1", api_key=key, use_realtime=True, **settings)
        self.stream = self.stt.stream(conn_options=ONCE)
        self.reading = asyncio.create_task(self.read())

    async def read(self) -> None:
        try:
            async for event in self.stream:
                if event.type is stt.SpeechEventType.RECOGNITION_USAGE:
                    self.report(seconds=event.recognition_usage.audio_duration)
                else:
                    texts = [alternative.text for alternative in event.alternatives]
                    self.report(speech=event.type.value, text="".join(texts))
            self.report(ended=True)
        except Exception as error:
            self.report(**commands.failure(error))

    async def audio(self, audio: str) -> None:
        self.stream.push_frame(frame(audio))

    async def update(self, settings: dict) -> None:
        self.stt.update_options(**settings)

    async def end(self) -> None:
        self.stream.end_input()

    async def close(self) -> None:
        await self.stream.aclose()
        await self.reading
        await self.stt.aclose()

    async def transcribe(self, url: str, key: str, audio: str) -> None:
        once = openai.STT(base_url=f"{url}/v1", api_key=key, model="whisper-1")
        event = await once.recognize([frame(audio)], conn_options=ONCE)
        self.report(text=event.alternatives[0].text)


async def main() -> None:
    async with utils.http_context.open():
        await commands.serve(Session)


if __name__ == "__main__":
    asyncio.run(main())
