"""What scripts/rolling-restart counts, and the run itself with a few sessions."""

import random
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

from recording import PCM, ROOT
from server import binary

sys.path[:0] = [str(ROOT / "scripts/rolling-restart.d"), str(ROOT / "scripts")]

import marks
from tally import Tally

RATE = 16_000


def stream(session: int, start: int, end: int) -> bytes:
    plain = marks.cleared(PCM[: 2 * (end // 64 * 64 + 64)])
    return marks.marked(plain, session, 0)[2 * start : 2 * end]


@pytest.mark.parametrize("seed", range(20))
def test_every_cut_of_a_stream_says_where_it_is_from(seed):
    rng = random.Random(seed)
    start = rng.randrange(0, 60_000)
    end = start + rng.randrange(256, 40_000)
    assert marks.located(stream(seed + 1, start, end)) == (seed + 1, start, end)


def test_samples_of_two_places_or_sessions_are_found_out():
    for wrong in (
        stream(1, 0, 6_400) + stream(1, 6_464, 12_800),
        stream(1, 0, 6_400) + stream(2, 6_400, 12_800),
        stream(1, 0, 6_400) + stream(1, 6_401, 12_800),
        PCM[:20_000],
    ):
        with pytest.raises(ValueError):
            marks.located(wrong)


def tally(*transcripts: tuple[int, int], text: str | None = None, errors: tuple[str, ...] = ()) -> Tally:
    """What is counted of one session, of which two utterances were expected."""
    result = Tally([(10_000, 40_000), (60_000, 90_000)])
    told = [(start, end, text or f"7 {start} {end}") for start, end in transcripts]
    result.add(
        SimpleNamespace(number=7, transcripts=told, errors=errors, resumed=0, moved=0, refused=0, story=[])
    )
    return result


def test_what_goes_wrong_is_counted_as_what_it_is():
    clean = tally((10_000, 40_000), (60_000, 90_000))
    assert clean.is_clean and clean.split == 0
    halves = tally((10_000, 25_000), (25_000, 40_000), (60_000, 90_000))
    assert halves.is_clean and halves.split == 1
    edges = tally((10_000, 38_000), (60_500, 90_000))
    assert edges.is_clean and edges.longest_gap == 2_000
    assert tally((10_000, 40_000)).lost == 1
    assert tally((10_000, 40_000), (60_000, 80_000)).lost == 1
    assert tally((10_000, 20_000), (26_000, 40_000), (60_000, 90_000)).lost == 1
    assert tally((10_000, 40_000), (39_000, 90_000)).doubled == 1
    assert tally((60_000, 90_000), (10_000, 40_000)).inverted == 1
    assert tally((10_000, 40_000), (60_000, 90_000), text="7 10000 40000").misplaced == 1
    assert tally((10_000, 40_000), (60_000, 90_000), text="8 10000 40000").misplaced == 2
    failed = tally((10_000, 40_000), (60_000, 90_000), errors=("backend_error",))
    assert failed.failed == 1 and not failed.is_clean


@pytest.mark.skipif(not shutil.which("haproxy"), reason="haproxy is not there; Debian has it in haproxy")
def test_replicas_are_restarted_under_a_few_sessions():
    command = [ROOT / "scripts/rolling-restart", "--server", f"{binary()} serve", "--sessions", "6", "--seconds", "40"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "lost 0, doubled 0, inverted 0, misplaced 0, failed 0" in result.stdout
