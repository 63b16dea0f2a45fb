"""A plain forward pass of the Silero network in numpy, and ten minutes of audio to compare with.

    .venv/bin/python Tests/EndToEnd/silero_reference.py

writes Tests/Fixtures/silero-scores.f32: the score of each frame, as little-endian 32-bit floats. The Swift tests make the
same audio and compare; test_silero_reference.py checks that the file is what this script computes.
"""
import json
import struct
import wave
from pathlib import Path

import numpy

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "models/silero_vad_16k.safetensors"
SCORES = ROOT / "Tests/Fixtures/silero-scores.f32"

FRAME = 512
SECTIONS, SECTION = 30, 625 * FRAME  # ten minutes in parts of 20 s
GAINS = [256, 64, 16, 4, 1024, 0]  # of the speech, in 256ths; 1024 clips
KINDS = ["none", "faint hiss", "loud hiss", "hum", "babble"]


def audio():
    """Every level of speech with every kind of noise, in whole numbers, so that every language makes the same samples."""
    with wave.open(str(ROOT / "test.wav")) as file:
        speech = numpy.frombuffer(file.readframes(file.getnframes()), "<i2").astype(numpy.int64)
    parts = []
    for section in range(SECTIONS):
        index = numpy.arange(section * SECTION, (section + 1) * SECTION)
        at = index + 7919 * section
        mixed = speech[at % len(speech)] * GAINS[section % len(GAINS)] >> 8
        kind = KINDS[section % len(KINDS)]
        if kind == "faint hiss":
            mixed += hiss(index) * 100 >> 15
        elif kind == "loud hiss":
            mixed += hiss(index) * 3000 >> 15
        elif kind == "hum":
            mixed += (abs(index % 320 - 160) - 80) * 50
        elif kind == "babble":
            mixed += sum(speech[(at + delay) % len(speech)] >> 2 for delay in (30011, 70001, 110017))
        parts.append(numpy.clip(mixed, -32768, 32767).astype("<i2"))
    return numpy.concatenate(parts)


def hiss(index):
    x = index.astype(numpy.uint32) * numpy.uint32(2654435761)
    x = (x ^ x >> 15) * numpy.uint32(2246822519)
    return ((x ^ x >> 13) & 0xFFFF).astype(numpy.int64) - 32768


def is_reset(frame):
    """Whether the stream starts over with this frame."""
    section, inside = divmod(frame * FRAME, SECTION)
    return inside == 0 and section % 4 == 3


def load(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            values = numpy.frombuffer(data[8 + length + start : 8 + length + end], "<f4")
            tensors[name] = values.reshape(entry["shape"]).astype(numpy.float64)
    return tensors


def sigmoid(x):
    return 1 / (1 + numpy.exp(-x))


def convolution(x, weights, bias, stride):
    x = numpy.pad(x, ((0, 0), (1, 1)))
    columns = [x[:, at : at + 3] for at in range(0, x.shape[1] - 2, stride)]
    return numpy.maximum(0, numpy.stack([numpy.tensordot(weights, c, 2) + bias for c in columns], 1))


class Network:
    def __init__(self, tensors):
        self.tensors = tensors
        self.reset()

    def reset(self):
        self.hidden, self.cell, self.context = numpy.zeros(128), numpy.zeros(128), numpy.zeros(64)

    def score(self, frame):
        tensors = self.tensors
        samples = numpy.concatenate([self.context, frame])
        self.context = samples[-64:]
        samples = numpy.pad(samples, (0, 64), mode="reflect")
        filtered = numpy.stack([tensors["stft_conv.weight"][:, 0] @ samples[at : at + 256] for at in range(0, 512, 128)], 1)
        x = numpy.sqrt(filtered[:129] ** 2 + filtered[129:] ** 2)
        for number, stride in ((1, 1), (2, 2), (3, 2), (4, 1)):
            x = convolution(x, tensors[f"conv{number}.weight"], tensors[f"conv{number}.bias"], stride)
        gates = tensors["lstm_cell.weight_ih"] @ x[:, 0] + tensors["lstm_cell.bias_ih"]
        gates += tensors["lstm_cell.weight_hh"] @ self.hidden + tensors["lstm_cell.bias_hh"]
        enter, keep, candidate, leave = numpy.split(gates, 4)
        self.cell = sigmoid(keep) * self.cell + sigmoid(enter) * numpy.tanh(candidate)
        self.hidden = sigmoid(leave) * numpy.tanh(self.cell)
        return sigmoid(tensors["final_conv.weight"][0, :, 0] @ numpy.maximum(0, self.hidden) + tensors["final_conv.bias"][0])


def scores():
    network = Network(load(MODEL))
    result = []
    for number, frame in enumerate(audio().reshape(-1, FRAME) / 32768):
        if is_reset(number):
            network.reset()
        result.append(network.score(frame))
    return numpy.array(result, "<f4")


if __name__ == "__main__":
    SCORES.write_bytes(scores().tobytes())
