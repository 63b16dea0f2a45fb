"""Reads Prometheus' text format 0.0.4, strictly enough to find mistakes in it."""

import re
from dataclasses import dataclass, field

_SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')
_SUFFIXES = ("_bucket", "_sum", "_count")


@dataclass
class Metrics:
    types: dict[str, str] = field(default_factory=dict)
    samples: dict[tuple[str, frozenset[tuple[str, str]]], float] = field(default_factory=dict)

    def total(self, name: str, **labels: str) -> float:
        """The sum over every series of that name that has all of `labels`."""
        wanted = set(labels.items())
        return sum(value for (other, have), value in self.samples.items() if other == name and wanted <= have)

    @property
    def unaccounted(self) -> float:
        """Samples received that have not become anything yet."""
        audio = "steno_audio_samples_total"
        outcomes = ("transcribed", "discarded", "failed")
        received = self.total("steno_audio_received_samples_total")
        return received - sum(self.total(audio, outcome=name) for name in outcomes)


def parse(text: str) -> Metrics:
    """Every series; fails on a line that is not in the format, a series that comes twice, or one without a type."""
    assert text.endswith("\n"), "the last line must end with a line feed"
    metrics = Metrics()
    described: set[str] = set()
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in metrics.types, f"{name} has two types"
            assert name in described, f"{name} has no help"
            metrics.types[name] = kind
        elif line.startswith("# HELP "):
            described.add(line.split(" ")[2])
            assert not line.endswith(" Not described."), line
        elif line and not line.startswith("#"):
            _add(line, metrics)
    return metrics


def _add(line: str, metrics: Metrics) -> None:
    match = _SAMPLE.fullmatch(line)
    assert match, f"not a sample: {line!r}"
    name, labels, value = match.groups()
    pairs = _LABEL.findall(labels or "")
    assert "".join(f'{key}="{text}",' for key, text in pairs) == (labels + "," if labels else ""), line
    family = next((name.removesuffix(end) for end in _SUFFIXES if name.endswith(end)), name)
    assert name in metrics.types or metrics.types.get(family) == "histogram", f"{name} has no type"
    key = (name, frozenset(pairs))
    assert key not in metrics.samples, f"comes twice: {line!r}"
    metrics.samples[key] = float(value)
