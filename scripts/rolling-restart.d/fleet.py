"""Replicas of a server behind a balancer, and the backend that they ask."""

import http.client, os, socket, subprocess, sys, time
from multiprocessing import Process, Queue
from pathlib import Path

import marks
from measuring.processes import Server

ROOT = Path(__file__).resolve().parent.parent.parent


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for(condition, what, limit=60):
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"rolling-restart: not within {limit} s: {what}")
        time.sleep(0.05)


def status_of(port, path):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().status
    except OSError:
        return None


def _serve(ports, delay):
    """Runs the scripted backend of the end-to-end tests: its text says where the samples are from."""
    sys.path.insert(0, str(ROOT / "Tests/EndToEnd"))
    from backend import Backend, Reply

    def respond(request):
        try:
            session, start, end = marks.located(request.pcm)
        except ValueError as error:
            return Reply(f"wrong: {error}", delay=delay)
        # What it gets is not kept: there is much of it.
        request.pcm = b""
        backend.requests.clear()
        return Reply(f"{session} {start} {end}", delay=delay)

    with Backend(respond) as backend:
        ports.put(backend.port)
        while True:
            time.sleep(3600)


class ScriptedBackend:
    """In a process of its own, so that it does not share the clients' processor time."""

    def __init__(self, delay):
        ports = Queue()
        self._process = Process(target=_serve, args=(ports, delay), daemon=True)
        self._process.start()
        self.url = f"http://127.0.0.1:{ports.get()}/v1"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()


class Replica:
    """A server that keeps its port over its restarts."""

    def __init__(self, command, settings):
        self.port = free_port()
        self._command, self._settings = command, {**settings, "PORT": str(self.port)}
        self._server = None

    def start(self):
        self._server = Server(self._command, self._settings)
        wait_for(lambda: status_of(self.port, "/ready") == 200, f"/ready of port {self.port} answers 200")

    def stop(self):
        """Asks it to stop, and waits until it has; seconds that it took."""
        if not self._server:
            return 0
        began = time.monotonic()
        self._server.__exit__()
        status, self._server = self._server.process.returncode, None
        if status:
            raise SystemExit(f"rolling-restart: the server of port {self.port} ended with status {status}")
        return time.monotonic() - began

    def kill(self):
        """Ends it as a machine does that loses its power, but for what the kernel tells its clients."""
        self._server.process.kill()
        self._server.process.wait()
        self._server.folder.cleanup()
        self._server = None
        return 0


class Balancer:
    """HAProxy with the configuration of deploy/haproxy."""

    def __init__(self, replicas):
        self.port = free_port()
        addresses = {f"STENO_{number}": f"127.0.0.1:{replica.port}" for number, replica in enumerate(replicas, 1)}
        environment = {**os.environ, **addresses, "STENO_FRONT": f"127.0.0.1:{self.port}"}
        command = ["haproxy", "-db", "-f", str(ROOT / "deploy/haproxy/haproxy.cfg")]
        self._process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        wait_for(lambda: status_of(self.port, "/ready") == 200, "the balancer answers")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(10)
