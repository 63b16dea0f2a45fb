"""Recordings with labels: streams of utterances with pauses of 0.3 to 4 s, clean and in noise, and noise alone.

The synthetic corpus is flite's speech, four voices, each sentence trimmed to its sound: labels are exact. A folder of
real recordings takes its place: `*/NAME.wav` (16 kHz, mono, 16 bits), beside it `NAME.lab` (lines of start, end and a
word, in seconds) or `NAME.txt` (what is said).

  - With a transcript and without labels, a clip is cut at its level: frames of 10 ms that are less than 30 dB below its
    loud frames (95th percentile) and more than 15 dB above its quiet ones (5th percentile), pauses under 0.3 s bridged,
    what is shorter than 0.1 s dropped. A clip with less than 30 dB between quiet and loud cannot be labelled so and is
    left out. These labels include loud breath and begin before those that people set. The clips are put into streams.
  - With labels, a clip is measured as it is, as the condition "labelled".
  - With neither, it is noise. If one is called office, that is the office of the conditions in noise.

Noise is mixed at a ratio to the root mean square of the frames that are at most 35 dB below the loudest. Everything that
is drawn by chance has a seed from its name.
"""

import hashlib
import subprocess
import wave
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy

import measures

RATE = 16_000
VOICES = ("rms", "slt", "awb", "kal16")
KINDS = ("white", "hum", "office", "babble")
RATIOS = (10, 0)
# A stream is this loud, in dB below full scale, and each utterance up to 3 dB more or less.
LEVELS = (-18, -24, -30, -36)
# The hiss of a microphone, which is in every stream.
HISS = -75

SENTENCES = """
water is important for life on earth
this is a test of the speech recognition system
they have been working on this project for three years
my brother works for the government in washington
please open the window
thank you very much
the train to the city leaves in twenty minutes
she put the book back on the shelf
yes
could you tell me what time it is
we walked along the river until it became dark
the old man looked at the sea for a long time
turn off the lights in the kitchen
nobody knew where the sound had come from
stop
it was the best day of the whole summer
the doctor said that he should stay in bed
i would like to have a cup of coffee please
there is a small house behind the hill
play some music
first you need to find a good place to sit
half of the people did not hear the question
the children played in the park all afternoon
what happened to the car
""".strip().splitlines()

@dataclass
class Recording:
    name: str
    condition: str
    samples: numpy.ndarray  # int16
    labels: list[measures.Span]

    def write(self, folder: Path) -> Path:
        path = folder / f"{self.condition}-{self.name}.wav".replace(" ", "-")
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, RATE, len(self.samples), "NONE", ""))
            file.writeframes(self.samples.astype("<i2").tobytes())
        return path


@dataclass
class Clip:
    samples: numpy.ndarray  # float, full scale is 1
    labels: list[measures.Span]


def read(path: Path) -> numpy.ndarray:
    with wave.open(str(path)) as file:
        if file.getparams()[:3] != (1, 2, RATE):
            raise SystemExit(f"{path} is not 16 kHz, mono, 16 bits; convert it with sox or ffmpeg.")
        return numpy.frombuffer(file.readframes(file.getnframes()), "<i2") / 32_768


def random(name: str) -> numpy.random.Generator:
    return numpy.random.default_rng(zlib.crc32(name.encode()))


def decibels(value: float) -> float:
    return 10 ** (value / 20)


def levels(samples: numpy.ndarray, frame: int = RATE // 100) -> numpy.ndarray:
    """Of each frame, in dB of full scale."""
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame)
    return 10 * numpy.log10((frames**2).mean(1) + 1e-10)


def active_level(samples: numpy.ndarray) -> float:
    frames = levels(samples)
    return 10 * numpy.log10((10 ** (frames[frames > frames.max() - 35] / 10)).mean())


# Speech


def spoken(text: str, voice: str, cache: Path) -> numpy.ndarray:
    """What flite says, without the silence around it."""
    path = cache / f"{voice}-{hashlib.sha256(text.encode()).hexdigest()[:16]}.wav"
    if not path.exists():
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True)
    samples = read(path)
    loud = numpy.flatnonzero(levels(samples, 80) > levels(samples, 80).max() - 40)
    return samples[80 * loud[0] : 80 * (loud[-1] + 1)]


def stream(name: str, clips: list[Clip], level: float) -> Recording:
    """Clips with pauses between, faded into the hiss."""
    chance = random(name)
    parts, labels, position = [], [], 0
    fade = numpy.linspace(0, 1, 160)
    for clip in [*clips, None]:
        pause = numpy.zeros(int(RATE * chance.uniform(0.3, 1.2) if chance.random() < 0.6 else RATE * chance.uniform(1.2, 4)))
        parts.append(pause)
        position += len(pause)
        if clip is None:
            break
        samples = clip.samples * decibels(level + chance.uniform(-3, 3) - active_level(clip.samples))
        samples[:160] *= fade
        samples[-160:] *= fade[::-1]
        labels += [(start + position / RATE, end + position / RATE) for start, end in clip.labels]
        parts.append(samples)
        position += len(samples)
    samples = numpy.concatenate(parts) + decibels(HISS) * chance.standard_normal(position)
    return Recording(name, "clean", whole_numbers(samples), labels)


def whole_numbers(samples: numpy.ndarray) -> numpy.ndarray:
    peak = numpy.abs(samples).max(initial=0)
    return numpy.round(32_767 * samples * (0.98 / peak if peak > 0.98 else 1)).astype(numpy.int16)


# Noise


class Noises:
    """Every kind of noise, of any length."""

    def __init__(self, voices: list[numpy.ndarray], office: numpy.ndarray | None) -> None:
        self.voices = [voice / numpy.sqrt((voice**2).mean()) for voice in voices]
        self.office_recording = office

    def make(self, kind: str, count: int, chance: numpy.random.Generator) -> numpy.ndarray:
        """With a root mean square of 1."""
        noise = getattr(self, kind)(count, chance)
        return noise / numpy.sqrt((noise**2).mean())

    def mix(self, recording: Recording, kind: str, ratio: float) -> Recording:
        clean = recording.samples / 32_768
        noise = self.make(kind, len(clean), random(f"{recording.name} {kind}"))
        noisy = clean + noise * decibels(active_level(clean) - ratio)
        return Recording(recording.name, f"{kind} {ratio} dB", whole_numbers(noisy), recording.labels)

    def white(self, count: int, chance: numpy.random.Generator) -> numpy.ndarray:
        return chance.standard_normal(count)

    def pink(self, count: int, chance: numpy.random.Generator) -> numpy.ndarray:
        spectrum = numpy.fft.rfft(chance.standard_normal(count))
        spectrum /= numpy.sqrt(numpy.maximum(1, numpy.arange(len(spectrum)) * RATE / count / 20))
        return numpy.fft.irfft(spectrum, count)

    def hum(self, count: int, chance: numpy.random.Generator) -> numpy.ndarray:
        """The mains and its harmonics, swelling slowly."""
        time = numpy.arange(count) / RATE
        strengths = {1: 1.0, 2: 0.6, 3: 0.5, 4: 0.25, 5: 0.3, 6: 0.15, 7: 0.2, 9: 0.1, 11: 0.08}
        tones = (s * numpy.sin(2 * numpy.pi * 50 * k * time + chance.uniform(0, 6.28)) for k, s in strengths.items())
        return sum(tones) * (1 + 0.05 * numpy.sin(2 * numpy.pi * 0.7 * time)) + 0.02 * chance.standard_normal(count)

    def babble(self, count: int, chance: numpy.random.Generator) -> numpy.ndarray:
        """Eight voices at once."""
        chosen = chance.choice(len(self.voices), min(8, len(self.voices)), replace=False)
        return sum(self._somewhere(self.voices[index], count, chance) for index in chosen)

    def office(self, count: int, chance: numpy.random.Generator) -> numpy.ndarray:
        """The recording, or an imitation: air conditioning, keys, knocks, and voices behind a wall."""
        if self.office_recording is not None:
            return self._somewhere(self.office_recording, count, chance)
        noise = self.pink(count, chance)
        noise /= numpy.sqrt((noise**2).mean())
        for _ in range(int(4 * count / RATE)):
            length = int(RATE * chance.uniform(0.01, 0.04))
            position = chance.integers(max(1, count - length))
            decay = numpy.exp(-numpy.linspace(0, 6, length))
            noise[position : position + length] += chance.uniform(1, 6) * decay * chance.standard_normal(length)
        murmur = numpy.fft.rfft(self.babble(count, chance))
        murmur *= numpy.arange(len(murmur)) * RATE / count < 500
        murmur = numpy.fft.irfft(murmur, count)
        return noise + 0.5 * murmur / numpy.sqrt((murmur**2).mean())

    @staticmethod
    def _somewhere(samples: numpy.ndarray, count: int, chance: numpy.random.Generator) -> numpy.ndarray:
        return numpy.resize(numpy.roll(samples, -chance.integers(len(samples))), count)

    def alone(self, seconds: int) -> list[Recording]:
        """Silence, and noise of several kinds without speech."""
        count = seconds * RATE
        time = numpy.arange(count) / RATE
        clicks = numpy.zeros(count)
        clicks[:: RATE // 2] = 0.8
        made = {
            "silence": numpy.zeros(count),
            "tone": 0.1 * numpy.sin(2 * numpy.pi * 440 * time),
            "clicks": clicks,
        }
        for kind, level in [("white", -60), ("white", -30), ("pink", -35), ("hum", -30), ("office", -40)]:
            made[f"{kind} {level}"] = self.make(kind, count, random(f"alone {kind} {level}")) * decibels(level)
        return [Recording(name, "noise only", whole_numbers(samples), []) for name, samples in made.items()]


def in_noise(streams: list[Recording], noises: Noises) -> list[Recording]:
    mixed = [noises.mix(stream, kind, ratio) for kind in KINDS for ratio in RATIOS for stream in streams]
    return streams + mixed


# The two corpora


def synthetic(cache: Path, is_quick: bool) -> list[Recording]:
    count = 6 if is_quick else 12
    streams = []
    for index, voice in enumerate(VOICES[: 2 if is_quick else 4]):
        sentences = [SENTENCES[(5 * index + 1 + place * 7) % len(SENTENCES)] for place in range(count)]
        clips = []
        for sentence in sentences:
            samples = spoken(sentence, voice, cache)
            clips.append(Clip(samples, [(0, len(samples) / RATE)]))
        streams.append(stream(voice, clips, LEVELS[index]))
    voices = [
        numpy.concatenate([spoken(sentence, voice, cache) for sentence in SENTENCES[start::4]])
        for voice in VOICES
        for start in (0, 2)
    ]
    noises = Noises(voices, None)
    return in_noise(streams, noises) + noises.alone(10 if is_quick else 20)


def of_folder(folder: Path, is_quick: bool) -> list[Recording]:
    paths = sorted(folder.glob("*/*.wav"))
    if not paths:
        raise SystemExit(f"There are no recordings in {folder}: it needs folders with WAV files in them.")
    clips, labelled, noise = [], [], {}
    for path in paths:
        samples = read(path)
        if (labels := path.with_suffix(".lab")).exists():
            labelled.append(Recording(path.stem, "labelled", whole_numbers(samples), read_labels(labels)))
        elif path.with_suffix(".txt").exists():
            if spans := sounding(samples):
                clips.append(Clip(*around(samples, spans)))
        else:
            noise[path.stem] = samples
    chance = random("order of the clips")
    clips = [clips[index] for index in chance.permutation(len(clips))][: 8 if is_quick else None]
    share = -(-len(clips) // len(LEVELS))
    streams = [
        stream(f"stream {index}", clips[index * share : (index + 1) * share], level)
        for index, level in enumerate(LEVELS)
        if clips[index * share : (index + 1) * share]
    ]
    office = next((samples for name, samples in noise.items() if "office" in name), None)
    noises = Noises([clip.samples for clip in sorted(clips, key=lambda clip: -len(clip.samples))[:9]], office)
    alone = [Recording(name, "noise only", whole_numbers(samples), []) for name, samples in noise.items()]
    return in_noise(streams, noises) + labelled + alone


def read_labels(path: Path) -> list[measures.Span]:
    return [(float(start), float(end)) for start, end in (line.split()[:2] for line in path.read_text().splitlines() if line.strip())]


def sounding(samples: numpy.ndarray) -> list[measures.Span]:
    """Where a clip is loud; nothing if it has no quiet."""
    frames = levels(samples)
    quiet, loud = numpy.percentile(frames, [5, 95])
    if loud - quiet < 30:
        return []
    spans = [(index / 100, (index + 1) / 100) for index in numpy.flatnonzero(frames > max(loud - 30, quiet + 15))]
    return [span for span in measures.merged(spans, measures.BRIDGED) if span[1] - span[0] >= 0.1]


def around(samples: numpy.ndarray, spans: list[measures.Span]) -> tuple[numpy.ndarray, list[measures.Span]]:
    """A clip without what is more than 50 ms away from its speech."""
    start = max(0.0, spans[0][0] - 0.05)
    end = spans[-1][1] + 0.05
    return samples[int(start * RATE) : int(end * RATE)].copy(), [(a - start, b - start) for a, b in spans]
