"""`steno segment`, which shows where files are cut."""

import json
import re
import shutil
import subprocess
from xml.etree import ElementTree

import pytest

import server as process
from backend import Reply
from recording import DURATION_MS, PCM, ROOT, SENTENCES, WAV, resampled

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def segment(tmp_path):
    def segment(*arguments, **settings):
        # The detector that is always there, whose edges the times below are for.
        return process.run("segment", *arguments, cwd=tmp_path, **{"VAD": "webrtc"} | settings)

    return segment


def assert_near(bounds):
    assert len(bounds) == len(SENTENCES)
    for sentence, (start_ms, end_ms) in zip(SENTENCES, bounds, strict=True):
        assert abs(start_ms - sentence.start_ms) <= 300
        assert abs(end_ms - sentence.end_ms) <= 300


def bounds(result):
    assert result.returncode == 0, result.stderr
    return [(cut["start_ms"], cut["end_ms"]) for cut in json.loads(result.stdout)["segments"]]


def test_prints_json(segment):
    result = segment(WAV, "--json")
    assert_near(bounds(result))
    answer = json.loads(result.stdout)
    assert (answer["file"], answer["detector"], answer["frame_samples"]) == (str(WAV), "webrtc", 320)
    assert (answer["samples"], answer["duration_ms"]) == (len(PCM) // 2, DURATION_MS)
    assert len(answer["probabilities"]) == len(answer["levels_db"]) == len(PCM) // 2 // 320
    for cut in answer["segments"]:
        assert set(cut) == {
            "start_ms", "end_ms", "start_sample", "end_sample", "heard_start_sample", "heard_end_sample", "reason",
            "mean_probability", "peak_probability",
        }
        assert (cut["heard_start_sample"], cut["heard_end_sample"]) == (cut["start_sample"], cut["end_sample"])
        assert abs(cut["start_sample"] - 16 * cut["start_ms"]) <= 8
        assert (cut["reason"], cut["peak_probability"]) == ("silence", 1)
        frames = answer["probabilities"][cut["start_sample"] // 320 : -(-cut["end_sample"] // 320)]
        assert cut["mean_probability"] == pytest.approx(sum(frames) / len(frames), abs=0.001)


def with_words(request) -> Reply:
    """An answer with word times; a session cuts otherwise once it has seen that they are left out."""
    words = [{"word": "one", "start": 0.1, "end": 0.2}]
    return Reply(body=json.dumps({"text": "one", "words": words}).encode())


def test_prints_what_a_session_does(segment, launch, backend, tmp_path):
    backend.respond = with_words
    server = launch(backend, VAD="webrtc", VAD_MAX_UTTERANCE_MS=2_000)
    told = process.run("transcribe", WAV, "--json", "--url", server.url + "/ws", cwd=tmp_path)
    said = [json.loads(line) for line in told.stdout.splitlines()]
    cuts = bounds(segment(WAV, "--json", "--vad-max-utterance-ms=2000", OPENAI_BASE_URL=backend.url))
    assert len(cuts) > len(SENTENCES)
    assert cuts == [(utterance["start_ms"], utterance["end_ms"]) for utterance in said]


@pytest.mark.parametrize("response_format", ["json", "verbose_json"])
def test_cuts_as_the_server_does_with_the_same_transcriber(segment, launch, backend, tmp_path, response_format):
    settings = {"VAD": "webrtc", "VAD_MAX_UTTERANCE_MS": 2_000, "TRANSCRIBER_RESPONSE_FORMAT": response_format}
    backend.respond = with_words
    server = launch(backend, **settings)
    told = process.run("transcribe", WAV, "--json", "--url", server.url + "/ws", cwd=tmp_path)
    said = [json.loads(line) for line in told.stdout.splitlines()]
    cuts = bounds(segment(WAV, "--json", OPENAI_BASE_URL=backend.url, **settings))
    assert cuts == [(utterance["start_ms"], utterance["end_ms"]) for utterance in said]


@pytest.mark.parametrize(
    ("setting", "value"), [("TRANSCRIBER", "magic"), ("TRANSCRIBER", "whisper-http"), ("SHERPA_THREADS", "0")]
)
def test_refuses_a_transcriber_that_the_server_refuses(segment, setting, value):
    result = segment(WAV, **{setting: value})
    assert result.returncode == 1
    assert setting in result.stderr


@pytest.mark.skipif(not (ROOT / "models").exists(), reason="needs the model; ./entrypoint.sh setup fetches it")
def test_silero_keeps_all_of_the_speech(segment):
    result = segment(WAV, "--json", "--vad", "silero")
    for sentence, (start_ms, end_ms) in zip(SENTENCES, bounds(result), strict=True):
        assert 0 <= sentence.start_ms - start_ms <= 400
        assert 0 <= end_ms - sentence.end_ms <= 400
    answer = json.loads(result.stdout)
    assert (answer["detector"], answer["frame_samples"]) == ("silero", 512)
    assert all(cut["peak_probability"] > 0.9 > cut["mean_probability"] for cut in answer["segments"])


def test_leaves_scores_out(segment):
    answer = json.loads(segment(WAV, "--json", "--no-scores").stdout)
    assert "probabilities" not in answer and "levels_db" not in answer


def test_prints_an_object_for_each_file(segment):
    lines = segment(WAV, WAV, "--json").stdout.splitlines()
    assert len(lines) == 2
    assert [json.loads(line)["file"] for line in lines] == [str(WAV)] * 2


def test_prints_labels(segment):
    result = segment(WAV, "--lab")
    assert result.returncode == 0, result.stderr
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert {label for _, _, label in lines} == {"silence"}
    assert_near([(1_000 * float(start), 1_000 * float(end)) for start, end, _ in lines])


def test_prints_a_table_and_a_sketch(segment):
    result = segment(WAV, "--sketch")
    assert result.returncode == 0, result.stderr
    rows = re.findall(r"^ +(\d) +([\d.]+) +([\d.]+) +([\d.]+) .* silence$", result.stdout, re.M)
    assert_near([(1_000 * float(start), 1_000 * float(end)) for _, start, end, _ in rows])
    for _, start, end, length in rows:
        assert float(length) == pytest.approx(float(end) - float(start), abs=0.0011)
    cuts = next(line for line in result.stdout.splitlines() if line.startswith("cuts"))
    assert (cuts.count("┠"), cuts.count("┨")) == (4, 4)


def test_prints_no_sketch_where_no_terminal_is(segment):
    assert "cuts" not in segment(WAV).stdout


def test_draws_a_picture(segment, tmp_path):
    result = segment(WAV, "--svg")
    assert (result.returncode, result.stdout) == (0, "test.svg\n"), result.stderr
    picture = ElementTree.parse(tmp_path / "test.svg").getroot()
    assert picture.tag == SVG + "svg"
    assert segment(WAV, "--svg", "--output", tmp_path / "other.svg").returncode == 0
    assert (tmp_path / "other.svg").read_bytes() == (tmp_path / "test.svg").read_bytes()

    # The axis says which second stands where; with one strip, x alone is enough.
    times = {int(label.text): float(label.get("x")) for label in named(picture, "text", "time")}
    assert sorted(times) == list(range(DURATION_MS // 1_000 + 1))
    per_second = (times[16] - times[0]) / 16
    boxes = [(float(box.get("x")), float(box.get("width"))) for box in named(picture, "rect", "utterance")]
    drawn = [((x - times[0]) / per_second, (x + width - times[0]) / per_second) for x, width in boxes]
    cuts = bounds(segment(WAV, "--json"))
    assert len(drawn) == len(cuts)
    for (start, end), (start_ms, end_ms) in zip(drawn, cuts, strict=True):
        assert (1_000 * start, 1_000 * end) == (pytest.approx(start_ms, abs=4), pytest.approx(end_ms, abs=4))
    for curve in ("wave", "level", "score"):
        assert len(named(picture, "path", curve)) == 1


def test_draws_silence_and_any_name(segment, tmp_path):
    name = "a <b> & \"c\" 'd'.wav"
    (tmp_path / name).write_bytes(wav(bytes(64_000), 16_000))
    assert segment(name, "--svg", "--output", "silence.svg").returncode == 0
    text = (tmp_path / "silence.svg").read_text()
    assert "nan" not in text.lower()
    picture = ElementTree.fromstring(text)
    assert [title.text for title in named(picture, "text", "name")] == [name]
    assert not named(picture, "rect", "utterance")


def named(picture, tag, name):
    return [element for element in picture.iter(SVG + tag) if element.get("class") == name]


def wav(pcm, rate):
    header = bytearray(WAV.read_bytes()[:44])
    for offset, value in ((4, 36 + len(pcm)), (24, rate), (28, 2 * rate), (40, len(pcm))):
        header[offset : offset + 4] = value.to_bytes(4, "little")
    return bytes(header) + pcm


def test_reads_other_rates(segment, tmp_path):
    (tmp_path / "narrow.wav").write_bytes(wav(resampled(PCM, 8_000), 8_000))
    assert_near(bounds(segment("narrow.wav", "--json")))


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs ffmpeg")
def test_reads_other_containers(segment, tmp_path):
    subprocess.run(["ffmpeg", "-loglevel", "error", "-i", WAV, "a.flac"], cwd=tmp_path, check=True)
    assert bounds(segment("a.flac", "--json")) == bounds(segment(WAV, "--json"))


def test_takes_settings_as_the_server_does(segment, tmp_path):
    plain = bounds(segment(WAV, "--json"))
    (tmp_path / ".env").write_text("VAD_SILENCE_DURATION_MS=3000\n")
    assert len(bounds(segment(WAV, "--json"))) == 1
    assert bounds(segment(WAV, "--json", VAD_SILENCE_DURATION_MS=500)) == plain
    assert len(bounds(segment("--vad-silence-duration-ms", 3000, WAV, "--json", VAD_SILENCE_DURATION_MS=500))) == 1


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["missing.wav"], 2, "missing.wav: there is no such file"),
        (["notes.wav"], 2, "notes.wav: has no audio"),
        ([], 64, "at least one audio file"),
        ([WAV, "--vad-threshold", "7"], 1, "steno: --vad-threshold is '7'"),
        ([WAV, "--vad-treshold", "7"], 64, "'--vad-treshold' is no setting"),
        ([WAV, "--json", "--lab"], 64, "--lab"),
        ([WAV, WAV, "--lab"], 64, "one file"),
        ([WAV, "--output", "x.svg"], 64, "--svg"),
        ([WAV, "--svg", "--output", "no/such/folder.svg"], 1, "cannot be written"),
        ([WAV, "--svg", "--output", "x.PNG"], 64, "ends in .svg"),
        (["--png", WAV], 64, "write --svg"),
    ],
)
def test_says_what_is_wrong(segment, tmp_path, arguments, status, said):
    (tmp_path / "notes.wav").write_text("no audio in here")
    result = segment(*arguments)
    assert result.returncode == status
    assert said in result.stderr
    assert result.stdout == ""


def test_a_file_that_cannot_be_used_does_not_stop_the_others(segment):
    result = segment("missing.wav", WAV, "--lab")
    assert result.returncode == 64
    result = segment("missing.wav", WAV, "--json")
    assert result.returncode == 2
    assert len(result.stdout.splitlines()) == 1


def test_wav_is_read_alike_by_segment_and_by_the_client(segment, launch, backend, tmp_path):
    file = tmp_path / "rf64.wav"
    command = ["ffmpeg", "-loglevel", "error", "-i", str(WAV), "-rf64", "always", str(file)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    assert file.read_bytes().startswith(b"RF64")
    assert bounds(segment(file, "--json")) == bounds(segment(WAV, "--json"))
    server = launch(backend)
    told = [process.run("transcribe", path, "--text", "--url", server.url + "/ws", cwd=tmp_path) for path in (WAV, file)]
    assert [result.returncode for result in told] == [0, 0], told[1].stderr
    heard = [request.pcm for request in backend.requests]
    assert len(heard) % 2 == 0
    assert sorted(heard[: len(heard) // 2]) == sorted(heard[len(heard) // 2 :])


def test_tells_of_bytes_that_a_header_leaves_out(segment, tmp_path):
    file = tmp_path / "more.wav"
    file.write_bytes(WAV.read_bytes() + b"\x90" * 999)
    result = segment(file, "--json")
    assert_near(bounds(result))
    assert "last 999 bytes" in result.stderr
