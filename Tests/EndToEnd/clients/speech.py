"""The recording as clients of OpenAI send it: at 24 kHz, or as G.711."""

import base64
from collections.abc import Callable

import recording
from recording import PCM, pieces, resampled, samples

RATE = 24_000


def pcm24(start_ms: int, end_ms: int) -> bytes:
    """The recording from `start_ms` to `end_ms`, at 24 kHz."""
    return resampled(recording.between(start_ms, end_ms), RATE)


def silence(milliseconds: int) -> bytes:
    return bytes(2 * RATE * milliseconds // 1000)


def whole() -> bytes:
    """The whole recording, and silence that ends its last sentence."""
    return resampled(PCM, RATE) + silence(2_000)


def base64_pieces(data: bytes, size: int = RATE // 5) -> list[str]:
    """Base64 of `data` in pieces of 100 ms at 24 kHz."""
    return [base64.b64encode(piece).decode() for piece in pieces(data, size)]


def mu_law(sample: int) -> int:
    """One octet of G.711 mu-law for a sample of 16 bits."""
    magnitude = min(abs(sample), 32_635) + 132
    segment = magnitude.bit_length() - 8
    octet = (0x80 if sample < 0 else 0) | segment << 4 | (magnitude >> (segment + 3)) & 15
    return octet ^ 0xFF


def a_law(sample: int) -> int:
    """One octet of G.711 A-law for a sample of 16 bits."""
    magnitude = (sample if sample >= 0 else ~sample) >> 4
    segment = max(magnitude.bit_length() - 4, 0)
    step = magnitude >> max(segment - 1, 0) & 15
    return ((0x80 if sample >= 0 else 0) | segment << 4 | step) ^ 0x55


def g711(encode: Callable[[int], int], start_ms: int, end_ms: int) -> bytes:
    """The recording from `start_ms` to `end_ms` at 8 kHz, one octet a sample."""
    return bytes(encode(sample) for sample in samples(resampled(recording.between(start_ms, end_ms), 8_000)))
