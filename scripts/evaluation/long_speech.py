"""Speech that goes on for longer than the longest utterance, with the time of every word.

flite says a text without a full stop, and tells when each sound is made; a word's sounds give the word its time.
"""

import hashlib
import re
import subprocess
from pathlib import Path

import numpy

import words
from corpus import HISS, RATE, Recording, decibels, random, read, whole_numbers

LONG_TEXT = """
when the war was over he came back to the small town where he had been born and bought a house near the river because
he wanted to live in a quiet place and write the story of his family the people in the town did not know what to think
of him at first but after a few months they began to talk to him in the street and some of them even came to visit him
in the evening to hear about the countries he had seen and the men and women he had met there his sister who lived in
the city came to see him twice a year and brought him paper and coffee and the news of the world which he read with
great interest but never talked about in the winter when the snow was deep and nobody could leave the house for days he
sat by the fire with his dog and worked on his book until late at night and sometimes he forgot to eat or to sleep one
morning in the spring a young woman knocked at his door and asked him if he was the man who had known her father during
the war and he looked at her for a long time before he answered that he had known many men and that most of them were
dead but that he would be glad to tell her everything he could remember
""".split()


def record(voice: str, repeats: int, cache: Path, has_pauses: bool) -> tuple[Recording, list[words.Word]]:
    """LONG_TEXT again and again without a full stop, each time from another word on, and when each word is said.

    With pauses, every 5 to 12 words are followed by 0.15 to 0.4 s of silence, as a hasty reader takes breath.
    """
    path = cache / f"long-{voice}-{hashlib.sha256(' '.join(LONG_TEXT).encode()).hexdigest()[:16]}"
    samples, spoken_words, position = [], [], 0.0
    for turn in range(repeats):
        start = turn * 67 % len(LONG_TEXT)
        text = LONG_TEXT[start:] + LONG_TEXT[:start]
        piece, phones = _with_phones(text, voice, Path(f"{path}-{start}"))
        sounds = _pronunciations(voice, cache)
        timed = words.aligned(phones, [(word, sounds[word]) for word in text])
        first, last = timed[0].start, timed[-1].end
        samples.append(piece[int(first * RATE) : int(last * RATE)])
        spoken_words += [words.Word(w.text, w.start - first + position, w.end - first + position) for w in timed]
        position += len(samples[-1]) / RATE
    lead = [numpy.zeros(RATE // 2)]
    spoken_words = [words.Word(w.text, w.start + 0.5, w.end + 0.5) for w in spoken_words]
    samples = numpy.concatenate(lead + samples + lead)
    if has_pauses:
        samples, spoken_words = with_pauses(samples, spoken_words, random(f"pauses {voice}"))
    samples = samples + decibels(HISS) * random(f"long {voice}").standard_normal(len(samples))
    return Recording(f"long {voice}", "with pauses" if has_pauses else "in one go", whole_numbers(samples), []), spoken_words


def with_pauses(
    samples: numpy.ndarray, spoken: list[words.Word], chance: numpy.random.Generator
) -> tuple[numpy.ndarray, list[words.Word]]:
    """The same with silence behind some of the words."""
    pieces, moved, shift, begin = [], [], 0.0, 0
    left = chance.integers(5, 13)
    for word in spoken:
        moved.append(words.Word(word.text, word.start + shift, word.end + shift))
        left -= 1
        if left == 0:
            end, pause = int(word.end * RATE), int(chance.uniform(0.15, 0.4) * RATE)
            pieces += [samples[begin:end], numpy.zeros(pause)]
            begin, shift, left = end, shift + pause / RATE, chance.integers(5, 13)
    return numpy.concatenate([*pieces, samples[begin:]]), moved


def _with_phones(text: list[str], voice: str, path: Path) -> tuple[numpy.ndarray, list[tuple[str, float, float]]]:
    audio, listing = path.with_suffix(".wav"), path.with_suffix(".phones")
    if not listing.exists():
        command = ["flite", "-voice", voice, "-psdur", "-t", " ".join(text), "-o", str(audio)]
        listing.write_text(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    phones, last = [], 0.0
    for name, end in re.findall(r"(\w+):([\d.]+)", listing.read_text()):
        if name != "pau":
            phones.append((name, last, float(end)))
        last = float(end)
    return read(audio), phones


def _pronunciations(voice: str, cache: Path) -> dict[str, list[str]]:
    distinct = sorted(set(LONG_TEXT))
    path = cache / f"sounds-{voice}-{hashlib.sha256(' '.join(distinct).encode()).hexdigest()[:16]}"
    if not path.exists():
        command = ["flite", "-voice", voice, "-ps", "-t", " ".join(f"{word}!" for word in distinct), "-o", "none"]
        path.write_text(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    sounds = [part.split() for part in re.split(r"(?:\bpau\s*)+", path.read_text()) if part.strip()]
    if len(sounds) != len(distinct):
        raise SystemExit(f"flite says {len(sounds)} words for {len(distinct)} in voice {voice}.")
    return dict(zip(distinct, sounds))
