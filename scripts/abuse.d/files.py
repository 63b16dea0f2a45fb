"""Uploads that are large, that grow when they are decoded, or that cost time to parse."""

import http.client, io, shutil, subprocess, threading, wave

from crowd import at_once

PATH = "/v1/audio/transcriptions"
HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
END = b"\r\n--b--\r\n"


def wav(rate, channels, size):
    """A WAV file of silence, `size` bytes long."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(bytes(size // (2 * channels) * 2 * channels))
    return file.getvalue()


def post(target, body, boundary="b"):
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=170)
    connection.request("POST", PATH, body, {"Content-Type": f'multipart/form-data; boundary="{boundary}"'})
    response = connection.getresponse()
    text = response.read()
    connection.close()
    return response.status, text


def expect(results, *statuses):
    wrong = [(status, text[:200]) for status, text in results if status not in statuses]
    assert not wrong, wrong[0]


def attack_large_uploads(target):
    body = HEAD + wav(44_100, 2, 99_000_000) + END
    expect(at_once(24, lambda: post(target, body)), 200)


attack_large_uploads.settings = {"VAD": "webrtc"}


def attack_unfinished_uploads(target):
    """All but the end of many uploads, held until all are there."""
    body = HEAD + wav(16_000, 1, 99_000_000)
    barrier = threading.Barrier(12)

    def send():
        connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=170)
        connection.putrequest("POST", PATH)
        connection.putheader("Content-Type", "multipart/form-data; boundary=b")
        connection.putheader("Content-Length", str(len(body) + len(END)))
        connection.endheaders(body)
        barrier.wait(120)
        connection.close()
        return 200, b""

    at_once(12, send)


def attack_low_rate(target):
    body = HEAD + wav(1_000, 1, 7_000_000) + END
    expect(at_once(2, lambda: post(target, body)), 200)


attack_low_rate.settings = {"VAD": "webrtc"}


def attack_compressed_hours(target):
    """Ten kilobytes each, which are an hour of silence."""
    if not shutil.which("ffmpeg"):
        return
    command = "ffmpeg -loglevel error -f lavfi -i anullsrc=r=16000:cl=mono:d=3600 -frame_size 65535 -f flac -"
    flac = subprocess.run(command.split(), check=True, capture_output=True, stdin=subprocess.DEVNULL).stdout
    expect(at_once(2, lambda: post(target, HEAD + flac + END)), 200)


attack_compressed_hours.settings = {"VAD": "webrtc"}


def attack_boundary(target):
    """A boundary of line ends, at each of which it could begin."""
    body = b"\r\n--" * 250_000
    expect(at_once(8, lambda: post(target, body, "%0D%0A--" * 8_000)), 400, 431)


def attack_many_parts(target):
    part = b'--b\r\nContent-Disposition: form-data; name="model"\r\nX: ' + b"a" * 15_000 + b"\r\n\r\nx\r\n"
    expect(at_once(8, lambda: post(target, part * 999 + HEAD + END)), 400)
