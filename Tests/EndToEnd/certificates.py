"""Certificates for tests, made by the `openssl` program."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


def openssl(*arguments: object, stdin: bytes = b"", timeout: float = 60) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *map(str, arguments)], input=stdin, capture_output=True, timeout=timeout)


def checked(*arguments: object) -> None:
    result = openssl(*arguments)
    assert result.returncode == 0, result.stderr.decode()


@dataclass
class Pair:
    certificate: Path
    key: Path

    @property
    def settings(self) -> dict[str, Path]:
        return {"TLS_CERT": self.certificate, "TLS_KEY": self.key}

    def replace_by(self, other: "Pair") -> None:
        """Puts another pair into these files."""
        self.certificate.write_bytes(other.certificate.read_bytes())
        self.key.write_bytes(other.key.read_bytes())


class Authority:
    """Signs certificates for 127.0.0.1 and localhost."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self.folder = folder
        self.certificate, self._key = folder / f"{name}.pem", folder / f"{name}.key"
        checked(
            "req", "-x509", *KEY, "-days", 2, "-subj", f"/CN={name}", "-keyout", self._key, "-out", self.certificate
        )

    def issue(self, name: str) -> Pair:
        pair = Pair(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        request = self.folder / f"{name}.csr"
        names = "subjectAltName=IP:127.0.0.1,DNS:localhost"
        checked("req", *KEY, "-subj", f"/CN={name}", "-addext", names, "-keyout", pair.key, "-out", request)
        checked(
            "x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial",
            "-days", 2, "-copy_extensions", "copy", "-out", pair.certificate,
        )
        return pair
