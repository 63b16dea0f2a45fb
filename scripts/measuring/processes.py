"""Servers under measurement, and what they use."""

import os, re, signal, subprocess, tempfile, threading, time
from pathlib import Path


class Server:
    """A server that says in its log on which port it listens: `port`, and `pid`. Its folder is a new, empty one."""

    def __init__(self, command, settings=None, limit=60):
        self.folder = tempfile.TemporaryDirectory()
        environment = {**os.environ, "HOST": "127.0.0.1", "PORT": "0", "LOG_LEVEL": "notice"} | (settings or {})
        self.process = subprocess.Popen(
            command, env=environment, cwd=self.folder.name, stderr=subprocess.PIPE, text=True
        )
        self.pid = self.process.pid
        self.log, self.port, self.listening = [], None, threading.Event()
        threading.Thread(target=self._read_log, daemon=True).start()
        self.listening.wait(limit)
        if self.port is None:
            self.process.kill()
            raise SystemExit(f"{' '.join(map(str, command))} did not start:\n{''.join(self.log)}")

    def _read_log(self):
        for line in self.process.stderr:
            self.log.append(line)
            if self.port is None and (found := re.search(r"(?:^| )url=https?://\S+:(\d+)", line)):
                self.port = int(found[1])
                self.listening.set()
        self.listening.set()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        finally:
            self.process.kill()
            self.folder.cleanup()

    @property
    def cpu(self):
        """CPU seconds so far, those of threads that have ended among them: Linux's CPU clock of a process."""
        return time.clock_gettime((~self.pid << 3) | 2)

    @property
    def resident_kb(self):
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.pid}/status").read_text())[1])
