"""Talks over Pipecat's service for OpenAI's realtime models, in a pipeline as its examples have it."""

import asyncio
import base64

import commands
from loguru import logger
from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema
from pipecat.frames.frames import (
    ErrorFrame,
    InputAudioRawFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMRunFrame,
    TranscriptionFrame,
    TTSTextFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService
from pipecat.workers.runner import WorkerRunner

RATE = 24_000


class Witness(FrameProcessor):
    """Reports frames of some kinds that pass it."""

    def __init__(self, report, *kinds: type) -> None:
        super().__init__()
        self.report = report
        self.kinds = kinds
        self.text = ""

    async def process_frame(self, frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, self.kinds):
            self.tell(frame)
        await self.push_frame(frame, direction)

    def tell(self, frame) -> None:
        match frame:
            case ErrorFrame():
                self.report(error=frame.error)
            case TranscriptionFrame():
                self.report(heard=frame.text)
            case InterruptionFrame():
                self.report(interrupted=True)
            case TTSTextFrame():
                self.text += frame.text
            case LLMFullResponseEndFrame() if self.text:
                self.report(said=self.text)
                self.text = ""


class Service(OpenAIRealtimeLLMService):
    """The service, which says when the server has taken its settings."""

    def __init__(self, report, **options) -> None:
        super().__init__(**options)
        self.report = report

    async def _handle_evt_session_updated(self, event) -> None:
        await super()._handle_evt_session_updated(event)
        self.report(ready=True)


class Session:
    def __init__(self, report) -> None:
        logger.remove()
        self.report = report

    async def connect(self, url: str, key: str, tool: dict, answer: str) -> None:
        async def call(parameters) -> None:
            self.report(called=parameters.function_name, arguments=dict(parameters.arguments))
            await parameters.result_callback(answer)

        shape = tool["parameters"]
        schema = FunctionSchema(tool["name"], tool["description"], shape["properties"], shape["required"])
        self.context = LLMContext(tools=ToolsSchema(standard_tools=[schema]))
        base = f"ws{url[4:]}/v1/realtime"
        self.service = Service(self.report, api_key=key, base_url=base)
        self.service.register_function(tool["name"], call)
        pair = LLMContextAggregatorPair(self.context)
        before = Witness(self.report, TranscriptionFrame, ErrorFrame)
        after = Witness(self.report, InterruptionFrame, TTSTextFrame, LLMFullResponseEndFrame)
        pipeline = Pipeline([pair.user(), before, self.service, after, pair.assistant()])
        self.worker = PipelineWorker(pipeline, idle_timeout_secs=None)
        self.runner = WorkerRunner(handle_sigint=False)
        await self.runner.add_workers(self.worker)
        self.running = asyncio.create_task(self.watch())

    async def watch(self) -> None:
        try:
            await self.runner.run()
            self.report(closed=1000)
        except Exception as error:
            self.report(**commands.failure(error))

    async def say(self, text: str) -> None:
        """Begins with a text; the service takes no more from its user than speech."""
        self.context.add_message({"role": "user", "content": text})
        await self.worker.queue_frame(LLMRunFrame())

    async def audio(self, audio: str) -> None:
        await self.worker.queue_frame(InputAudioRawFrame(base64.b64decode(audio), RATE, 1))

    async def interrupt(self) -> None:
        await self.worker.queue_frame(InterruptionFrame())

    async def reconnect(self) -> None:
        """Goes on over a new connection, as Pipecat's example of a conversation that is kept does."""
        await self.service.reset_conversation()
        await self.service._create_response()

    async def close(self) -> None:
        await self.worker.cancel()
        await self.running


if __name__ == "__main__":
    asyncio.run(commands.serve(Session))
