"""Files that are long, many, or made to cost: everyone else is answered all the while, and memory stays bounded."""

import subprocess
import threading

import pytest

import upload
from recording import RATE, constant
from test_pressure import MEBIBYTE, Peak
from upload import transcribe
from waiting import until

# A debug build needs some ten seconds of processor time for it.
SILENCE_SECONDS = 600


def encoded(folder, name: str, *options: str):
    path = folder / name
    subprocess.run(["ffmpeg", "-loglevel", "error", *options, str(path)], check=True, stdin=subprocess.DEVNULL)
    return path.read_bytes()


@pytest.fixture(scope="module")
def silence(tmp_path_factory) -> bytes:
    """Minutes of silence in a few kilobytes."""
    source = ("-f", "lavfi", "-i", f"anullsrc=r={RATE}:cl=mono:d={SILENCE_SECONDS}")
    return encoded(tmp_path_factory.mktemp("silence"), "silence.flac", *source, "-frame_size", "65535")


def test_health_is_answered_while_long_files_are_decoded(launch, silence):
    # The neural detector would take minutes in a debug build.
    server = launch(VAD="webrtc")
    results = []
    threads = [threading.Thread(target=lambda: results.append(transcribe(server, file=silence))) for _ in range(2)]
    for thread in threads:
        thread.start()
    answers = 0
    while len(results) < 2:
        assert server.get("/health").status == 200
        answers += 1
    for thread in threads:
        thread.join()
    assert [result.status for result in results] == [200, 200], results[0].text
    assert all(result.json["usage"]["seconds"] == SILENCE_SECONDS for result in results)
    # Were it answered only between the two, it would be a handful.
    assert answers > 50


def test_a_client_that_goes_away_ends_its_decoder(launch, tmp_path):
    script = tmp_path / "ffmpeg"
    script.write_text("#!/bin/sh\nexec /bin/sleep 100000\n")
    script.chmod(0o755)
    server = launch(PATH=tmp_path)
    with upload.open_request(server, upload.form(b"fLaC and no more")):
        until(lambda: server.children, "the decoder runs")
    until(lambda: not server.children, "the decoder is gone")


def test_a_decoder_that_stands_still_is_given_up(launch, tmp_path):
    script = tmp_path / "ffmpeg"
    script.write_text("#!/bin/sh\nexec /bin/sleep 100000\n")
    script.chmod(0o755)
    server = launch(PATH=tmp_path, FILE_TIMEOUT_MS=200)
    result = transcribe(server, file=b"fLaC and no more")
    assert result.status == 503
    assert int(result.headers["retry-after"]) > 0
    assert "no progress" in result.error["message"]
    assert not server.children


def test_a_file_longer_than_is_allowed(launch, backend, silence):
    server = launch(backend, MAX_FILE_SECONDS=10)
    for file in (upload.wav(constant(1, 10_001)), silence):
        result = transcribe(server, file=file)
        assert (result.status, result.error["param"]) == (413, "file")
        assert "10 seconds" in result.error["message"]
    assert transcribe(server, file=upload.wav(constant(1, 10_000))).status == 200


def test_uploads_and_their_samples_are_not_held_in_memory(launch, backend):
    # Silence, in which the detector hears nobody.
    file = upload.wav(bytes(30 * MEBIBYTE))
    server = launch(backend, VAD="webrtc", GUARD="drop")
    results = []
    with Peak(server) as peak:
        threads = [threading.Thread(target=lambda: results.append(transcribe(server, file=file))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [result.status for result in results] == [200] * 4, results[0].text
    assert peak.growth < 100 * MEBIBYTE


def test_wav_of_a_low_rate_is_resampled_in_little_memory(launch, backend):
    server = launch(backend, VAD="webrtc", GUARD="drop")
    with Peak(server) as peak:
        result = transcribe(server, file=upload.wav(bytes(3_000_000), rate=1_000))
    assert (result.status, result.json["usage"]["seconds"]) == (200, 1500)
    assert peak.growth < 100 * MEBIBYTE


def test_memory_that_is_spent_is_said(launch, backend):
    server = launch(backend, MAX_MEMORY_BYTES=MEBIBYTE)
    result = transcribe(server, file=upload.wav(constant(1, 20_000)))
    assert result.status == 503
    assert int(result.headers["retry-after"]) > 0
    until(lambda: any("No room" in line for line in server.log), "the log says so")
    assert transcribe(server, file=upload.wav(constant(1, 5_000))).status == 200


def test_bytes_that_a_wav_header_leaves_out_are_told(launch, backend):
    server = launch(backend)
    file = upload.wav(constant(1, 500))
    assert transcribe(server, file=file).headers["x-steno-ignored-bytes"] is None
    result = transcribe(server, file=file + b"\x90" * 1_234)
    assert (result.status, result.headers["x-steno-ignored-bytes"]) == (200, "1234")
    until(lambda: any("longer than its header" in line and "1234" in line for line in server.log), "the log says so")


def test_a_boundary_made_to_cost_is_refused(launch, backend):
    server = launch(backend)
    for boundary in ("%0D%0A--" * 8_000, "x" * 71, "a%0D%0Ab", ""):
        kind = f'multipart/form-data; boundary="{boundary}"'
        result = upload.request(server, "POST", upload.PATH, b"\r\n--" * 1_000, **{"Content-Type": kind})
        assert (result.status, result.error["code"]) == (400, "invalid_form"), boundary[:80]
