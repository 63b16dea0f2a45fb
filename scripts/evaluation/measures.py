"""What is measured, each in one place. Times are seconds; labels and segments are lists of (start, end) in time order.

Labels are where speech is known to be, pauses shorter than 0.3 s bridged; each label is one utterance. Segments are what
a segmenter passed on; they may overlap, and time in two of them counts once. "Speech" is time in labels, "silence" the
rest of the stream.

    lost          speech outside all segments, % of speech
    waste         silence inside segments, % of silence
    missed        utterances that no segment touches, % of utterances
    clipped       utterances whose first covered moment is over 50 ms behind their beginning, % of those not missed
    onset         begin of the segment less begin of the utterance, ms, where the segment begins between the end of the
                  utterance before and the end of this one: negative is audio kept before speech, positive is speech lost
    offset        end of the segment less end of the utterance, ms, where the segment ends before the next utterance and
                  behind the begin of this one: positive is audio kept behind speech
    tail          end of the segment less the end of the last speech that it covers to its end, ms, of segments that hold
                  speech and did not end for their length: what the silence rule keeps, without ends that came too early
    tail 200-300  tails from 200 to 300 ms, % of tails
    splits        segments per utterance beyond the first, per 100 utterances; those cut for their length count too
    merges        pauses of 0.75 s and more with no moment outside a segment, % of such pauses
    false/min     segments without any speech, per minute of silence
    passed        seconds inside segments, % of the stream (for streams without speech)
    longest       the longest segment, s
    cpu           processor time, ms per second of audio
"""

from bisect import bisect_left
from dataclasses import dataclass, field

import numpy

BRIDGED = 0.3
CLIPPED = 0.05
LONG_PAUSE = 0.75
TAIL = (200, 300)
# Reasons of segments that ended for their length, so that what comes behind them says nothing about the silence rule.
LENGTH_REASONS = ("valley", "maximum")

Span = tuple[float, float]


@dataclass
class Stream:
    """One recording: what is known of it, and what a segmenter made of it."""

    length: float
    labels: list[Span]
    segments: list[Span]
    reasons: list[str] = field(default_factory=list)
    cpu_ms: float = 0.0


def merged(spans: list[Span], bridging: float = 0.0) -> list[Span]:
    """The union of spans; gaps shorter than `bridging`, or none at all, are closed."""
    union: list[Span] = []
    for start, end in sorted(spans):
        if union and (start <= union[-1][1] or start - union[-1][1] < bridging):
            union[-1] = (union[-1][0], max(union[-1][1], end))
        else:
            union.append((start, end))
    return union


def duration(spans: list[Span]) -> float:
    return sum(end - start for start, end in spans)


def common(one: list[Span], other: list[Span]) -> float:
    """Time in both of two lists, each without overlaps."""
    return sum(max(0.0, min(a[1], b[1]) - max(a[0], b[0])) for a in one for b in other)


def touches(span: Span, other: Span) -> bool:
    return span[0] < other[1] and other[0] < span[1]


def measure(streams: list[Stream]) -> dict[str, float]:
    """All measures over several streams; percentiles are p10, p50 and p90. What has no case is NaN."""
    counts = _Counts()
    for stream in streams:
        counts.add(stream)
    return counts.measures


@dataclass
class _Counts:
    speech: float = 0.0
    silence: float = 0.0
    lost: float = 0.0
    waste: float = 0.0
    length: float = 0.0
    cpu_ms: float = 0.0
    longest: float = 0.0
    utterances: int = 0
    missed: int = 0
    clipped: int = 0
    splits: int = 0
    pauses: int = 0
    merges: int = 0
    false: int = 0
    segments: int = 0
    onsets: list[float] = field(default_factory=list)
    offsets: list[float] = field(default_factory=list)
    tails: list[float] = field(default_factory=list)

    def add(self, stream: Stream) -> None:
        labels = merged(stream.labels, BRIDGED)
        union = merged(stream.segments)
        speech, covered = duration(labels), common(labels, union)
        self.speech += speech
        self.lost += speech - covered
        self.length += stream.length
        self.silence += stream.length - speech
        self.waste += duration(union) - covered
        self.cpu_ms += stream.cpu_ms
        self.segments += len(stream.segments)
        self.longest = max([self.longest, *(end - start for start, end in stream.segments)])
        self.false += sum(not any(touches(segment, label) for label in labels) for segment in stream.segments)
        for index, label in enumerate(labels):
            before = labels[index - 1][1] if index else 0.0
            after = labels[index + 1][0] if index + 1 < len(labels) else stream.length
            self._utterance(label, before, after, stream.segments, union)
        for (_, start), (end, _) in zip(labels, labels[1:]):
            if end - start >= LONG_PAUSE:
                self.pauses += 1
                self.merges += any(span[0] <= start and end <= span[1] for span in union)
        self._add_tails(stream, labels)

    def _utterance(self, label: Span, before: float, after: float, segments: list[Span], union: list[Span]) -> None:
        self.utterances += 1
        found = sorted(segment for segment in segments if touches(segment, label))
        if not found:
            self.missed += 1
            return
        self.splits += len(found) - 1
        covered = next(span for span in union if touches(span, label))
        self.clipped += covered[0] - label[0] > CLIPPED
        first, last = found[0][0], max(end for _, end in found)
        if first >= before:
            self.onsets.append(1_000 * (first - label[0]))
        if last <= after:
            self.offsets.append(1_000 * (last - label[1]))

    def _add_tails(self, stream: Stream, labels: list[Span]) -> None:
        ends = [end for _, end in labels]
        for index, (start, end) in enumerate(stream.segments):
            reason = stream.reasons[index] if stream.reasons else "silence"
            last = bisect_left(ends, end + 1e-9) - 1
            if reason in LENGTH_REASONS or last < 0 or ends[last] <= start:
                continue
            if last + 1 < len(labels) and labels[last + 1][0] < end:
                continue  # It ended within the next utterance.
            self.tails.append(1_000 * (end - ends[last]))

    @property
    def measures(self) -> dict[str, float]:
        found = self.utterances - self.missed
        kept = sum(TAIL[0] <= tail <= TAIL[1] for tail in self.tails)
        return {
            "lost": _ratio(100 * self.lost, self.speech),
            "waste": _ratio(100 * self.waste, self.silence),
            "missed": _ratio(100 * self.missed, self.utterances),
            "clipped": _ratio(100 * self.clipped, found),
            **_percentiles("onset", self.onsets),
            **_percentiles("offset", self.offsets),
            **_percentiles("tail", self.tails),
            "tail_200_300": _ratio(100 * kept, len(self.tails)),
            "splits": _ratio(100 * self.splits, found),
            "merges": _ratio(100 * self.merges, self.pauses),
            "false_per_minute": _ratio(60 * self.false, self.silence),
            "passed": _ratio(100 * (self.waste + self.speech - self.lost), self.length),
            "longest": self.longest,
            "cpu": _ratio(self.cpu_ms, self.length),
            "utterances": self.utterances,
            "segments": self.segments,
            "seconds": self.length,
        }


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def _percentiles(name: str, values: list[float]) -> dict[str, float]:
    return {f"{name}_p{p}": float(numpy.percentile(values, p)) if values else float("nan") for p in (10, 50, 90)}
