"""A voice assistant in a terminal, as programs of 2023 were written: microphone to AssemblyAI, text to a completion.

It opens the old realtime socket with the bare key, sends 200 ms at a time as base64 and looks at the `text` of every
message. It never ends the session itself, and takes close code 4008 for the only proper end. In place of a microphone it
reads samples from a file, over and over.
"""

import asyncio
import base64
import json
import sys

import openai
import websockets
from websockets.exceptions import ConnectionClosed

FRAMES = 3_200


async def talk(url: str, key: str, recording: str) -> None:
    openai.api_base, openai.api_key = f"{url}/v1", key
    address = f"ws{url[4:]}/v2/realtime/ws?sample_rate=16000"
    async with websockets.connect(
        address, additional_headers={"Authorization": key}, ping_interval=5, ping_timeout=20
    ) as socket:
        print("Session:", await socket.recv(), flush=True)
        await asyncio.gather(send(socket, recording), receive(socket))


def has_ended(error: ConnectionClosed) -> bool:
    assert error.rcvd is not None and error.rcvd.code == 4008, error
    return True


async def send(socket, recording: str) -> None:
    with open(recording, "rb") as file:
        while True:
            samples = file.read(2 * FRAMES)
            # Silence follows what is said.
            samples = samples.ljust(2 * FRAMES, b"\0")
            try:
                await socket.send(json.dumps({"audio_data": base64.b64encode(samples).decode()}))
            except ConnectionClosed as error:
                if has_ended(error):
                    return
            await asyncio.sleep(0.05)


async def receive(socket) -> None:
    while True:
        try:
            result = json.loads(await socket.recv())
        except ConnectionClosed as error:
            if has_ended(error):
                return
        prompt = result["text"]
        if prompt and result["message_type"] == "FinalTranscript":
            print("Me:", prompt, flush=True)
            answer = await asyncio.to_thread(
                openai.Completion.create, engine="text-davinci-002", prompt=prompt, max_tokens=100
            )
            print("Bot:", answer.choices[0].text.strip(), flush=True)


if __name__ == "__main__":
    asyncio.run(talk(*sys.argv[1:]))
