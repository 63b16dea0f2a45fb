"""Steno itself, run as a program: its cuts, and what a client of its server reads."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RECORDING = Path(__file__).resolve().parents[2] / "test.wav"


class Steno:
    """Steno with one of its detectors."""

    def __init__(self, binary, detector, options, folder):
        self.binary, self.folder = binary, folder
        self.name = f"steno {detector}"
        self.options = ["--vad", detector, *options]

    def run(self, *arguments):
        # Its own folder and environment, so that no .env or variable of this machine changes the result.
        environment = {"PATH": os.environ["PATH"], "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", "")}
        return subprocess.run(
            [self.binary, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True
        )

    def problem(self):
        """Why this detector cannot be used, if so."""
        result = self.run("segment", "--json", RECORDING, *self.options)
        return (result.stderr.strip() or "failed") if result.returncode else None

    def segment(self, paths):
        result = self.run("segment", "--json", "--no-scores", *self.options, *paths)
        if result.returncode:
            sys.exit(f"{self.name}: {result.stderr.strip()}")
        return [json.loads(line) for line in result.stdout.splitlines()]

    def cut(self, recordings, paths):
        """For each recording its segments, their reasons and the cost."""
        for answer in self.segment(paths):
            spans = [(s["start_sample"] / 16_000, s["end_sample"] / 16_000) for s in answer["segments"]]
            yield spans, [s["reason"] for s in answer["segments"]], answer["cpu_ms"]

    def transcribe(self, paths, options=()):
        """The words of files, as a client of a server joins them."""
        with tempfile.TemporaryFile("w+") as log:
            server = subprocess.Popen(
                [self.binary, "serve", "--port", "0", "--transcriber", "pocketsphinx", *self.options, *options],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", "")},
                stderr=log,
            )
            try:
                url = self._url(server, log)
                results = [self.run("transcribe", "--text", "--url", url, path) for path in paths]
                for result in results:
                    if result.returncode:
                        sys.exit(f"{self.name}: {result.stderr.strip()}")
                return [re.findall(r"[a-z']+", result.stdout.lower()) for result in results]
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait(30)

    def _url(self, server, log):
        while server.poll() is None:
            log.seek(0)
            if found := re.search(r"(?:^| )url=http://(\S+)", log.read(), re.M):
                return f"ws://{found.group(1)}/ws"
            time.sleep(0.05)
        log.seek(0)
        sys.exit(f"The server did not start: {log.read().strip()}")
