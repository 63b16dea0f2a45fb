"""A TLS server in front of another one, with a certificate of an authority that nobody knows."""

import select
import socket
import ssl
import threading
from pathlib import Path

import trustme


class TLSProxy:
    """Hands what it decrypts to `port` of this machine; stops at the end of its `with`."""

    def __init__(self, port: int, folder: Path, name: str = "127.0.0.1") -> None:
        self._target = port
        authority = trustme.CA()
        self.authority_file = folder / "authority.pem"
        authority.cert_pem.write_to_path(str(self.authority_file))
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(self._context)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def __enter__(self) -> "TLSProxy":
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=[client], daemon=True).start()

    def _relay(self, client: socket.socket) -> None:
        try:
            with (
                self._context.wrap_socket(client, server_side=True) as secure,
                socket.create_connection(("127.0.0.1", self._target)) as plain,
            ):
                while True:
                    ready = [secure] if secure.pending() else select.select([secure, plain], [], [])[0]
                    for source in ready:
                        data = source.recv(65_536)
                        if not data:
                            return
                        (plain if source is secure else secure).sendall(data)
        except OSError:
            return
