"""`steno transcribe`, the client that comes with the server."""

import json
import re
import socket

import pytest

import server as process
from backend import Reply
from recording import PCM, SENTENCES, WAV, resampled
from tls_proxy import TLSProxy

TEXTS = ["one", "two", "three", "four"]


@pytest.fixture
def transcribe(launch, backend, tmp_path):
    """Runs the client on test.wav against a server whose backend says TEXTS in audio order."""
    # Repeated questions about one utterance get one answer; with one request at a time they come in audio order.
    order = []

    def respond(request):
        if request.pcm not in order:
            order.append(request.pcm)
        return Reply(TEXTS[order.index(request.pcm)])

    backend.respond = respond
    server = launch(backend, TRANSCRIBER_CONCURRENCY=1)

    def transcribe(*arguments):
        return process.run("transcribe", *arguments, "--url", server.url + "/ws", cwd=tmp_path)

    return transcribe


def test_prints_json(transcribe):
    result = transcribe(WAV, "--json")
    assert result.returncode == 0, result.stderr
    utterances = [json.loads(line) for line in result.stdout.splitlines()]
    assert [utterance["transcript"] for utterance in utterances] == TEXTS
    for sentence, utterance in zip(SENTENCES, utterances, strict=True):
        assert set(utterance) == {"file", "item_id", "start_ms", "end_ms", "transcript"}
        assert abs(utterance["start_ms"] - sentence.start_ms) <= 300
        assert abs(utterance["end_ms"] - sentence.end_ms) <= 300
        assert utterance["file"] == str(WAV)


def test_prints_subtitles(transcribe):
    result = transcribe(WAV, "--srt")
    assert result.returncode == 0, result.stderr
    time = r"00:00:(\d\d,\d{3})"
    cues = re.findall(rf"(\d)\n{time} --> {time}\n(\w+)\n(?:\n|$)", result.stdout)
    assert [(number, text) for number, _, _, text in cues] == list(zip("1234", TEXTS, strict=True))
    for sentence, (_, start, end, _) in zip(SENTENCES, cues, strict=True):
        assert abs(float(start.replace(",", ".")) * 1_000 - sentence.start_ms) <= 300
        assert abs(float(end.replace(",", ".")) * 1_000 - sentence.end_ms) <= 300


def test_prints_text_and_nothing_else(transcribe):
    result = transcribe(WAV, "--text")
    assert (result.returncode, result.stdout, result.stderr) == (0, "one\ntwo\nthree\nfour\n", "")


def test_reads_other_rates(transcribe, tmp_path):
    file = tmp_path / "narrow.wav"
    data = resampled(PCM, 8_000)
    header = bytearray(WAV.read_bytes()[:44])
    for offset, value in ((4, 36 + len(data)), (24, 8_000), (28, 16_000), (40, len(data))):
        header[offset : offset + 4] = value.to_bytes(4, "little")
    file.write_bytes(header + data)
    result = transcribe(file, "--text")
    assert (result.returncode, result.stdout) == (0, "one\ntwo\nthree\nfour\n")


def test_a_failed_utterance_is_exit_status_1_and_the_rest_is_printed(transcribe, backend):
    respond = backend.respond
    failing = []

    def fail_second(request):
        # A failed request is sent again, and fails again.
        if len(backend.requests) == 1:
            failing.append(request.pcm)
        return Reply(status=500) if request.pcm in failing else respond(request)

    backend.respond = fail_second
    result = transcribe(WAV, "--text")
    assert result.returncode == 1
    assert len(result.stdout.splitlines()) == 3
    assert "500" in result.stderr and len(result.stderr.splitlines()) == 1


def test_a_file_that_is_not_audio_is_exit_status_2_and_does_not_stop_the_others(transcribe, tmp_path):
    file = tmp_path / "notes.wav"
    file.write_text("no audio in here")
    result = transcribe(file, WAV, "--text")
    assert result.returncode == 2
    assert "notes.wav" in result.stderr
    assert result.stdout.splitlines() == TEXTS


def test_a_missing_file_is_exit_status_2(transcribe):
    result = transcribe("missing.wav")
    assert result.returncode == 2
    assert "missing.wav" in result.stderr
    assert result.stdout == ""


def test_no_server_is_exit_status_1_and_says_what_to_do(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: nobody else gets the port
        url = f"ws://127.0.0.1:{taken.getsockname()[1]}/ws"
        result = process.run("transcribe", WAV, "--url", url, cwd=tmp_path)
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert url in result.stderr and "serve" in result.stderr


def test_an_address_that_is_none_is_exit_status_2(tmp_path):
    result = process.run("transcribe", WAV, "--url", "http//nowhere", cwd=tmp_path)
    assert result.returncode == 2
    assert "ws://" in result.stderr


def test_reads_standard_input(launch, backend, tmp_path):
    url = launch(backend).url + "/ws"
    with WAV.open("rb") as file:
        result = process.run("transcribe", "-", "--text", "--url", url, cwd=tmp_path, stdin=file)
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.splitlines()) == len(SENTENCES)


def test_trusts_an_authority_that_it_is_told_of(launch, backend, tmp_path):
    with TLSProxy(launch(backend).port, tmp_path) as proxy:
        url = f"wss://127.0.0.1:{proxy.port}/ws"
        result = process.run(
            "transcribe", WAV, "--text", "--url", url, cwd=tmp_path, SSL_CERT_FILE=proxy.authority_file
        )
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.splitlines()) == len(SENTENCES)


@pytest.mark.parametrize(("name", "is_known", "reason"), [
    ("127.0.0.1", False, "not signed by an authority"),
    ("other.example", True, "for another host"),
])
def test_trusts_nobody_without_proof_unless_told_to(launch, backend, tmp_path, name, is_known, reason):
    with TLSProxy(launch(backend).port, tmp_path, name) as proxy:
        url = f"https://127.0.0.1:{proxy.port}/ws"
        known = {"SSL_CERT_FILE": proxy.authority_file} if is_known else {}
        refused = process.run("transcribe", WAV, "--text", "--url", url, cwd=tmp_path, **known)
        taken = process.run("transcribe", WAV, "--text", "--insecure", "--url", url, cwd=tmp_path)
    assert refused.returncode == 1
    assert reason in refused.stderr and "--insecure" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert taken.returncode == 0, taken.stderr
    assert len(taken.stdout.splitlines()) == len(SENTENCES)


def test_plain_servers_and_tls_do_not_understand_each_other(launch, backend, tmp_path):
    url = launch(backend).url.replace("ws://", "wss://") + "/ws"
    result = process.run("transcribe", WAV, "--url", url, cwd=tmp_path)
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1 and url in result.stderr


def test_errors_begin_with_one_name_and_speak_of_where_a_value_was_given(tmp_path):
    def line(*arguments, **settings):
        result = process.run(*arguments, cwd=tmp_path, **settings)
        assert result.returncode != 0
        return result.stderr.splitlines()[0]

    assert line("serve", "--port", "99999").startswith("steno: --port is '99999'")
    assert line("serve", PORT=99999).startswith("steno: PORT is '99999'")
    assert line("segment", "--vad-threshold=7", WAV).startswith("steno: --vad-threshold is '7'")
    assert line("transcribe").startswith("steno: ")
    assert line("transcribe", "missing.wav").startswith("steno: ")
    assert line("transcribe", WAV, "--api-key", "a b").endswith("Check --api-key.")
    assert line("transcribe", WAV, STENO_API_KEY="a b").endswith("Check STENO_API_KEY.")
