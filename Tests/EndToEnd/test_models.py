"""`steno models`, which fetches models and keeps them in order."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import server as process
from model_host import WEIGHTS, ModelHost, archive
from recording import ROOT
from waiting import LIMIT, until


@pytest.fixture
def host() -> Iterator[ModelHost]:
    with ModelHost() as host:
        yield host


class Store:
    """A folder of models, and the command with the settings that lead to it."""

    def __init__(self, host: ModelHost, work: Path) -> None:
        self.host = host
        self.work = work
        self.folder = work / "models"
        self.settings = {
            "MODELS_DIR": self.folder, "MODELS_SOURCE": host.url, "MODELS_CATALOGUE": host.catalogue(work),
            "HOME": work,
        }

    def __call__(self, *arguments: object, **settings: object) -> subprocess.CompletedProcess[str]:
        return process.run("models", *arguments, cwd=self.work, **self.settings | settings)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(process.binary()), "models", *arguments],
            cwd=self.work,
            env=process.environment(**self.settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def model(self) -> Path:
        return self.folder / "tiny"

    @property
    def partial(self) -> Path:
        return self.folder / "tiny.part"

    @property
    def partial_size(self) -> int:
        return self.partial.stat().st_size if self.partial.exists() else 0

    def assert_whole(self) -> None:
        assert (self.model / "tiny-encoder.onnx").read_bytes() == WEIGHTS
        visible = {path.name for path in self.folder.iterdir() if not path.name.startswith(".")}
        assert visible == {"tiny"}, "something is left of the download"
        assert [path.name for path in self.folder.glob(".*")] == [".tiny.lock"]


@pytest.fixture
def models(host, tmp_path) -> Store:
    return Store(host, tmp_path)


def one_line(result: subprocess.CompletedProcess[str]) -> str:
    """The error of a command that failed."""
    assert result.returncode == 1, result.stderr
    lines = [line for line in result.stderr.splitlines() if line.startswith("steno: ")]
    assert len(lines) == 1
    assert result.stderr.splitlines()[-1] == lines[0]
    return lines[0]


def test_pulls_verifies_and_removes(models, host):
    result = models("pull", "tiny")
    assert (result.returncode, result.stdout) == (0, f"{models.model}\n"), result.stderr
    assert "100 %" in result.stderr
    models.assert_whole()
    assert not (models.model / "test_wavs").exists()
    record = json.loads((models.model / "steno-model.json").read_text())
    assert record["sha256"] == host.sha256
    assert [file["name"] for file in record["files"]] == ["tiny-decoder.onnx", "tiny-encoder.onnx", "tiny-tokens.txt"]

    assert models("path", "tiny").stdout == f"{models.model}\n"
    assert models("verify").stdout == "tiny: as expected\n"
    (models.model / "tiny-decoder.onnx").write_bytes(b"changed")
    damaged = models("verify", "tiny")
    assert damaged.returncode == 1
    assert f"{models.model}/tiny-decoder.onnx has SHA-256" in damaged.stdout

    assert models("remove", "tiny").returncode == 0
    assert not models.model.exists()
    assert "steno models pull tiny" in one_line(models("path", "tiny"))


def test_pulls_nothing_that_is_there(models, host):
    assert models("pull", "tiny").returncode == 0
    assert models("pull", "tiny").returncode == 0
    assert len(host.requests) == 1


def test_goes_on_after_a_cut_connection(models, host):
    host.cuts = [300_000, 200_000]
    assert models("pull", "tiny").returncode == 0
    assert host.requests == [None, "bytes=300000-", "bytes=500000-"]
    models.assert_whole()


def test_goes_on_where_a_killed_pull_ended(models, host):
    host.pause_at = 400_000
    with models.start("pull", "tiny") as pull:
        try:
            until(lambda: models.partial_size == 400_000, "what was sent is on the disk")
        finally:
            pull.kill()
    assert not models.model.exists()
    host.pause_at = None
    result = models("pull", "tiny")
    assert "400 kB are there" in result.stderr
    assert host.requests == [None, "bytes=400000-"]
    models.assert_whole()


def test_gives_up_when_nothing_more_arrives(models, host):
    host.cuts = [300_000, 0]
    error = one_line(models("pull", "tiny"))
    assert "300000 bytes are kept" in error
    assert models.partial_size == 300_000
    assert models("pull", "tiny").returncode == 0
    models.assert_whole()


def test_starts_over_where_ranges_are_ignored(models, host):
    host.knows_ranges = False
    host.cuts = [300_000]
    result = models("pull", "tiny")
    assert result.returncode == 0, result.stderr
    assert "starting over" in result.stderr
    assert host.requests == [None, "bytes=300000-", None]
    models.assert_whole()


def test_starts_over_where_there_is_no_such_range(models, host):
    models.folder.mkdir()
    models.partial.write_bytes(b"x" * (len(host.content) + 1))
    result = models("pull", "tiny")
    assert result.returncode == 0, result.stderr
    models.assert_whole()


def test_refuses_a_wrong_checksum(models, host, tmp_path):
    wrong = "0" * 64
    host.catalogue(tmp_path, sha256=wrong)
    error = one_line(models("pull", "tiny"))
    assert f"should be {wrong} and is {host.sha256}" in error
    assert not models.model.exists() and not models.partial.exists()


def test_refuses_an_archive_that_is_none(models, host, tmp_path):
    host.content = b"<html>Please log in</html>"
    host.catalogue(tmp_path)
    assert "cannot be unpacked" in one_line(models("pull", "tiny"))
    assert not models.model.exists()
    assert not list(models.folder.glob("*unpacking*"))


def test_takes_an_unpinned_model_only_when_told(models, host, tmp_path):
    host.catalogue(tmp_path, sha256=None, size=None)
    assert "unpinned" in next(line for line in models("list").stdout.splitlines() if line.startswith("tiny "))
    assert "--unpinned" in one_line(models("pull", "tiny"))
    assert host.requests == []
    assert models("pull", "tiny", "--unpinned").returncode == 0
    assert json.loads((models.model / "steno-model.json").read_text())["sha256"] == host.sha256
    assert models("verify", "tiny").stdout == "tiny: as expected\n"


def test_two_at_once_fetch_once(models, host):
    host.pause_at = 100_000
    with models.start("pull", "tiny") as first:
        assert host.is_paused.wait(LIMIT)
        with models.start("pull", "tiny") as second:
            assert second.stderr.readline() == "tiny: another process fetches it; waiting for that\n"
            assert second.poll() is None
            host.go_on.set()
            assert second.communicate(timeout=LIMIT)[0] == f"{models.model}\n"
        assert first.communicate(timeout=LIMIT)[0] == f"{models.model}\n"
    assert (first.returncode, second.returncode) == (0, 0)
    assert len(host.requests) == 1
    models.assert_whole()


def test_says_what_to_do_offline(models, host):
    error = one_line(models("pull", "tiny", MODELS_SOURCE="http://127.0.0.1:1"))
    assert "127.0.0.1:1" in error and "MODELS_DIR" in error and str(models.model) in error
    assert not models.partial.exists()


def test_fetches_nothing_when_that_is_forbidden(models, host):
    assert "MODELS_OFFLINE" in one_line(models("pull", "tiny", MODELS_OFFLINE=1))
    assert host.requests == []


def test_suggests_a_name(models):
    assert "did you mean whisper-tiny?" in one_line(models("pull", "whisper-tinny"))


def test_reports_what_the_host_answers(models, host, tmp_path):
    host.catalogue(tmp_path, url="https://models.invalid/gone")
    assert "answers 404" in one_line(models("pull", "tiny"))


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[None]:
    folder.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mount.returncode != 0:
        pytest.skip(f"needs a small file system, which root may mount: {mount.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to mount a small file system")
@pytest.mark.parametrize("is_announced", [True, False])
def test_reports_a_full_disk(models, host, tmp_path, is_announced):
    host.catalogue(tmp_path, size=None)
    host.tells_length = is_announced
    with small_disk(models.folder, 500_000):
        error = one_line(models("pull", "tiny"))
        assert f"the disk of {models.folder} is full" in error and "bytes more are needed" in error
        assert (models.partial_size == 0) == is_announced
        assert not models.model.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to mount a small file system")
def test_reports_a_disk_that_is_too_small_to_unpack(models, host):
    with small_disk(models.folder, 1_200_000):
        assert "is full" in one_line(models("pull", "tiny"))
        assert models.partial_size == len(host.content)
        assert [path.name for path in models.folder.glob(".*")] == [".tiny.lock"]


def test_asks_for_space_before_it_connects(models, host, tmp_path):
    host.catalogue(tmp_path, size=1 << 60)
    assert f"at least {1 << 60} bytes more are needed" in one_line(models("pull", "tiny"))
    assert host.requests == []


def test_names_a_bad_catalogue(models, tmp_path):
    (tmp_path / "catalogue.json").write_text('{"models": [{"name": "tiny"}]}')
    error = one_line(models("list"))
    assert "MODELS_CATALOGUE" in error and "models.0 lacks" in error


ENGINE = ROOT / "engines" / "sherpa-onnx" / "lib" / "libsherpa-onnx-c-api.so"
MOONSHINE = ROOT / "models" / "moonshine-tiny-en"


@pytest.mark.skipif(
    not (ENGINE.exists() and MOONSHINE.exists()), reason="needs the engine; ./entrypoint.sh setup fetches it"
)
def test_a_server_fetches_its_model_on_first_use(models, host, tmp_path, launch):
    files = {path.name: path.read_bytes() for path in MOONSHINE.iterdir() if path.is_file()}
    host.content = archive(files, compression="")
    host.catalogue(tmp_path)
    host.pause_at = 1_000_000
    settings = models.settings | {"TRANSCRIBER": "sherpa", "TRANSCRIBER_MODEL": "tiny", "SHERPA_LIBRARY": ENGINE, "SHERPA_THREADS": 1}
    server = launch(is_ready=False, **settings)
    assert host.is_paused.wait(LIMIT)
    assert server.get("/ready").status == 503
    host.go_on.set()
    until(lambda: server.get("/ready").status == 200, "the model is fetched and loaded", limit=60)
    notice = next(line for line in server.log if "Fetching the model" in line)
    assert "steno.engine.model=tiny" in notice and f"steno.models.host={host.url.removeprefix('http://')}" in notice
    assert {path.name for path in models.model.iterdir()} == {*files, "steno-model.json"}


@pytest.mark.skipif(not ENGINE.exists(), reason="needs the engine; ./entrypoint.sh setup fetches it")
def test_a_server_that_stops_does_not_wait_for_a_download(models, host, launch):
    host.pause_at = 100_000
    settings = models.settings | {"TRANSCRIBER": "sherpa", "TRANSCRIBER_MODEL": "tiny", "SHERPA_LIBRARY": ENGINE}
    server = launch(is_ready=False, **settings)
    assert host.is_paused.wait(LIMIT)
    server.terminate()
    assert server.exit_code() == 0
    assert models.partial_size == 100_000
