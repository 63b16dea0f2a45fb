"""TLS by TLS_CERT and TLS_KEY, as OpenSSL's program, Python's ssl module and the bundled client see it."""

import json
import socket
import ssl
import subprocess
import time

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

import server as process
from certificates import Authority, checked, openssl
from client import open_client
from recording import ROOT, WAV, constant
from waiting import LIMIT, until

SPEECH = constant(200, 1_000)


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def pair(authority):
    return authority.issue("server")


@pytest.fixture
def secure(launch, backend, authority, pair):
    """A server with TLS and the scripted backend."""
    return launch(backend, authority=authority.certificate, **pair.settings)


def handshake(server, context=None) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", server.port), timeout=LIMIT)
    return (context or server.tls).wrap_socket(plain, server_hostname="127.0.0.1")


def common_name(server) -> str:
    """Whose certificate a new connection gets."""
    with handshake(server) as connection:
        return dict(part[0] for part in connection.getpeercert()["subject"])["commonName"]


def reload(server) -> str:
    before = len(server.log)
    server.hang_up()
    return until(lambda: next((line for line in server.log[before:] if "the certificate" in line), None), "a reload")


def s_client(server, *arguments, stdin=b""):
    return openssl("s_client", "-connect", f"127.0.0.1:{server.port}", *arguments, stdin=stdin)


def test_requests_and_sessions_are_served_over_tls(secure):
    assert secure.get("/health").status == 200
    assert any(f"url=https://127.0.0.1:{secure.port} " in line for line in secure.log)
    with open_client(secure) as client:
        client.manual()
        client.utterance(SPEECH)
        assert client.transcript()["transcript"]


def test_tls_1_2_and_1_3_are_spoken(secure, authority):
    for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
        context = ssl.create_default_context(cafile=str(authority.certificate))
        context.minimum_version = context.maximum_version = version
        with handshake(secure, context) as connection:
            assert connection.version() == name


def test_openssl_verifies_the_certificate_and_gets_an_answer(secure, authority):
    request = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    result = s_client(
        secure, "-CAfile", authority.certificate, "-verify_return_error", "-verify_ip", "127.0.0.1", "-ign_eof",
        stdin=request,
    )
    assert result.returncode == 0, result.stderr.decode()
    assert b"Verify return code: 0 (ok)" in result.stdout and b"HTTP/1.1 200 OK" in result.stdout


def test_a_client_of_another_authority_does_not_connect_and_harms_nobody(secure, tmp_path):
    folder = tmp_path / "other"
    folder.mkdir()
    other = Authority(folder, "other")
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(secure, ssl.create_default_context(cafile=str(other.certificate)))
    result = s_client(secure, "-CAfile", other.certificate, "-verify_return_error")
    assert result.returncode != 0
    assert secure.get("/health").status == 200


def test_tls_1_1_is_refused(secure):
    result = s_client(secure, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
    assert result.returncode != 0
    assert b"alert protocol version" in result.stderr
    assert s_client(secure, "-tls1_2").returncode == 0


def test_plain_http_is_told_to_use_tls(secure, tmp_path):
    for request in (
        b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST /v1/audio/transcriptions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000\r\n\r\n" + bytes(300_000),
    ):
        with socket.create_connection(("127.0.0.1", secure.port), timeout=LIMIT) as connection:
            connection.sendall(request)
            answer = b"".join(iter(lambda: connection.recv(65_536), b""))
        head, body = answer.split(b"\r\n\r\n", 1)
        assert head.startswith(b"HTTP/1.1 400 "), head
        error = json.loads(body)["error"]
        assert error["code"] == "tls_required" and "https://" in error["message"] and "wss://" in error["message"]
    with pytest.raises(InvalidStatus) as refusal:
        connect(f"ws://127.0.0.1:{secure.port}/ws", proxy=None)
    assert refusal.value.response.status_code == 400
    result = process.run("transcribe", "--url", f"ws://127.0.0.1:{secure.port}/ws", WAV, cwd=tmp_path)
    assert result.returncode == 1 and "wss://" in result.stderr


def test_the_certificate_is_replaced_while_a_session_goes_on(secure, authority, pair):
    assert common_name(secure) == "server"
    with open_client(secure) as client:
        client.manual()
        client.append(SPEECH)
        pair.replace_by(authority.issue("renewed"))
        assert "Reloaded the certificate" in reload(secure)
        assert common_name(secure) == "renewed"
        client.commit()
        client.transcript()
        client.utterance(SPEECH)
        client.transcript()


def test_a_certificate_that_cannot_be_used_replaces_nothing(secure, authority, pair):
    good_certificate, good_key = pair.certificate.read_bytes(), pair.key.read_bytes()
    other = authority.issue("other")
    with open_client(secure) as client:
        client.manual()
        for certificate, key, setting in (
            (b"", good_key, "TLS_CERT"),
            (good_certificate, b"no key\n", "TLS_KEY"),
            (other.certificate.read_bytes(), good_key, "TLS_KEY"),
        ):
            pair.certificate.write_bytes(certificate)
            pair.key.write_bytes(key)
            line = reload(secure)
            assert "Cannot reload the certificate" in line and f"error={setting} " in line
            assert common_name(secure) == "server"
        pair.certificate.unlink()
        assert "cannot be read" in reload(secure)
        assert common_name(secure) == "server"
        client.utterance(SPEECH)
        client.transcript()


def test_a_pair_that_cannot_be_used_stops_the_start(authority, pair, tmp_path):
    other = authority.issue("other")
    (tmp_path / "empty").write_bytes(b"")
    secret = tmp_path / "secret.key"
    checked("ec", "-aes128", "-passout", "pass:word", "-in", pair.key, "-out", secret)
    for settings, words in (
        ({"TLS_CERT": pair.certificate}, ["TLS_CERT needs TLS_KEY"]),
        ({"TLS_KEY": pair.key}, ["TLS_KEY needs TLS_CERT"]),
        (pair.settings | {"TLS_CERT": tmp_path / "none.pem"}, ["TLS_CERT", "cannot be read", "no such file"]),
        (pair.settings | {"TLS_KEY": tmp_path / "none.pem"}, ["TLS_KEY", "cannot be read", "no such file"]),
        (pair.settings | {"TLS_CERT": tmp_path / "empty"}, ["TLS_CERT", "without a certificate"]),
        (pair.settings | {"TLS_CERT": pair.key}, ["TLS_CERT", "without a certificate"]),
        (pair.settings | {"TLS_KEY": pair.certificate}, ["TLS_KEY", "without a private key"]),
        (pair.settings | {"TLS_KEY": secret}, ["TLS_KEY", "passphrase"]),
        (pair.settings | {"TLS_KEY": other.key}, ["TLS_KEY", "does not fit the certificate"]),
    ):
        result = process.run("serve", cwd=tmp_path, TRANSCRIBER="pocketsphinx", PORT=0, **settings)
        assert result.returncode != 0 and len(result.stderr.splitlines()) == 1, result.stderr
        assert all(word in result.stderr for word in words), result.stderr


def test_a_handshake_that_is_never_finished_is_ended(launch, backend, authority, pair):
    server = launch(backend, authority=authority.certificate, REQUEST_TIMEOUT_MS=500, **pair.settings)
    # Nothing at all, the beginning of a record, and one byte after the other.
    for first, piece in ((b"", b""), (bytes([22, 3, 1, 2, 0, 1, 0]), b""), (bytes([22, 3, 1, 2, 0]), b"\1")):
        start = time.monotonic()
        with socket.create_connection(("127.0.0.1", server.port), timeout=0.1) as connection:
            connection.sendall(first)
            while time.monotonic() - start < LIMIT:
                try:
                    if connection.recv(1_024) == b"":
                        break
                except TimeoutError:
                    if piece:
                        connection.sendall(piece)
                except ConnectionResetError:
                    break
            assert time.monotonic() - start < LIMIT
    assert server.get("/health").status == 200


def test_an_upload_over_tls_is_whole(secure):
    body = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
        + WAV.read_bytes()
        + b"\r\n--b--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = secure.request("POST", "/v1/audio/transcriptions", headers, body)
    assert answer.status == 200 and answer.json["text"]


def test_a_client_that_ends_without_a_word_of_tls_harms_nothing(secure):
    with open_client(secure) as client:
        client.manual()
        client.append(SPEECH)
        client.socket.socket.shutdown(socket.SHUT_RDWR)
    secure.wait_sessions(0)
    connection = handshake(secure)
    connection.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    # Half of the TCP connection ends, and TLS has said nothing of it: the answer comes all the same.
    assert b"200 OK" in connection.recv(65_536)
    connection.close()
    assert not [line for line in secure.log if " error " in line]


def test_a_closed_session_ends_its_connection_at_once(secure):
    with open_client(secure) as client:
        client.manual()
    secure.wait_sessions(0)

    def established() -> int:
        rows = [line.split() for line in open("/proc/net/tcp").readlines()[1:]]
        return sum(int(row[1].split(":")[1], 16) == secure.port and row[3] in ("01", "05", "08") for row in rows)

    until(lambda: established() == 0, "no connection is left", 10)


def test_a_stop_does_not_wait_for_idle_connections(secure):
    connection = handshake(secure)
    connection.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert b"200 OK" in connection.recv(65_536)
    with open_client(secure) as client:
        client.manual()
        client.append(SPEECH)
        # A session without audio has nothing to wait for, and would be closed before it could commit.
        until(lambda: secure.metrics().total("steno_audio_received_samples_total") > 0, "the audio is there")
        secure.terminate()
        client.commit()
    assert secure.exit_code() == 0
    connection.close()


def test_the_bundled_client_and_the_health_check_speak_tls(launch, authority, pair, tmp_path):
    server = launch(authority=authority.certificate, **pair.settings)
    url = f"wss://127.0.0.1:{server.port}/ws"
    result = process.run("transcribe", "--url", url, WAV, cwd=tmp_path, SSL_CERT_FILE=authority.certificate)
    assert result.returncode == 0 and result.stdout, result.stderr
    settings = {"PORT": server.port} | pair.settings
    assert process.run("health", cwd=tmp_path, **settings).returncode == 0
    (tmp_path / ".env").write_text(f"PORT={server.port}\nTLS_CERT={pair.certificate}\nTLS_KEY={pair.key}\n")
    assert process.run("health", cwd=tmp_path).returncode == 0
    environment = process.environment(STENO_BINARY=process.binary(), **settings)
    script = [str(ROOT / "entrypoint.sh"), "health"]
    assert subprocess.run(script, env=environment, capture_output=True).returncode == 0
    server.stop()
    assert subprocess.run(script, env=environment, capture_output=True).returncode != 0
    result = process.run("health", cwd=tmp_path, **settings)
    assert result.returncode == 1 and "Cannot reach https://127.0.0.1" in result.stderr


def test_the_demo_runs_though_a_certificate_is_set(pair):
    environment = process.environment(
        STENO_BINARY=process.binary(), TRANSCRIBER="pocketsphinx", ADMIN_PORT=0, LOG_FORMAT="json", **pair.settings
    )
    result = subprocess.run([str(ROOT / "entrypoint.sh"), "demo"], env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stdout
