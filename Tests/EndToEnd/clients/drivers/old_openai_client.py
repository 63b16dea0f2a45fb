"""Drives the `openai` library from before its clients were objects, for completions of a prompt and of a chat."""

import asyncio

import commands
import openai


class Session:
    def __init__(self, report) -> None:
        self.report = report

    async def completion(self, url: str, key: str, base: str, fields: dict) -> None:
        await self.ask(openai.Completion, url, key, base, fields)

    async def chat(self, url: str, key: str, base: str, fields: dict) -> None:
        await self.ask(openai.ChatCompletion, url, key, base, fields)

    async def ask(self, kind, url: str, key: str, base: str, fields: dict) -> None:
        openai.api_base, openai.api_key = url + base, key
        answer = await asyncio.to_thread(kind.create, **fields)
        if fields.get("stream"):
            self.report(answer=[part.to_dict_recursive() for part in await asyncio.to_thread(list, answer)])
        else:
            self.report(answer=answer.to_dict_recursive())


if __name__ == "__main__":
    asyncio.run(commands.serve(Session))
