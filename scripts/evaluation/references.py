"""The segmenters that Steno is compared with, from PyPI, as they come.

silero's own iterator: `VADIterator` of the package silero-vad over silero_vad.onnx in onnxruntime on one thread: with its
defaults, which end an utterance after 100 ms of silence, and once more with 500 ms, as Steno waits. The package imports torch, of which the iterator itself uses nothing but `is_tensor`, `dim` and `item`; so its
file is loaded with a stand-in of that name, and frames are numpy arrays with a `dim`. No line of it is copied or changed.

webrtcvad: mode 3, frames of 20 ms, and the hangover of its own example: an utterance begins when over 90 % of a window
of 300 ms are voiced, with the window, and ends when over 90 % of the window are not.
"""

import importlib.util
import sys
import time
import types
from collections import deque
from pathlib import Path

import numpy

RATE = 16_000


class _Frame(numpy.ndarray):
    def dim(self) -> int:
        return self.ndim


class _Onnx:
    """What the iterator calls a model."""

    def __init__(self, path: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.reset_states()

    def reset_states(self) -> None:
        self.state = numpy.zeros((2, 1, 128), numpy.float32)
        self.context = numpy.zeros(64, numpy.float32)

    def __call__(self, frame: numpy.ndarray, rate: int) -> numpy.ndarray:
        samples = numpy.concatenate([self.context, frame])[None]
        self.output, self.state = self.session.run(None, {"input": samples, "state": self.state, "sr": numpy.array(rate)})
        self.context = frame[-64:]
        return self.output


class _Echo:
    """Says again what another model has said, so that a second iterator need not ask it."""

    def __init__(self, model: _Onnx) -> None:
        self.model = model

    def reset_states(self) -> None:
        pass

    def __call__(self, frame: numpy.ndarray, rate: int) -> numpy.ndarray:
        return self.model.output


class Silero:
    names = ("silero iterator", "silero iterator 500")

    def __init__(self) -> None:
        folder = Path(importlib.util.find_spec("silero_vad").origin).parent
        package = self._module(folder / "utils_vad.py")
        model = _Onnx(folder / "data" / "silero_vad.onnx")
        self._iterators = [
            package.VADIterator(model),
            package.VADIterator(_Echo(model), min_silence_duration_ms=500),
        ]

    @staticmethod
    def _module(path: Path):
        torch = types.ModuleType("torch")
        torch.Tensor = _Frame
        torch.device = str
        torch.is_tensor = lambda value: isinstance(value, _Frame)
        torch.no_grad = lambda: lambda function: function
        spec = importlib.util.spec_from_file_location("silero_utils_vad", path)
        module = importlib.util.module_from_spec(spec)
        known = sys.modules.get("torch")
        sys.modules["torch"] = torch
        try:
            spec.loader.exec_module(module)
        finally:
            if known is None:
                del sys.modules["torch"]
            else:
                sys.modules["torch"] = known
        return module

    def __call__(self, samples: numpy.ndarray) -> list[tuple[list[tuple[float, float]], float]]:
        """For each name, segments, and the processor time they took in ms (that of both)."""
        begin = time.thread_time()
        floats = samples.astype(numpy.float32) / 32_768
        results: list[list[tuple[float, float]]] = [[] for _ in self._iterators]
        starts: list[float | None] = [None for _ in self._iterators]
        for iterator in self._iterators:
            iterator.reset_states()
        for index in range(0, len(floats) - 511, 512):
            frame = floats[index : index + 512].view(_Frame)
            for number, iterator in enumerate(self._iterators):
                event = iterator(frame)
                if event and "start" in event:
                    starts[number] = event["start"] / RATE
                elif event:
                    results[number].append((starts[number], event["end"] / RATE))
                    starts[number] = None
        for spans, start in zip(results, starts):
            if start is not None:
                spans.append((start, len(samples) / RATE))
        cost = 1_000 * (time.thread_time() - begin)
        return [(spans, cost) for spans in results]


class WebRTC:
    names = ("webrtcvad",)

    FRAME = 320
    WINDOW = 15

    def __call__(self, samples: numpy.ndarray) -> list[tuple[list[tuple[float, float]], float]]:
        """Segments, and the processor time they took in ms."""
        import webrtcvad

        begin = time.thread_time()
        detector = webrtcvad.Vad(3)
        data = samples.astype("<i2").tobytes()
        window: deque[bool] = deque(maxlen=self.WINDOW)
        spans, start = [], None
        for index in range(0, len(samples) - self.FRAME + 1, self.FRAME):
            window.append(detector.is_speech(data[2 * index : 2 * (index + self.FRAME)], RATE))
            end = (index + self.FRAME) / RATE
            if start is None and sum(window) > 0.9 * self.WINDOW:
                start = end - len(window) * self.FRAME / RATE
                window.clear()
            elif start is not None and len(window) == self.WINDOW and self.WINDOW - sum(window) > 0.9 * self.WINDOW:
                spans.append((start, end))
                start = None
                window.clear()
        if start is not None:
            spans.append((start, len(samples) / RATE))
        return [(spans, 1_000 * (time.thread_time() - begin))]
