"""Measures on words, for speech that is longer than the longest utterance. Times are seconds.

A cut is where a segment ended for its length (reason "valley" or "maximum").

    in a word       cuts with a word on both sides of them, % of cuts; 20 ms at either end of a word do not count
    word lost       cuts whose word the engine hears whole in neither of the two utterances, % of cuts
    broken          cuts whose word, or the word on either side, the joined transcript has wrong, although a transcript
                    that was cut elsewhere has it right, % of cuts: errors that are the cut's and not the engine's
    boundary        word error rate of the words that lie within 0.5 s of a cut, as the joined transcript has them
    interior        word error rate of all other words
    ratio           boundary over interior

For the error rates the transcript is aligned to the words that were spoken, with the least number of errors. An
inserted word is counted for the spoken word before it.
"""

from dataclasses import dataclass

EDGE = 0.02
NEAR = 0.5


@dataclass(frozen=True)
class Word:
    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Cut:
    position: float
    heard_until: float  # what the engine hears of the utterance before
    heard_from: float  # and of the one behind


def cuts(segments: list[dict]) -> list[Cut]:
    """Where utterances were cut for their length."""
    return [
        Cut(one["end_sample"] / 16_000, one["heard_end_sample"] / 16_000, other["heard_start_sample"] / 16_000)
        for one, other in zip(segments, segments[1:])
        if one["reason"] in ("valley", "maximum")
    ]


def cut_words(cuts: list[Cut], words: list[Word]) -> tuple[int, int]:
    """How many cuts lie in a word, and how many of their words no utterance has whole."""
    hit = [(next((w for w in words if w.start + EDGE < cut.position < w.end - EDGE), None), cut) for cut in cuts]
    hit = [(word, cut) for word, cut in hit if word]
    return len(hit), sum(c.heard_from > w.start + EDGE and c.heard_until < w.end - EDGE for w, c in hit)


def errors_by_word(spoken: list[str], heard: list[str]) -> list[int]:
    """Errors of each spoken word under the best alignment."""
    rows, columns = len(spoken) + 1, len(heard) + 1
    cost = [[max(i, j) if not i or not j else 0 for j in range(columns)] for i in range(rows)]
    for i in range(1, rows):
        for j in range(1, columns):
            same = spoken[i - 1] == heard[j - 1]
            cost[i][j] = min(cost[i - 1][j - 1] + (not same), cost[i - 1][j] + 1, cost[i][j - 1] + 1)
    errors = [0] * len(spoken)
    i, j = len(spoken), len(heard)
    while i or j:
        if i and j and cost[i][j] == cost[i - 1][j - 1] + (spoken[i - 1] != heard[j - 1]):
            errors[i - 1] += spoken[i - 1] != heard[j - 1]
            i, j = i - 1, j - 1
        elif i and cost[i][j] == cost[i - 1][j] + 1:
            errors[i - 1] += 1
            i -= 1
        else:
            if errors:
                errors[max(i - 1, 0)] += 1
            j -= 1
    return errors


def broken_words(words: list[Word], heard: list[str], heard_otherwise: list[str], cuts: list[Cut]) -> int:
    """How many cuts did harm; the second transcript was cut elsewhere."""
    spoken = [word.text for word in words]
    errors, other_errors = errors_by_word(spoken, heard), errors_by_word(spoken, heard_otherwise)
    count = 0
    for cut in cuts:
        behind = next((index for index, word in enumerate(words) if word.end > cut.position), len(words) - 1)
        near = range(max(0, behind - 1), min(len(words), behind + 2))
        count += any(errors[index] > other_errors[index] == 0 for index in near)
    return count


def boundary_errors(words: list[Word], heard: list[str], cuts: list[Cut]) -> dict[str, int]:
    """Words and errors near cuts, and elsewhere."""
    errors = errors_by_word([word.text for word in words], heard)
    counts = {"boundary_words": 0, "boundary_errors": 0, "interior_words": 0, "interior_errors": 0}
    for w, error in zip(words, errors):
        place = "boundary" if any(w.start < c.position + NEAR and c.position - NEAR < w.end for c in cuts) else "interior"
        counts[f"{place}_words"] += 1
        counts[f"{place}_errors"] += error
    return counts


def aligned(phones: list[tuple[str, float, float]], pronunciations: list[tuple[str, list[str]]]) -> list[Word]:
    """Words with their times: `phones` as they were spoken, aligned to the pronunciation of each word alone."""
    expected = [(phone, index) for index, (_, sounds) in enumerate(pronunciations) for phone in sounds]
    rows, columns = len(expected) + 1, len(phones) + 1
    cost = [[0] * columns for _ in range(rows)]
    for i in range(rows):
        for j in range(columns):
            if not i or not j:
                cost[i][j] = max(i, j)
                continue
            # Another sound of the same word (a reduced vowel) is cheaper than one too many.
            change = 0 if expected[i - 1][0] == phones[j - 1][0] else 1.5
            cost[i][j] = min(cost[i - 1][j - 1] + change, cost[i - 1][j] + 1, cost[i][j - 1] + 1)
    spans: dict[int, list[float]] = {}
    i, j = rows - 1, columns - 1
    while i and j:
        change = 0 if expected[i - 1][0] == phones[j - 1][0] else 1.5
        if cost[i][j] == cost[i - 1][j - 1] + change:
            _, start, end = phones[j - 1]
            known = spans.setdefault(expected[i - 1][1], [start, end])
            known[0], known[1] = min(known[0], start), max(known[1], end)
            i, j = i - 1, j - 1
        elif cost[i][j] == cost[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
    return [Word(pronunciations[index][0], *spans[index]) for index in sorted(spans)]
