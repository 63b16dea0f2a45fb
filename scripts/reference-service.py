#!/usr/bin/env python3
"""The least that does Steno's job in Python: what scripts/measure-load compares with.

Needs websockets and webrtcvad-wheels from PyPI. One task per client, 20 ms frames, an utterance ends after 500 ms without
voice, its WAV is posted to OPENAI_BASE_URL. No resampling, no order, no limits, no error handling.
"""
import asyncio, base64, io, json, os, sys, urllib.parse, wave
import webrtcvad, websockets

BACKEND = urllib.parse.urlsplit(os.environ["OPENAI_BASE_URL"])


async def transcribe(samples, language="en"):
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1), wav.setsampwidth(2), wav.setframerate(16000), wav.writeframes(samples)
    reader, writer = await asyncio.open_connection(BACKEND.hostname, BACKEND.port)
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n' + file.getvalue() + b"\r\n--b--\r\n"
    head = f"POST {BACKEND.path}/audio/transcriptions HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    writer.write(head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    length = int((await reader.readuntil(b"\r\n\r\n")).lower().split(b"content-length:")[1].split(b"\r\n")[0])
    text = json.loads(await reader.readexactly(length))["text"]
    writer.close()
    return text


async def serve(socket):
    vad, pending, utterance, silent, position, start, tasks = webrtcvad.Vad(3), b"", b"", 0, 0, 0, []

    async def finish(samples, start, end):
        event = {"type": "response.audio_transcript.done", "transcript": await transcribe(samples), "start_ms": start, "end_ms": end}
        await socket.send(json.dumps(event))

    async for message in socket:
        event = json.loads(message)
        pending += base64.b64decode(event["audio"])
        while len(pending) >= 640:
            frame, pending = pending[:640], pending[640:]
            voiced = vad.is_speech(frame, 16000)
            if voiced and not utterance:
                start = position
            if voiced or utterance:
                utterance += frame
            silent = 0 if voiced else silent + 20
            position += 20
            if utterance and silent >= 500:
                # Times as Steno gives them: 100 ms of padding behind the last voiced frame.
                tasks.append(asyncio.ensure_future(finish(utterance, start, position - silent + 100)))
                utterance = b""
    await asyncio.gather(*tasks)


async def main():
    async with websockets.serve(serve, "127.0.0.1", 0, max_size=None) as server:
        print(f"url=http://127.0.0.1:{server.sockets[0].getsockname()[1]}", file=sys.stderr, flush=True)
        await server.serve_forever()


asyncio.run(main())
