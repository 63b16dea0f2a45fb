"""Sounds in which nobody speaks, and answers of one word, all made from a seed."""

import subprocess
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy

RATE = 16_000
FULL_SCALE = 32_768
VOICES = ("kal", "kal16", "awb", "rms", "slt", "slt-low")
WORDS = (
    "thank you", "bye", "you", "so", "oh", "yes", "no", "stop", "okay", "hello", "maybe", "seven", "three", "eleven",
    "monday", "london", "water", "left", "cancel", "help",
)


@dataclass
class Sound:
    """Mono at 16 kHz, as 16-bit samples."""

    name: str
    samples: numpy.ndarray

    @property
    def pcm(self):
        return self.samples.astype("<i2").tobytes()


def _level(values, decibels):
    """`values` with the root mean square that many dB below full scale."""
    return values * (10 ** (decibels / 20) / max(numpy.sqrt(numpy.mean(values**2)), 1e-12))


def _white(random, count):
    return random.standard_normal(count)


def _pink(random, count):
    """Power that falls with the frequency."""
    spectrum = numpy.fft.rfft(random.standard_normal(count))
    spectrum /= numpy.sqrt(numpy.maximum(numpy.arange(len(spectrum)), 1))
    return numpy.fft.irfft(spectrum, count)


def _tones(frequencies, count, random):
    time = numpy.arange(count) / RATE
    return sum(numpy.sin(2 * numpy.pi * (f * time + random.random())) for f in frequencies)


def _bursts(random, count, every, length, shape):
    """Bursts of white noise, `length` s long, about every so many seconds; `shape` filters each."""
    values = numpy.zeros(count)
    position = 0
    while True:
        position += int(every * RATE * (0.5 + random.random()))
        samples = int(length * RATE * (0.7 + 0.6 * random.random()))
        if position + samples > count:
            return values
        values[position : position + samples] += shape(random.standard_normal(samples)) * (0.5 + random.random())


def _breath(noise):
    spectrum = numpy.fft.rfft(noise)
    frequencies = numpy.fft.rfftfreq(len(noise), 1 / RATE)
    spectrum *= numpy.exp(-(((frequencies - 900) / 700) ** 2))
    return 10 * numpy.fft.irfft(spectrum, len(noise)) * numpy.hanning(len(noise))


def _key(noise):
    return noise * numpy.exp(-numpy.arange(len(noise)) / (0.004 * RATE))


def _chord(random, count):
    root = random.uniform(110, 330)
    return _tones([root * ratio * n for ratio in (1, 1.26, 1.5) for n in (1, 2)], count, random)


def _dial(random, count):
    if random.random() < 0.5:
        return _tones([350, 440], count, random)
    values = numpy.zeros(count)
    for start in range(0, count, int(0.2 * RATE)):
        end = min(count, start + int(0.1 * RATE))
        pair = [random.choice([697, 770, 852, 941]), random.choice([1209, 1336, 1477])]
        values[start:end] = _tones(pair, end - start, random)
    return values


def _kinds():
    kinds = {
        "silence": lambda random, count: numpy.zeros(count),
        "dither": lambda random, count: random.integers(-1, 2, count) / FULL_SCALE,
        "hum": lambda random, count: _level(_tones([50, 100, 150], count, random), random.uniform(-50, -25)),
        "breaths": lambda random, count: _level(_bursts(random, count, 2.0, 0.6, _breath), random.uniform(-45, -25)),
        "keys": lambda random, count: _level(_bursts(random, count, 0.2, 0.05, _key), random.uniform(-45, -25)),
        "chords": lambda random, count: _level(_chord(random, count), random.uniform(-40, -15)),
        "dial tones": lambda random, count: _level(_dial(random, count), random.uniform(-40, -15)),
    }
    for colour, make in (("white", _white), ("pink", _pink)):
        for level in (-60, -40, -20):
            kinds[f"{colour} {level}"] = lambda random, count, make=make, level=level: _level(
                make(random, count), level
            )
    return kinds


def noise(seconds, seed):
    """Sounds of 2 to 20 s, as many of each kind, that begin suddenly; `seconds` in all."""
    random = numpy.random.default_rng(seed)
    kinds = _kinds()
    sounds = []
    for name, make in kinds.items():
        left = seconds / len(kinds)
        while left > 0:
            length = min(left, random.choice([2, 5, 10, 20]))
            left -= length
            values = numpy.clip(make(random, int(length * RATE)), -1, 1)
            if random.random() < 0.5:
                values[: int(RATE * min(0.5, length / 4))] = 0
            sounds.append(Sound(name, numpy.round(values * (FULL_SCALE - 1)).astype(numpy.int16)))
    return sounds


def _flite(text, voice):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", path], check=True, stdout=subprocess.DEVNULL)
        with wave.open(str(path)) as file:
            return numpy.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float), file.getframerate()


def answer(word, voice):
    """A word in one of `VOICES`, at 16 kHz, -26 dB at its loudest third, with half a second of silence on both sides."""
    said, rate = _flite(word, voice.removesuffix("-low"))
    # Played slower, a voice is a larger person's.
    if voice.endswith("-low"):
        rate *= 0.85
    count = int(len(said) * RATE / rate)
    said = numpy.interp(numpy.arange(count) * rate / RATE, numpy.arange(len(said)), said)
    loud = numpy.sort(said**2)[-len(said) // 3 :]
    said *= 10 ** (-20 / 20) * FULL_SCALE / numpy.sqrt(loud.mean())
    pause = numpy.zeros(RATE // 2)
    return numpy.concatenate([pause, said, pause, pause])


def answers(words=WORDS, voices=VOICES, ratio=None, seed=0):
    """Every word in every voice; `ratio` is the dB by which it is louder than pink noise, or `None` for none."""
    random = numpy.random.default_rng(seed)
    sounds = []
    for word in words:
        for voice in voices:
            values = answer(word, voice)
            if ratio is not None:
                power = numpy.mean(values[RATE // 2 : -RATE] ** 2)
                values = values + _level(_pink(random, len(values)), 10 * numpy.log10(power) - ratio)
            sounds.append(Sound(word, numpy.clip(numpy.round(values), -FULL_SCALE, FULL_SCALE - 1).astype(numpy.int16)))
    return sounds
