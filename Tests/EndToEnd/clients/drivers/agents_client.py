"""Drives the speech-to-text model of `openai-agents`."""

import asyncio
import base64

import commands
import numpy
from agents.voice import AudioInput, OpenAISTTModel, StreamedAudioInput, STTModelSettings
from openai import AsyncOpenAI


def model(url: str, key: str) -> OpenAISTTModel:
    return OpenAISTTModel("whisper-1", AsyncOpenAI(api_key=key, base_url=f"{url}/v1", max_retries=0))


def samples(audio: str) -> numpy.ndarray:
    return numpy.frombuffer(base64.b64decode(audio), dtype="<i2")


class Session:
    def __init__(self, report) -> None:
        self.report = report

    async def connect(self, url: str, key: str, settings: dict) -> None:
        self.input = StreamedAudioInput()
        self.session = await model(url, key).create_session(self.input, STTModelSettings(**settings), False, False)
        self.reading = asyncio.create_task(self.read())

    async def read(self) -> None:
        try:
            async for text in self.session.transcribe_turns():
                self.report(text=text)
            self.report(ended=True)
        except Exception as error:
            self.report(**commands.failure(error))

    async def audio(self, audio: str) -> None:
        await self.input.add_audio(samples(audio))

    async def end(self) -> None:
        await self.input.add_audio(None)

    async def close(self) -> None:
        await self.session.close()
        await self.reading

    async def transcribe(self, url: str, key: str, audio: str) -> None:
        text = await model(url, key).transcribe(AudioInput(samples(audio)), STTModelSettings(), False, False)
        self.report(text=text)


if __name__ == "__main__":
    asyncio.run(commands.serve(Session))
