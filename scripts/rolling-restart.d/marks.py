"""Sound in which every sample says where it is from.

The lowest bit of each sample carries, in blocks of 64: a pattern to find the block by (16 bits), the number of the session
(16 bits), and the number of the block in its stream (32 bits). A detector hears speech as before.
"""

from array import array

SYNC = 0b1110100110001011
BLOCK = 64
_BITS = bytes.maketrans(b"01", b"\0\1")
_TEXT = bytes(48 + (value & 1) for value in range(256))
_SYNC_TEXT = f"{SYNC:016b}".encode()


def cleared(pcm: bytes) -> bytes:
    """PCM16LE with room for marks."""
    return array("h", (sample & ~1 for sample in array("h", pcm))).tobytes()


def marked(pcm: bytes, session: int, start: int) -> bytes:
    """A piece of cleared PCM16LE whose first sample is number `start` of a stream; both in whole blocks."""
    first = start // BLOCK
    bits = "".join(f"{SYNC:016b}{session:016b}{block:032b}" for block in range(first, first + len(pcm) // 2 // BLOCK))
    spread = bytearray(len(pcm))
    spread[0::2] = bits.encode().translate(_BITS)
    return (int.from_bytes(pcm, "little") | int.from_bytes(spread, "little")).to_bytes(len(pcm), "little")


def located(pcm: bytes) -> tuple[int, int, int]:
    """The session, the first sample and the one behind the last, of PCM16LE of at least three blocks.

    Raises ValueError where the samples are not those of one stream, in their order and without a gap.
    """
    bits = pcm[0::2].translate(_TEXT)
    shift = next((n for n in range(BLOCK) if _blocks(bits, n)), None)
    if shift is None:
        raise ValueError("no marks are in these samples")
    found = _blocks(bits, shift)
    sessions = {session for session, _ in found}
    numbers = [number for _, number in found]
    if len(sessions) > 1 or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        raise ValueError("these samples are not from one place")
    start = numbers[0] * BLOCK - shift
    return sessions.pop(), start, start + len(bits)


def _blocks(bits: bytes, shift: int) -> list[tuple[int, int]]:
    """Session and number of every whole block, if blocks begin at `shift`; none if they do not."""
    found = []
    for start in range(shift, len(bits) - BLOCK + 1, BLOCK):
        if bits[start : start + 16] != _SYNC_TEXT:
            return []
        found.append((int(bits[start + 16 : start + 32], 2), int(bits[start + 32 : start + BLOCK], 2)))
    return found
