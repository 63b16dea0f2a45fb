"""Spoken conversations: a real recogniser hears, the echo answers, and flite speaks."""

import asyncio
import io
import json
import random
import urllib.request
import wave

import pytest

from client import open_client
from conversation import AUDIO, RATE, converse
from recording import ROOT, SENTENCES, between

LIBRARY = ROOT / "engines/sherpa-onnx/lib/libsherpa-onnx-c-api.so"
heard = pytest.mark.skipif(not LIBRARY.exists(), reason="setup could not fetch sherpa-onnx from PyPI")
STARTED = "input_audio_buffer.speech_started"
COMPLETED = "conversation.item.input_audio_transcription.completed"
LONG = "This is a rather long answer, and it goes on for a while. " * 4


def resampled(pcm: bytes) -> bytes:
    """From the recording's 16 kHz to the conversation's rate, by repeating samples; a recogniser does not mind."""
    samples = memoryview(pcm).cast("h")
    return b"".join(samples[min(len(samples) - 1, i * 2 // 3)].to_bytes(2, "little", signed=True) for i in range(len(samples) * 3 // 2))


def sentence(index: int, silence_ms: int = 1_500) -> bytes:
    """A sentence of the recording, and silence."""
    first = SENTENCES[index]
    return resampled(between(first.start_ms - 200, first.end_ms)) + bytes(2 * RATE * silence_ms // 1000)


def words(text: str) -> list[str]:
    return "".join(letter for letter in text.lower() if letter.isalnum() or letter.isspace()).split()


def transcribed(server, pcm: bytes) -> str:
    """What the server itself hears in the assistant's speech."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(RATE)
        wav.writeframes(pcm)
    form = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n' + file.getvalue() + b"\r\n--b--\r\n"
    request = urllib.request.Request(
        server.http_url + "/v1/audio/transcriptions", form, {"Content-Type": "multipart/form-data; boundary=b"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["text"]


@heard
@pytest.mark.parametrize("detection", ["server_vad", "semantic_vad"])
def test_a_turn_goes_round_by_voice(launch, detection: str) -> None:
    server = launch(TRANSCRIBER="sherpa", LLM="echo")

    async def talk():
        async with converse(server.url, audio={"input": {"turn_detection": {"type": detection}}}) as conversation:
            await conversation.stream(sentence(0))
            await conversation.until("response.done", limit=30)
            return conversation

    conversation = asyncio.run(talk())
    text = conversation.of(COMPLETED)[0]["transcript"]
    done = conversation.of("response.done")[0]["response"]
    assert done["status"] == "completed"
    assert words(done["output"][0]["content"][0]["transcript"]) == words(text)
    deltas = conversation.of("response.output_audio_transcript.delta")
    assert words("".join(event["delta"] for event in deltas)) == words(text)
    said = words(transcribed(server, conversation.audio))
    assert len(set(said) & set(words(text))) >= 0.7 * len(set(words(text))), (said, text)


@heard
def test_speech_interrupts_and_no_audio_follows(launch) -> None:
    server = launch(TRANSCRIBER="sherpa", LLM="echo")

    async def talk():
        async with converse(server.url) as conversation:
            await conversation.say(LONG)
            await conversation.until(AUDIO)
            await asyncio.sleep(1.2)
            await conversation.stream(sentence(1))
            await conversation.until("response.done", 2, limit=30)
            return conversation

    conversation = asyncio.run(talk())
    types = [event["type"] for event in conversation.events]
    start = types.index(STARTED)
    first = conversation.of("response.done")[0]["response"]
    assert first["status"] == "cancelled"
    assert first["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
    rest = [event for event in conversation.events[start:] if event["type"] == AUDIO]
    assert all(event["response_id"] != first["id"] for event in rest)
    assert conversation.of("response.done")[1]["response"]["status"] == "completed"


def test_what_was_heard_is_kept(launch) -> None:
    """A client that plays at real time and interrupts at random moments: the text is that of the samples played."""
    server = launch(LLM="echo")
    spoken = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    generator = random.Random(12)

    async def once(delay: float) -> tuple[list[str], list[str]]:
        async with converse(server.url) as conversation:
            await conversation.say(spoken)
            item = (await conversation.until(AUDIO))["item_id"]
            await asyncio.sleep(delay)
            played = conversation.played(item)
            await conversation.send(
                "conversation.item.truncate", item_id=item, content_index=0, audio_end_ms=played
            )
            truncated = await conversation.until("conversation.item.truncated")
            await conversation.send("conversation.item.retrieve", item_id=item)
            kept = (await conversation.until("conversation.item.retrieved"))["item"]["content"][0]["transcript"]
            # The words whose first samples had been played, by the times that the server told of them.
            deltas = conversation.of("response.output_audio_transcript.delta")
            begun = "".join(event["delta"] for event in deltas if 1000 * event["start_time"] < truncated["audio_end_ms"])
            assert truncated["audio_end_ms"] <= played
            return words(kept), words(begun)

    async def all_of_them():
        return await asyncio.gather(*(once(generator.uniform(0.35, 3)) for _ in range(25)))

    for kept, begun in asyncio.run(all_of_them()):
        assert begun[: len(kept)] == kept
        assert len(begun) - len(kept) <= 1, (kept, begun)


def test_without_a_language_model_a_response_says_what_to_set(launch) -> None:
    server = launch()

    async def talk():
        async with converse(server.url) as conversation:
            await conversation.say("hello")
            return (await conversation.until("response.done"))["response"]

    response = asyncio.run(talk())
    assert response["status"] == "failed"
    assert response["status_details"]["error"]["code"] == "llm_unavailable"
    assert "LLM_BASE_URL" in response["status_details"]["error"]["message"]


@heard
def test_the_compact_protocol_talks_with_two_messages(launch) -> None:
    server = launch(TRANSCRIBER="sherpa", LLM="echo")
    with open_client(server) as client:
        client.update(assistant=True)
        client.stream(between(SENTENCES[0].start_ms - 200, SENTENCES[0].end_ms) + bytes(32_000))
        events = [client.event()]
        while events[-1]["type"] != "response.done":
            events.append(client.event())
    types = [event["type"] for event in events]
    assert types[0] == "response.audio_transcript.done"
    assert set(types[1:]) == {"response.text.delta", "response.audio.delta", "response.done"}
    assert events[-1]["status"] == "completed"
    assert words(events[-1]["text"]) == words(events[0]["transcript"])
    assert {event["sample_rate"] for event in events if event["type"] == "response.audio.delta"} == {16_000}


def test_speech_synthesis_may_be_off(launch) -> None:
    server = launch(LLM="echo", TTS="none")

    async def talk():
        async with converse(server.url) as conversation:
            await conversation.say("hello")
            first = await conversation.until("response.done")
            await conversation.send("response.create", response={"output_modalities": ["text"]})
            second = await conversation.until("response.done", 2)
            return first["response"], second["response"]

    spoken, written = asyncio.run(talk())
    assert spoken["status_details"]["error"]["code"] == "tts_unavailable"
    assert written["output"][0]["content"] == [{"type": "output_text", "text": "hello"}]
