"""What strangers do before they are let in: keys that are wrong, heads without end, TLS handshakes without end."""

import http.client, pathlib, shutil, socket, ssl, subprocess, tempfile, time

from crowd import at_once

KEY = "the-key-of-the-attacked"


def attack_wrong_keys(target):
    """Ten thousand wrong keys, of requests and of WebSockets; the right one opens all the while and afterwards."""
    sockets = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "x" * 24}

    def knock():
        connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=120)
        for number in range(1_250):
            headers = {"Authorization": f"Bearer wrong-key-{number}"} | (sockets if number % 2 else {})
            connection.request("GET", "/ws" if number % 2 else "/v1/models", headers=headers)
            response = connection.getresponse()
            response.read()
            assert response.status == 401, response.status
        connection.request("GET", "/v1/models", headers={"Authorization": f"Bearer {KEY}"})
        assert connection.getresponse().status == 200
        connection.close()

    at_once(8, knock)


attack_wrong_keys.settings = {"API_KEYS": KEY}


def attack_large_heads(target):
    """Heads of 1 MB: in one header, in many, in the address, and in a name."""
    large = b"a" * 1_000_000
    heads = [
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + large + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X%d: y\r\n" % n for n in range(100_000)) + b"\r\n",
        b"GET /" + large + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + large + b": x\r\n\r\n",
        large,
    ]

    def send():
        for head in heads:
            with socket.create_connection(("127.0.0.1", target.port), timeout=120) as connection:
                try:
                    connection.sendall(head)
                    answer = connection.recv(4_096)
                except ConnectionError:
                    continue  # It was closed before all of it had come.
                assert not answer or answer.split()[1] in (b"400", b"414", b"431"), answer[:200]

    at_once(20, send)


def attack_slow_heads(target):
    """A thousand clients that send their heads byte by byte, until they are closed."""
    head = b"GET /health HTTP/1.1\r\nHost: localhost\r\nX: "
    clients = [socket.create_connection(("127.0.0.1", target.port), timeout=60) for _ in range(1_000)]
    for client in clients:
        client.sendall(head)
    _trickle(clients, b"x")


attack_slow_heads.settings = {"REQUEST_TIMEOUT_MS": "3000"}


def _trickle(clients, piece, seconds=30):
    """Sends a byte now and then, and fails where one is not closed in time."""
    deadline = time.monotonic() + seconds
    for client in clients:
        client.setblocking(False)
    while clients and time.monotonic() < deadline:
        clients = [client for client in clients if _goes_on(client, piece)]
        time.sleep(0.2)
    assert not clients, f"{len(clients)} connections are still open"


def _goes_on(client, piece):
    try:
        client.send(piece)
        if client.recv(4_096) == b"":
            client.close()
            return False
    except BlockingIOError:
        return True
    except OSError:
        client.close()
        return False
    return True


def _certificate(folder):
    """A certificate that nobody signed, and its key."""
    if not shutil.which("openssl"):
        raise SystemExit("openssl is missing; install it, or name the attacks that are to be run")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
    files = {"TLS_CERT": str(folder / "certificate.pem"), "TLS_KEY": str(folder / "key.pem")}
    arguments = [*command.split(), "-out", files["TLS_CERT"], "-keyout", files["TLS_KEY"]]
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return files


def _tls_settings():
    """Made when the attack is run; the folder lives as long as the program."""
    folder = tempfile.TemporaryDirectory()
    settings = _certificate(pathlib.Path(folder.name))
    _folders.append(folder)
    return {"REQUEST_TIMEOUT_MS": "3000"} | settings


_folders = []


def attack_unfinished_handshakes(target):
    """TLS handshakes that stop before, within and after the first message, a thousand at a time, byte by byte."""
    hello = _client_hello()
    for part in (b"", hello[:3], hello[:-1], hello):
        clients = [socket.create_connection(("127.0.0.1", target.port), timeout=60) for _ in range(1_000)]
        for client in clients:
            client.sendall(part)
        # Within the message more of it comes; after it there is nothing to say, and a record that is none is refused.
        _trickle(clients, b"\0" if part in (hello[:3], hello[:-1]) else b"")


def _client_hello():
    """What a client of TLS says first."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


attack_unfinished_handshakes.settings = _tls_settings


def attack_many_handshakes(target):
    """Two thousand whole handshakes, which cost the server a signature each."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    def shake():
        for _ in range(250):
            with socket.create_connection(("127.0.0.1", target.port), timeout=120) as plain:
                context.wrap_socket(plain).close()

    at_once(8, shake)


attack_many_handshakes.settings = _tls_settings


def attack_plain_http_with_tls(target):
    """Floods a port with TLS without it: each gets one short answer, and the rest is dropped."""

    def flood():
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", target.port), timeout=120) as connection:
                try:
                    connection.sendall(b"POST / HTTP/1.1\r\n" + b"a" * 5_000_000)
                    assert connection.recv(4_096).startswith(b"HTTP/1.1 400 ")
                except ConnectionError:
                    pass  # It was closed before all of it had come.

    at_once(8, flood)


attack_plain_http_with_tls.settings = _tls_settings
