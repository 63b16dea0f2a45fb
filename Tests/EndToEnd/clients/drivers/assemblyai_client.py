"""Drives the `assemblyai` library's old realtime transcriber, whose callbacks come on threads of its own."""

import asyncio
import base64

import assemblyai
import commands

SHOWN = ["text", "audio_start", "audio_end", "confidence", "punctuated", "text_formatted"]


class Session:
    def __init__(self, report) -> None:
        loop = asyncio.get_running_loop()
        self.report = lambda **line: loop.call_soon_threadsafe(lambda: report(**line))

    async def connect(self, url: str, key: str, options: dict) -> None:
        settings = assemblyai.Settings(base_url=f"ws{url[4:]}", api_key=key)
        if options.pop("tells_duration", False):
            options["on_extra_session_information"] = lambda information: self.report(
                seconds=information.audio_duration_seconds
            )
        if "encoding" in options:
            options["encoding"] = assemblyai.AudioEncoding(options["encoding"])
        self.transcriber = assemblyai.RealtimeTranscriber(
            on_data=self.heard,
            on_error=lambda error: self.report(error=str(error)),
            on_open=lambda opened: self.report(session=str(opened.session_id), expires=opened.expires_at.isoformat()),
            on_close=lambda: self.report(closed=True),
            client=assemblyai.Client(settings=settings),
            **options,
        )
        await asyncio.to_thread(self.transcriber.connect)
        self.report(connected=True)

    def heard(self, transcript) -> None:
        shown = {name: getattr(transcript, name) for name in SHOWN if hasattr(transcript, name)}
        words = [[word.text, word.start, word.end] for word in transcript.words]
        self.report(heard=type(transcript).__name__, **shown, words=words, created=transcript.created.isoformat())

    async def audio(self, pieces: list[str]) -> None:
        for piece in pieces:
            self.transcriber.stream(base64.b64decode(piece))

    async def force_end(self) -> None:
        self.transcriber.force_end_utterance()

    async def set_silence(self, milliseconds: int) -> None:
        self.transcriber.configure_end_utterance_silence_threshold(milliseconds)

    async def token(self, url: str, key: str) -> None:
        assemblyai.settings.base_url, assemblyai.settings.api_key = url, key
        token = await asyncio.to_thread(assemblyai.RealtimeTranscriber.create_temporary_token, expires_in=60)
        self.report(answer=token)

    async def read_to_the_end(self) -> None:
        # The library tells nobody that it has read the last message, before which closing would send one more.
        await asyncio.to_thread(self.transcriber._impl._stop_event.wait)
        self.report(ended=True)

    async def close(self) -> None:
        await asyncio.to_thread(self.transcriber.close)


if __name__ == "__main__":
    asyncio.run(commands.serve(Session))
