"""The figures of scripts/evaluate-segmentation, on segments that were made by hand."""

import math
import sys

import numpy
import pytest

from recording import ROOT

sys.path.insert(0, str(ROOT / "scripts" / "evaluation"))

import corpus  # noqa: E402
import long_speech  # noqa: E402
import measures  # noqa: E402
import words  # noqa: E402
from measures import Stream, measure  # noqa: E402
from words import Cut, Word  # noqa: E402

LABELS = [(1.0, 2.0), (4.0, 6.0)]


def of(segments, labels=LABELS, length=10.0, reasons=()):
    return measure([Stream(length, labels, segments, list(reasons))])


def test_perfect_segments_cost_nothing():
    figures = of(LABELS)
    for key in ("lost", "waste", "missed", "clipped", "onset_p50", "offset_p50", "tail_p50", "splits", "merges"):
        assert figures[key] == pytest.approx(0), key
    assert (figures["false_per_minute"], figures["tail_200_300"], figures["longest"]) == (0, 0, 2.0)
    assert (figures["utterances"], figures["passed"]) == (2, pytest.approx(30))


def test_padding_is_waste_and_moves_the_edges():
    figures = of([(0.8, 2.25), (3.9, 6.35)])
    assert figures["waste"] == pytest.approx(100 * (0.2 + 0.25 + 0.1 + 0.35) / 7)
    assert (figures["onset_p10"], figures["onset_p90"]) == (pytest.approx(-190), pytest.approx(-110))
    assert (figures["offset_p50"], figures["tail_p50"]) == (pytest.approx(300), pytest.approx(300))
    assert (figures["tail_200_300"], figures["lost"], figures["clipped"]) == (50, 0, 0)


def test_late_begins_clip_and_lose():
    figures = of([(1.06, 2.0), (4.04, 5.9)])
    assert figures["clipped"] == 50
    assert figures["lost"] == pytest.approx(100 * (0.06 + 0.04 + 0.1) / 3)
    assert figures["onset_p50"] == pytest.approx(50)
    # An end within an utterance is no tail.
    assert figures["tail_p90"] == pytest.approx(0)


def test_missed_utterances_are_not_clipped():
    figures = of([(4.0, 6.0)])
    assert (figures["missed"], figures["clipped"]) == (50, 0)
    assert figures["lost"] == pytest.approx(100 / 3)


def test_pieces_of_an_utterance_are_splits():
    figures = of([(1.0, 2.0), (4.0, 4.5), (4.8, 5.2), (5.4, 6.0)])
    assert figures["splits"] == 100
    assert figures["lost"] == pytest.approx(100 * 0.5 / 3)


def test_a_bridged_pause_is_a_merge_and_no_edge():
    figures = of([(0.9, 6.1)])
    assert (figures["merges"], figures["splits"], figures["clipped"]) == (100, 0, 0)
    # The first end and the second begin are nobody's edges.
    assert figures["onset_p50"] == pytest.approx(-100)
    assert figures["offset_p50"] == pytest.approx(100)
    assert figures["waste"] == pytest.approx(100 * 2.2 / 7)


def test_segments_that_meet_bridge_too():
    assert of([(0.9, 3.0), (3.0, 6.1)])["merges"] == 100
    assert of([(0.9, 3.0), (3.1, 6.1)])["merges"] == 0


def test_short_pauses_are_bridged_in_labels_and_count_for_no_merge():
    figures = of([(1.0, 3.0)], labels=[(1.0, 1.5), (1.7, 2.0), (2.4, 3.0)])
    assert (figures["utterances"], figures["merges"]) == (2, pytest.approx(math.nan, nan_ok=True))


def test_overlapping_segments_count_once():
    figures = of([(1.0, 2.0), (4.0, 5.2), (4.8, 6.0)], reasons=["silence", "maximum", "silence"])
    assert (figures["lost"], figures["waste"]) == (pytest.approx(0), pytest.approx(0))
    assert figures["splits"] == 50


def test_ends_for_their_length_are_no_tails():
    figures = of([(1.0, 2.25), (4.0, 7.0)], reasons=["silence", "maximum"])
    assert figures["tail_p90"] == pytest.approx(250)
    assert figures["tail_200_300"] == 100


def test_segments_without_speech_are_false():
    figures = of([(0.1, 0.5), (2.5, 3.0), (4.0, 6.0)])
    assert figures["false_per_minute"] == pytest.approx(2 * 60 / 7)


def test_streams_without_speech_have_only_what_they_pass_on():
    figures = measure([Stream(20, [], [(1, 3)], cpu_ms=30), Stream(20, [], [], cpu_ms=10)])
    assert figures["passed"] == figures["waste"] == pytest.approx(5)
    assert figures["false_per_minute"] == pytest.approx(1.5)
    assert math.isnan(figures["lost"]) and math.isnan(figures["onset_p50"])
    assert (figures["longest"], figures["cpu"]) == (2, 1)


def test_streams_add_up_by_their_length():
    figures = measure([Stream(10, LABELS, LABELS), Stream(10, [(1, 2)], [])])
    assert figures["lost"] == pytest.approx(25)
    assert figures["missed"] == pytest.approx(100 / 3)


@pytest.mark.parametrize("seed", range(30))
def test_lost_and_waste_agree_with_counting_moments(seed):
    chance = numpy.random.default_rng(seed)

    def spans(count, overlapping):
        edges = numpy.sort(chance.integers(0, 1000, 2 * count)) / 100
        pairs = [(float(a), float(b) + (0.5 if overlapping else 0)) for a, b in edges.reshape(-1, 2) if b > a]
        return [(a, min(b, 10.0)) for a, b in pairs]

    labels, segments = measures.merged(spans(4, False), measures.BRIDGED), spans(5, True)
    moments = numpy.arange(1000) / 100 + 0.005
    speech = numpy.array([any(a < t < b for a, b in labels) for t in moments])
    passed = numpy.array([any(a < t < b for a, b in segments) for t in moments])
    figures = of(segments, labels)
    assert figures["lost"] == pytest.approx(100 * (speech & ~passed).sum() / speech.sum(), abs=1e-6)
    assert figures["waste"] == pytest.approx(100 * (~speech & passed).sum() / (~speech).sum(), abs=1e-6)


WORDS = [Word("one", 0.0, 1.0), Word("two", 1.0, 2.0), Word("three", 2.0, 3.0), Word("four", 3.0, 4.0)]


def test_cuts_are_the_ends_for_length():
    spans = [(0, 0, 10, 11, "maximum"), (8, 10, 20, 20, "valley"), (20, 20, 30, 30, "silence"), (40, 40, 50, 50, "end")]
    names = ("heard_start_sample", "start_sample", "end_sample", "heard_end_sample")
    segments = [dict(zip(names, (1_600 * edge for edge in edges)), reason=reason) for *edges, reason in spans]
    assert words.cuts(segments) == [Cut(1.0, 1.1, 0.8), Cut(2.0, 2.0, 2.0)]


@pytest.mark.parametrize(
    ("cut", "expected"),
    [
        (Cut(1.0, 1.0, 1.0), (0, 0)),
        (Cut(1.01, 1.01, 1.01), (0, 0)),
        (Cut(1.5, 1.5, 1.5), (1, 1)),
        (Cut(1.5, 1.6, 1.1), (1, 1)),
        (Cut(1.5, 1.6, 0.9), (1, 0)),
        (Cut(1.5, 2.0, 1.4), (1, 0)),
        (Cut(4.5, 4.5, 4.5), (0, 0)),
    ],
)
def test_a_cut_in_a_word_is_healed_by_an_overlap_that_has_it_whole(cut, expected):
    assert words.cut_words([cut], WORDS) == expected


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ("one two three four", [0, 0, 0, 0]),
        ("one too three four", [0, 1, 0, 0]),
        ("one three four", [0, 1, 0, 0]),
        ("one two two three four", [0, 1, 0, 0]),
        ("", [1, 1, 1, 1]),
        ("a one two three four", [1, 0, 0, 0]),
    ],
)
def test_errors_belong_to_words(heard, expected):
    errors = words.errors_by_word("one two three four".split(), heard.split())
    assert sum(errors) == sum(expected)
    if heard != "one two two three four":
        assert errors == expected


def test_errors_near_cuts_are_apart_from_the_others():
    counts = words.boundary_errors(WORDS, ["one", "too", "four"], [Cut(1.2, 1.2, 1.2)])
    assert counts == {"boundary_words": 2, "boundary_errors": 1, "interior_words": 2, "interior_errors": 1}


@pytest.mark.parametrize(
    ("heard", "otherwise", "expected"),
    [
        ("one two three four", "one two three four", 0),
        ("one too three four", "one two three four", 1),
        ("one too three four", "one too three four", 0),
        ("one two three for", "one two three four", 0),
    ],
)
def test_a_cut_breaks_what_is_right_when_it_is_cut_elsewhere(heard, otherwise, expected):
    assert words.broken_words(WORDS, heard.split(), otherwise.split(), [Cut(1.5, 1.5, 1.5)]) == expected


def test_words_keep_their_sound_when_pauses_come_between():
    samples = numpy.repeat(numpy.arange(40.0), 1_600)
    spoken = [Word(str(index), index / 10, (index + 1) / 10) for index in range(40)]
    paused, moved = long_speech.with_pauses(samples, spoken, numpy.random.default_rng(4))
    assert len(paused) > len(samples) + 3 * 0.15 * 16_000
    for index, word in enumerate(moved):
        assert set(paused[round(word.start * 16_000) + 2 : round(word.end * 16_000) - 2]) == {float(index)}


def test_words_get_the_times_of_their_sounds():
    phones = [("dh", 0.1, 0.2), ("iy", 0.2, 0.3), ("k", 0.3, 0.4), ("ae", 0.4, 0.5), ("t", 0.5, 0.7)]
    assert words.aligned(phones, [("the", ["dh", "ax"]), ("cat", ["k", "ae", "t"])]) == [
        Word("the", 0.1, 0.3),
        Word("cat", 0.3, 0.7),
    ]


def test_streams_have_their_labels_where_the_sound_is():
    chance = numpy.random.default_rng(1)
    clips = [corpus.Clip(0.1 * chance.standard_normal(16_000), [(0, 1.0)]) for _ in range(5)]
    made = corpus.stream("a stream", clips, -24)
    loud = numpy.abs(made.samples / 32_768) > 0.01
    assert len(made.labels) == 5
    for (_, before), (after, _) in zip(made.labels, made.labels[1:]):
        assert 0.3 <= after - before <= 4
        assert not loud[int(before * 16_000) + 1 : int(after * 16_000)].any()
    for start, end in made.labels:
        assert loud[int(start * 16_000) : int(end * 16_000)].mean() > 0.5
    assert numpy.array_equal(corpus.stream("a stream", clips, -24).samples, made.samples)


@pytest.mark.parametrize("kind", corpus.KINDS)
@pytest.mark.parametrize("ratio", [10, 0])
def test_noise_is_mixed_at_its_ratio(kind, ratio):
    chance = numpy.random.default_rng(2)
    samples = numpy.concatenate([numpy.zeros(8_000), 0.05 * chance.standard_normal(16_000), numpy.zeros(8_000)])
    clean = corpus.Recording("x", "clean", corpus.whole_numbers(samples), [(0.5, 1.5)])
    noises = corpus.Noises([chance.standard_normal(30_000) for _ in range(8)], None)
    noisy = noises.mix(clean, kind, ratio)
    noise = (noisy.samples.astype(float) - clean.samples) / 32_768
    assert 20 * math.log10(0.05 / noise.std()) == pytest.approx(ratio, abs=0.5)


def test_clips_are_labelled_by_their_level():
    chance = numpy.random.default_rng(3)
    samples = 0.0001 * chance.standard_normal(48_000)
    for start, end in ((8_000, 16_000), (18_000, 24_000), (36_000, 40_000)):
        samples[start:end] += 0.1 * chance.standard_normal(end - start)
    assert corpus.sounding(samples) == [(0.5, 1.5), (2.25, 2.5)]
    assert corpus.sounding(0.1 * chance.standard_normal(48_000)) == []
