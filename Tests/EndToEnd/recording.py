"""The recording that every test streams, what is said in it, and arithmetic on PCM16LE."""

import functools
import json
import math
import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WAV = ROOT / "test.wav"
RATE = 16_000


@dataclass(frozen=True)
class Sentence:
    text: str
    start_ms: int
    end_ms: int


_known = json.loads((ROOT / "Tests" / "Fixtures" / "test-wav.json").read_text())
SENTENCES = [Sentence(**utterance) for utterance in _known["utterances"]]
# The file's header is the plain one of 44 bytes; `make-test-wav` writes it so.
PCM = WAV.read_bytes()[44:]
DURATION_MS = len(PCM) // 2 * 1000 // RATE


def samples(pcm: bytes) -> array:
    values = array("h", pcm)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def pcm(values: array) -> bytes:
    values = array("h", values)
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


def constant(value: int, milliseconds: int, rate: int = RATE) -> bytes:
    """PCM16LE whose every sample is `value`: an utterance that can be told from others by any of its samples."""
    return value.to_bytes(2, "little", signed=True) * (milliseconds * rate // 1000)


def spoken(value: int) -> bytes:
    """0.7 s of the recording in which someone speaks, whose first sample is `value`."""
    start = SENTENCES[0].start_ms
    return value.to_bytes(2, "little", signed=True) + between(start, start + 700)[2:]


def between(start_ms: int, end_ms: int) -> bytes:
    """The recording from `start_ms` to `end_ms`."""
    return PCM[start_ms * RATE // 1000 * 2 : end_ms * RATE // 1000 * 2]


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


@functools.cache
def resampled(data: bytes, rate: int) -> bytes:
    """`data` (16 kHz) at another rate, by linear interpolation between neighbours."""
    source = samples(data)
    count = len(source) * rate // RATE
    output = array("h", bytes(2 * count))
    last = len(source) - 1
    for index in range(count):
        position, rest = divmod(index * RATE, rate)
        here = source[position]
        output[index] = here + (source[min(position + 1, last)] - here) * rest // rate
    return pcm(output)


def correlation(one: bytes, other: bytes) -> float:
    """How alike two recordings are, sample by sample: 1 when one is a multiple of the other."""
    a, b = samples(one), samples(other)
    product = sum(x * y for x, y in zip(a, b, strict=False))
    return product / math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))


def word_errors(expected: str, actual: str) -> int:
    """The fewest words to replace, insert or delete (Levenshtein distance over words)."""
    wanted, have = expected.split(), actual.split()
    row = list(range(len(have) + 1))
    for i, word in enumerate(wanted, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(have, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (word != other))
    return row[-1]
