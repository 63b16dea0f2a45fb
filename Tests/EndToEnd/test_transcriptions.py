"""`POST /v1/audio/transcriptions`: every form of the answer, and times in the whole file."""

import json
import shutil
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

import upload
from backend import Gate, Reply
from client import open_client
from recording import PCM, RATE, SENTENCES, WAV, spoken, word_errors
from upload import transcribe
from waiting import until

CUT = ("chunking_strategy", "auto")
TEXT = " ".join(sentence.text for sentence in SENTENCES)
DURATION = round(len(PCM) / 2 / RATE, 3)
PATHS = [upload.PATH, "/openai/v1/audio/transcriptions", "/audio/transcriptions", "/inference"]


def numbered(backend) -> None:
    """Each utterance's transcript is its place among the known sentences, told by its length."""
    backend.respond = lambda request: Reply(f"of {len(request.pcm) // 2} samples")


def timestamp(text: str) -> float:
    hours, minutes, seconds = text.replace(",", ".").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


@pytest.mark.parametrize("path", PATHS)
def test_a_short_file_is_transcribed_whole(launch, backend, path):
    result = transcribe(launch(backend), ("model", "whisper-1"), path=path)
    assert result.status == 200
    assert result.json == {"text": "mark 0", "usage": {"type": "duration", "seconds": DURATION}}
    assert [request.pcm for request in backend.requests] == [PCM]


def test_the_embedded_engine_hears_the_recording(launch):
    server = launch()
    whole = transcribe(server, ("response_format", "text")).text
    verbose = transcribe(
        server,
        CUT,
        ("response_format", "verbose_json"),
        ("timestamp_granularities[]", "word"),
        ("timestamp_granularities[]", "segment"),
    ).json
    assert verbose["language"] == "english"
    assert verbose["duration"] == DURATION
    assert whole.endswith("\n")
    for text in (whole, verbose["text"]):
        assert word_errors(TEXT, text) <= 0.05 * len(TEXT.split()), text
    assert "".join(segment["text"] for segment in verbose["segments"]).strip() == verbose["text"]
    for sentence, segment in zip(SENTENCES, verbose["segments"], strict=True):
        assert abs(segment["start"] * 1000 - sentence.start_ms) <= 300
        assert abs(segment["end"] * 1000 - sentence.end_ms) <= 300
        words = [word for word in verbose["words"] if segment["start"] <= word["start"] < segment["end"]]
        assert " ".join(word["word"] for word in words) == segment["text"].strip()
        assert all(word["start"] <= word["end"] <= segment["end"] for word in words)
        assert abs(words[0]["start"] * 1000 - sentence.start_ms) <= 150


def test_the_same_utterances_as_over_the_websocket(launch, backend):
    server = launch(backend)
    with open_client(server) as client:
        client.stream(PCM + bytes(32_000), size=3_200, sample_rate=16_000)
        events = [client.transcript() for _ in SENTENCES]
    sent = [request.pcm for request in backend.requests]
    file = upload.wav(PCM + bytes(32_000))
    segments = transcribe(server, CUT, ("response_format", "verbose_json"), file=file).json["segments"]
    assert sorted(request.pcm for request in backend.requests[len(sent) :]) == sorted(sent)
    assert len(segments) == len(events)
    for segment, event in zip(segments, events, strict=True):
        # The padding is the engine's: a cue is there while someone speaks.
        assert event["start_ms"] < segment["start"] * 1000 < event["start_ms"] + 400
        assert event["end_ms"] - 400 < segment["end"] * 1000 < event["end_ms"]


def test_subtitles(launch, backend):
    numbered(backend)
    server = launch(backend)
    segments = transcribe(server, CUT, ("response_format", "verbose_json")).json["segments"]
    srt = transcribe(server, CUT, ("response_format", "srt"))
    vtt = transcribe(server, CUT, ("response_format", "vtt"))

    assert srt.headers["content-type"] == "application/x-subrip; charset=utf-8"
    assert vtt.headers["content-type"] == "text/vtt; charset=utf-8"
    assert vtt.text.startswith("WEBVTT\n\n")
    cues = [cue.split("\n") for cue in srt.text.split("\n\n")[:-1]]
    assert [cue[0] for cue in cues] == ["1", "2", "3", "4"]
    assert [cue[1:] for cue in cues] == [
        [times.replace(".", ","), text] for times, text in (cue.split("\n") for cue in vtt.text.split("\n\n")[1:-1])
    ]
    for cue, segment in zip(cues, segments, strict=True):
        assert [timestamp(time) for time in cue[1].split(" --> ")] == [segment["start"], segment["end"]]
        assert cue[2] == segment["text"].strip()


def test_words_of_a_backend_lie_in_the_whole_file(launch, backend):
    words = [{"word": " one", "start": 0.25, "end": 0.5}, {"word": " two", "start": 0.5, "end": 20.0}]
    backend.respond = lambda request: Reply(body=json.dumps({"text": "one two", "words": words}).encode())
    server = launch(backend, TRANSCRIBER_RESPONSE_FORMAT="verbose_json")
    fields = [CUT, ("response_format", "verbose_json")]
    verbose = transcribe(server, *fields, ("timestamp_granularities", "segment,word")).json
    assert len(verbose["words"]) == 2 * len(verbose["segments"]) == 8
    for index, segment in enumerate(verbose["segments"]):
        first, second = verbose["words"][2 * index : 2 * index + 2]
        assert first == {
            "word": "one",
            "start": pytest.approx(segment["start"]),
            "end": pytest.approx(segment["start"] + 0.25),
        }
        assert second["end"] == segment["end"], "no word ends after its utterance"
    assert "words" not in transcribe(server, *fields).json
    assert "segments" not in transcribe(server, *fields, ("timestamp_granularities[]", "word")).json


def test_language_and_prompt_reach_the_engine(launch, backend):
    server = launch(backend, TRANSCRIBER_LANGUAGE="fr", TRANSCRIBER_PROMPT="Noms")
    asked = transcribe(server, ("language", "en-US"), ("prompt", "Names"), ("response_format", "verbose_json")).json
    settings = transcribe(server, ("response_format", "verbose_json")).json
    assert [(r.fields["language"], r.fields["prompt"]) for r in backend.requests] == [("en", "Names"), ("fr", "Noms")]
    assert [asked["language"], settings["language"]] == ["english", "french"]


def test_an_unknown_language_is_said_to_be_unknown(launch, backend):
    assert transcribe(launch(backend), ("response_format", "verbose_json")).json["language"] == "unknown"


def test_streams_each_utterance_once_it_and_all_before_it_are_there(launch, backend):
    gates = [Gate() for _ in SENTENCES]
    order = {}

    def respond(request):
        index = order.setdefault(len(request.pcm), len(order))
        return Reply(f"utterance {index}", gate=gates[index])

    backend.respond = respond
    server = launch(backend, TRANSCRIBER_CONCURRENCY=1)
    connection = upload.connect(server)
    connection.request("POST", upload.PATH, upload.form(WAV.read_bytes(), CUT, ("stream", "true")), upload.headers())
    response = connection.getresponse()
    assert response.headers["content-type"].startswith("text/event-stream")
    received = b""
    for gate in gates:
        gate.open()
        while not received.endswith(b"\n\n") or received.count(b"\n\n") < gates.index(gate) + 1:
            received += response.read1()
    received += response.read()
    *deltas, done, end = upload.parse_events(received.decode())
    assert [delta["type"] for delta in deltas] == ["transcript.text.delta"] * 4
    assert [delta["delta"] for delta in deltas] == [("" if i == 0 else " ") + f"utterance {i}" for i in range(4)]
    assert done == {
        "type": "transcript.text.done",
        "text": "".join(delta["delta"] for delta in deltas),
        "usage": {"type": "duration", "seconds": DURATION},
    }
    assert end == "[DONE]"


def test_ten_minutes(launch, backend):
    gate = Gate()

    def respond(request) -> Reply:
        # Nothing is answered until two are there together, as utterances of a file are transcribed concurrently.
        if len(backend.requests) >= 1:
            gate.open()
        return Reply(f"of {len(request.pcm) // 2} samples", gate=gate)

    backend.respond = respond
    copies = 36
    result = transcribe(launch(backend), ("response_format", "verbose_json"), file=upload.wav(PCM * copies))
    verbose = result.json
    assert verbose["duration"] == round(copies * len(PCM) / 2 / RATE, 3) > 600
    assert len(verbose["segments"]) == copies * len(SENTENCES)
    for index, segment in enumerate(verbose["segments"]):
        copy, place = divmod(index, len(SENTENCES))
        offset = copy * len(PCM) / 2 / RATE
        assert abs(segment["start"] - offset - SENTENCES[place].start_ms / 1000) <= 0.35
        assert abs(segment["end"] - offset - SENTENCES[place].end_ms / 1000) <= 0.35
    # The times say where each utterance was said, sample for sample.
    whole = PCM * copies
    sent = {f"of {len(request.pcm) // 2} samples": request.pcm for request in backend.requests}
    for segment in verbose["segments"][: len(SENTENCES)]:
        speech = whole[round(segment["start"] * RATE) * 2 : round(segment["end"] * RATE) * 2]
        assert speech in sent[segment["text"].strip()]
    assert backend.busiest >= 2


def test_a_file_just_over_the_longest_utterance_is_cut(launch, backend):
    server = launch(backend, VAD_MAX_UTTERANCE_MS=10_000)
    transcribe(server, file=upload.wav(PCM[: 10 * RATE * 2]))
    assert len(backend.requests) == 1
    transcribe(server, file=upload.wav(PCM[: 10 * RATE * 2 + 2]))
    assert len(backend.requests) > 2


def test_the_client_may_say_how_to_cut(launch, backend):
    server = launch(backend)
    strategy = {"type": "server_vad", "silence_duration_ms": 10_000, "prefix_padding_ms": 0, "threshold": 0.5}
    transcribe(server, ("chunking_strategy", json.dumps(strategy)))
    transcribe(server, *((f"chunking_strategy[{key}]", str(value)) for key, value in strategy.items()))
    first, second = backend.requests
    assert first.pcm == second.pcm
    assert len(first.pcm) / 2 / RATE == pytest.approx(15.6, abs=0.4), "one utterance, without the silence around it"


def test_many_files_at_once(launch, backend):
    server = launch(backend)
    files = [upload.wav(spoken(mark)) for mark in range(1, 33)]
    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(lambda file: transcribe(server, file=file), files))
    assert [result.json["text"] for result in results] == [f"mark {mark}" for mark in range(1, 33)]


def test_one_connection_carries_many_files(launch, backend):
    server = launch(backend)
    connection = upload.connect(server)
    connection.connect()
    before = connection.sock
    for mark in (1, 2, 3):
        connection.request("POST", upload.PATH, upload.form(upload.wav(spoken(mark))), upload.headers())
        assert upload.receive(connection).json["text"] == f"mark {mark}"
    assert connection.sock is before, "the connection stayed open"
    connection.close()


def test_an_upload_in_chunks_of_any_size(launch, backend):
    server = launch(backend)
    body = upload.form(upload.wav(spoken(5)), ("response_format", "text"))
    for size in (1, 7, 4_096):
        pieces = (body[start : start + size] for start in range(0, len(body), size))
        assert upload.request(server, "POST", upload.PATH, pieces).text == "mark 5\n"


def test_one_steno_is_the_backend_of_another(launch):
    # A decoder goes on from the mean of what it heard before, so both ways have one decoder, which hears the same.
    inner, alone = (launch(POCKETSPHINX_THREADS=1) for _ in range(2))
    outer = launch(
        OPENAI_BASE_URL=f"http://127.0.0.1:{inner.port}/v1",
        OPENAI_API_KEY="sk-any",
        TRANSCRIBER_RESPONSE_FORMAT="verbose_json",
    )
    assert outer.get("/v1/models").json["data"][0]["id"] == "whisper-1"
    assert transcribe(outer).json == transcribe(alone).json

    fields = [CUT, ("response_format", "verbose_json"), ("timestamp_granularities[]", "word")]
    direct, through = (transcribe(server, *fields).json for server in (alone, outer))
    assert direct["text"] == through["text"]
    assert len(direct["words"]) == len(through["words"]) > 20
    for one, other in zip(direct["words"], through["words"], strict=True):
        assert one["word"] == other["word"]
        assert one["start"] == pytest.approx(other["start"], abs=0.012)
        assert one["end"] == pytest.approx(other["end"], abs=0.012)

    with open_client(outer) as client:
        client.stream(PCM, size=3_200, sample_rate=16_000)
        client.commit()
        heard = [client.transcript()["transcript"] for _ in SENTENCES]
    assert " ".join(heard) == direct["text"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
class TestCurl:
    def curl(self, server, *arguments: str) -> str:
        url = f"http://127.0.0.1:{server.port}{upload.PATH}"
        command = ["curl", "-sS", "--max-time", "60", *arguments, url]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def test_sends_a_file(self, launch, backend):
        server = launch(backend)
        assert self.curl(server, "-F", f"file=@{WAV}", "-F", "response_format=text") == "mark 0\n"
        assert self.curl(server, "-F", "response_format=text", "-F", f"file=@{WAV};filename=") == "mark 0\n"

    def test_is_asked_for_the_body_of_a_large_upload(self, launch, backend, tmp_path):
        server = launch(backend)
        (tmp_path / "long.wav").write_bytes(upload.wav(PCM * 4))
        # curl waits a second for "100 Continue" before it sends all the same; so long it must not take.
        time_limit = ["--expect100-timeout", "20", "--max-time", "15"]
        output = self.curl(server, *time_limit, "-v", "--stderr", "-", "-F", f"file=@{tmp_path / 'long.wav'}")
        assert "> Expect: 100-continue" in output
        assert "< HTTP/1.1 100 Continue" in output
        assert "< HTTP/1.1 200 OK" in output

    def test_sends_nothing_of_what_is_too_large(self, launch, backend, tmp_path):
        server = launch(backend, MAX_UPLOAD_BYTES=1_000_000)
        (tmp_path / "long.wav").write_bytes(upload.wav(PCM * 4))
        output = self.curl(server, "-w", "%{http_code} %{size_upload}", "-F", f"file=@{tmp_path / 'long.wav'}")
        assert output.endswith("413 0"), output

    def test_sends_chunks(self, launch, backend):
        server = launch(backend)
        arguments = ["-H", "Transfer-Encoding: chunked", "-F", f"file=@{WAV}", "-F", "response_format=text"]
        assert self.curl(server, *arguments) == "mark 0\n"


@pytest.mark.parametrize("fields", [[CUT], [CUT, ("stream", "true")]], ids=["whole", "streamed"])
def test_a_client_that_goes_away_gives_up_its_transcription(launch, backend, fields):
    backend.respond = lambda request: Reply(gate=Gate())
    # Alone on its server it gets every place.
    server = launch(backend)
    connection = upload.open_request(server, upload.form(WAV.read_bytes(), *fields))
    until(lambda: len(backend.requests) == 2, "as many utterances as may be at first are with the backend")
    connection.close()
    for request in backend.requests:
        assert request.abandoned.wait(10)
    server.wait_sessions(0)
    assert server.metrics().total("steno_audio_samples_total", outcome="failed") > 0


def test_a_client_that_goes_away_in_its_upload_costs_nothing(launch, backend):
    server = launch(backend, MAX_SESSIONS=1)
    body = upload.form(WAV.read_bytes())
    for count in (0, 10, 1_000, len(body) // 2, len(body) - 1):
        upload.open_request(server, body[:count], length=len(body)).close()
        until(lambda: transcribe(server).status == 200, "there is room again")
    assert all(request.pcm == PCM for request in backend.requests)


def test_a_client_that_goes_away_with_a_reset(launch, backend):
    backend.respond = lambda request: Reply(gate=Gate())
    server = launch(backend)
    connection = upload.open_request(server, upload.form(WAV.read_bytes()))
    until(lambda: backend.requests, "the utterance is with the backend")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()
    assert backend.requests[0].abandoned.wait(10)
    server.wait_sessions(0)
