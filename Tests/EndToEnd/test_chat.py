"""`steno chat`, a conversation in the terminal, with the language model that repeats what it hears."""

import os
import re
import subprocess
import wave
from pathlib import Path

import numpy
import pytest

import server as process
from backend import Reply
from recording import PCM, SENTENCES, WAV


def chat(server, cwd, *arguments, text="", **settings):
    """Runs the client to its end; `text` is what is typed."""
    return subprocess.run(
        [str(process.binary()), "chat", "--url", server.url, *map(str, arguments)],
        cwd=cwd,
        env=process.environment(**settings),
        input=text,
        capture_output=True,
        text=True,
        timeout=90,
    )


def test_typed_lines_are_answered_one_after_the_other(launch, tmp_path):
    result = chat(launch(LLM="echo"), tmp_path, "--text", text="hello there\n\nand once more")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "Me: hello there\nBot: hello there\nMe: and once more\nBot: and once more\n"


def test_a_character_remembers_from_one_conversation_to_the_next(launch, tmp_path):
    server = launch(LLM="echo")
    first = chat(server, tmp_path, "--text", "--character", "tutor", "--instance", "bea", text="I goed home.\n")
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.startswith("Me: I goed home.\nBot: ")
    second = chat(server, tmp_path, "--text", "--character", "tutor", "--instance", "bea", text="And you?\n")
    assert (second.returncode, second.stdout) == (0, "Me: And you?\nBot: And you?\n")
    refused = chat(server, tmp_path, "--text", "--instance", "bea", text="Hello.\n")
    assert refused.returncode != 0 and "--character" in refused.stderr
    unknown = chat(server, tmp_path, "--text", "--character", "nobody", text="Hello.\n")
    assert unknown.returncode == 1 and "no character 'nobody'" in unknown.stderr


def test_without_a_model_it_says_what_to_do(launch, tmp_path):
    result = chat(launch(LLM="none"), tmp_path, "--text", text="hello\n")
    assert result.returncode == 1
    assert result.stdout == "Me: hello\n"
    assert len(result.stderr.splitlines()) == 1
    assert re.match(r"steno: There is no answer: .*LLM.*\(llm_unavailable\)$", result.stderr.strip())


def test_a_key_is_asked_for_and_taken(launch, tmp_path):
    server = launch(LLM="echo", API_KEYS="alice:a-key-of-sixteen-letters")
    refused = chat(server, tmp_path, "--text", text="hello\n")
    assert refused.returncode == 1
    assert "401" in refused.stderr and "STENO_API_KEY" in refused.stderr
    taken = chat(server, tmp_path, "--text", text="hello\n", STENO_API_KEY="a-key-of-sixteen-letters")
    assert (taken.returncode, taken.stdout) == (0, "Me: hello\nBot: hello\n")


def test_settings_that_the_server_refuses_end_it(launch, tmp_path):
    result = chat(launch(LLM="echo"), tmp_path, "--input", WAV, "--language", "no language")
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("steno: The server refuses: ")


def sentence(index):
    """The audio of one sentence, with what is around it."""
    return PCM[32 * (SENTENCES[index].start_ms - 200) : 32 * (SENTENCES[index].end_ms + 200)]


def write(path, pcm):
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(pcm)


def lines(output):
    return [tuple(line.split(": ", 1)) for line in output.splitlines()]


def test_a_file_speaks_and_the_speech_of_the_bot_is_kept(launch, tmp_path):
    # The first sentence alone, so that nobody interrupts.
    write(tmp_path / "first.wav", PCM[: 32 * (SENTENCES[0].end_ms + 200)])
    result = chat(launch(LLM="echo"), tmp_path, "--input", "first.wav", "--output", "bot.wav")
    assert (result.returncode, result.stderr) == (0, "")
    (me, heard), (bot, said) = lines(result.stdout)
    assert (me, bot) == ("Me", "Bot")
    assert heard == said and len(heard.split()) >= 3
    with wave.open(str(tmp_path / "bot.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)
        assert (tmp_path / "bot.wav").stat().st_size == 44 + 2 * file.getnframes()
        samples = numpy.frombuffer(file.readframes(file.getnframes()), "<i2")
    seconds = len(samples) / 24_000
    assert 0.15 * len(said.split()) < seconds < 1.0 * len(said.split())
    assert numpy.abs(samples).max() > 2_000


def test_speech_interrupts_the_bot(launch, backend, tmp_path):
    story = " ".join(["once upon a time there was a king"] * 8)
    heard = []

    def respond(request):
        if request.pcm not in heard:
            heard.append(request.pcm)
        return Reply([story, "stop"][min(heard.index(request.pcm), 1)])

    backend.respond = respond
    # The second sentence comes five seconds after the first, far from the end of the story.
    write(tmp_path / "two.wav", PCM[: 32 * SENTENCES[0].end_ms] + bytes(32 * 5_000) + sentence(1))
    result = chat(launch(backend, LLM="echo"), tmp_path, "--input", "two.wav")
    assert (result.returncode, result.stderr) == (0, "")
    first, cut, second, answer = lines(result.stdout)
    assert (first, second, answer) == (("Me", story), ("Me", "stop"), ("Bot", "stop"))
    assert cut[0] == "Bot" and cut[1].endswith(" —")
    said = cut[1].removesuffix(" —")
    assert story.startswith(said) and 3 <= len(said.split()) < len(story.split())


@pytest.mark.parametrize("arguments", [["--text", "--input", WAV], ["--text", "--output", "x.wav"]])
def test_text_is_without_sound(tmp_path, arguments):
    result = process.run("chat", *arguments, cwd=tmp_path)
    assert result.returncode != 0
    assert "--text is without sound" in result.stderr


def test_at_a_terminal_it_asks_for_lines(launch, tmp_path):
    controller, terminal = os.openpty()
    arguments = [str(process.binary()), "chat", "--text", "--url", launch(LLM="echo").url]
    client = subprocess.Popen(
        arguments, cwd=tmp_path, env=process.environment(), stdin=terminal, stdout=terminal, stderr=terminal
    )
    os.close(terminal)
    shown = b""

    def read_until(end):
        nonlocal shown
        while end not in shown:
            shown += os.read(controller, 4_096)

    try:
        read_until(b"Me: ")
        os.write(controller, b"hello\n")
        read_until(b"Bot: hello\r\nMe: ")
        os.write(controller, b"\x04")  # the end of the input
        assert client.wait(30) == 0
    finally:
        client.kill()
        client.wait()
        os.close(controller)
    assert shown == b"Me: hello\r\nBot: hello\r\nMe: "


def says_what_to_do_without_sound(result):
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    return "--text" in result.stderr and "--input FILE" in result.stderr


def test_without_portaudio_it_says_what_to_do(tmp_path):
    # The loader looks there first, and does not go on past a file that it cannot read.
    (tmp_path / "libportaudio.so.2").write_text("no library")
    result = process.run("chat", cwd=tmp_path, LD_LIBRARY_PATH=tmp_path)
    assert says_what_to_do_without_sound(result)
    assert "libportaudio2" in result.stderr


@pytest.mark.skipif(Path("/dev/snd").exists(), reason="this machine may have a microphone")
def test_without_a_microphone_it_says_what_to_do(tmp_path):
    assert says_what_to_do_without_sound(process.run("chat", cwd=tmp_path))


def test_a_server_that_stops_is_one_line(launch, tmp_path):
    server = launch(LLM="echo")
    client = subprocess.Popen(
        [str(process.binary()), "chat", "--input", str(WAV), "--url", server.url],
        cwd=tmp_path,
        env=process.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert client.stdout.readline().startswith("Me: ")
        server.terminate()
        _, errors = client.communicate(timeout=30)
    finally:
        client.kill()
    assert client.returncode == 1
    assert errors.startswith("steno: The conversation has ended: the server closed it with 1001")
    assert len(errors.splitlines()) == 1
