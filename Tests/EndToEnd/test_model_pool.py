"""Several language models and voices behind one server: what one of them does is no client's business."""

import asyncio
import json
from contextlib import ExitStack

import pytest

from conversation import AUDIO, converse
from llm import Fault, LanguageModel
from waiting import until

DELTA = "response.output_text.delta"


@pytest.fixture
def models():
    with ExitStack() as stack:

        def start(count: int) -> list[LanguageModel]:
            return [stack.enter_context(LanguageModel(lambda messages: "good evening")) for _ in range(count)]

        yield start


def urls(models: list[LanguageModel]) -> str:
    return ",".join(model.url for model in models)


def talk(server, turns: int = 1, **response: object) -> list[dict]:
    """The ends of so many responses in one conversation, each with its text in `said` and its audio in `audio`."""

    async def all_of_them() -> list[dict]:
        ends = []
        async with converse(server.url) as conversation:
            for turn in range(turns):
                before = len(conversation.events)
                content = [{"type": "input_text", "text": "hello"}]
                item = {"type": "message", "role": "user", "content": content}
                await conversation.send("conversation.item.create", item=item)
                await conversation.send("response.create", response=response)
                end = (await conversation.until("response.done", turn + 1))["response"]
                events = conversation.events[before:]
                end["said"] = "".join(event["delta"] for event in events if event["type"] == DELTA)
                end["audio"] = sum(event["type"] == AUDIO for event in events)
                ends.append(end)
        return ends

    return asyncio.run(all_of_them())


def write(server, turns: int = 1) -> list[dict]:
    return talk(server, turns, output_modalities=["text"])


def backends(server, kind: str) -> list[dict]:
    return [backend for backend in server.get("/admin/backends").json["backends"] if backend["kind"] == kind]


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.CUT_LATER], ids=lambda fault: fault.name)
def test_a_language_model_that_fails_before_its_first_token_is_invisible(launch, models, fault):
    faulty, other = models(2)
    faulty.fault = fault
    server = launch(LLM_BASE_URL=urls([faulty, other]), LLM_TIMEOUT_MS=3_000, TTS="none")
    for end in write(server, turns=5):
        assert (end["status"], end["said"]) == ("completed", "good evening")
    assert 1 <= len(faulty.requests) <= 4
    first, second = backends(server, "language_model")
    assert (first["answered"], second["answered"]) == (0, 5)
    metrics = server.metrics()
    count = "steno_backend_requests_total"
    assert metrics.total(count, kind="language_model", backend=second["name"], outcome="answered") == 5
    if fault is not Fault.HANG:
        assert metrics.total(count, kind="language_model", backend=first["name"]) == len(faulty.requests)


def test_after_the_first_token_a_reply_breaks_off(launch, models):
    faulty, other = models(2)
    faulty.fault = Fault.CUT_LATER
    server = launch(LLM_BASE_URL=urls([faulty, other]), TTS="none")
    [end] = write(server)
    assert (end["status"], end["said"]) == ("failed", "Half of")
    assert end["status_details"]["error"]["code"] == "llm_unavailable"
    assert other.requests == []


def test_when_all_are_out_a_response_fails_and_the_server_is_degraded(launch, models):
    [model] = models(1)
    model.fault = Fault.ERROR
    server = launch(LLM_BASE_URL=model.url, LLM_TIMEOUT_MS=4_000, TTS="none", TRANSCRIBER="pocketsphinx")
    for end in write(server, turns=2):
        assert end["status"] == "failed"
        assert end["status_details"]["error"]["code"] == "llm_unavailable"
    ready = server.get("/ready")
    assert (ready.status, ready.json["status"]) == (200, "degraded")
    assert ready.json["reasons"] == ["1 of 1 language models do not answer."]
    model.fault = None
    until(lambda: write(server)[0]["status"] == "completed", "the model is used again")
    assert server.get("/ready").json == {"status": "ready"}


def test_a_file_names_language_models_with_tiers_and_models_of_their_own(launch, models, tmp_path):
    first, second, big = models(3)
    first.fault = Fault.ERROR
    path = tmp_path / "steno.json"
    entries = [{"url": first.url}, {"url": second.url, "tier": 1}, {"url": big.url, "models": ["big"], "key": "sk-big"}]
    path.write_text(json.dumps({"languageModels": entries}))
    server = launch(STENO_CONFIG=path, TTS="none")
    assert write(server)[0]["said"] == "good evening"
    assert len(second.requests) == 1 and big.requests == []
    body = json.dumps({"model": "big", "messages": [{"role": "user", "content": "hi"}]}).encode()
    answer = server.request("POST", "/v1/chat/completions", {"Content-Type": "application/json"}, body)
    assert answer.status == 200
    assert len(big.requests) == 1


def test_a_voice_that_is_gone_is_invisible(launch):
    voice = launch()
    server = launch(TTS_BASE_URL=f"http://127.0.0.1:9/v1,{voice.http_url}/v1", TTS_VOICE="rms", LLM="echo")
    for end in talk(server, turns=3):
        assert end["status"] == "completed"
        assert end["audio"] > 0
    first, second = backends(server, "speech")
    assert first["failed"].keys() == {"unreachable"}
    assert second["answered"] >= 3
