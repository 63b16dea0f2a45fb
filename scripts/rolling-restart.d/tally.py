"""What became of what sessions said."""

RATE = 16_000
LOST = RATE // 4  # samples of an utterance that count as a loss: less than what a detector takes for speech, and its edges
DOUBLED = RATE // 1000  # times on the wire are milliseconds
MISPLACED = 2 * DOUBLED


class Tally:
    def __init__(self, wanted):
        """`wanted`: the utterances of a session without restarts, as ranges of samples."""
        self.wanted = wanted
        self.sessions = self.utterances = self.transcripts = 0
        self.lost = self.doubled = self.inverted = self.misplaced = self.failed = self.split = 0
        self.longest_gap = 0
        # What went wrong, for whoever has to find out why.
        self.details = []
        self.resumed = self.moved = self.refused = 0

    def add(self, session):
        self.sessions += 1
        self.utterances += len(self.wanted)
        self.transcripts += len(session.transcripts)
        self.failed += len(session.errors)
        self.resumed += session.resumed
        self.moved += session.moved
        self.refused += session.refused
        heard, end = [], 0
        for start, stop, text in session.transcripts:
            parts = text.split()
            is_right = len(parts) == 3 and parts[0] == str(session.number)
            if is_right:
                first, last = int(parts[1]), int(parts[2])
                is_right = abs(first - start) <= MISPLACED and abs(last - stop) <= MISPLACED
            if not is_right:
                self.misplaced += 1
                continue
            self.doubled += first < end - DOUBLED
            self.inverted += bool(heard) and first < heard[-1][0]
            heard.append((first, last))
            end = max(end, last)
        for start, stop in self.wanted:
            inside = [(max(first, start), min(last, stop)) for first, last in heard if first < stop and last > start]
            gap, place = 0, start
            for first, last in sorted(inside):
                gap, place = max(gap, first - place), max(place, last)
            gap = max(gap, stop - place)
            self.longest_gap = max(self.longest_gap, gap)
            if gap >= LOST:
                self.lost += 1
                near = [text for first, last, text in session.transcripts if first < stop + RATE and last > start - RATE]
                self.details.append(f"lost: session {session.number}, samples {start} to {stop}; got {near}; {session.story}")
            self.split += len(inside) > 1

    @property
    def is_clean(self):
        return not (self.lost or self.doubled or self.inverted or self.misplaced or self.failed)

    def __str__(self):
        return "".join(f"{line}\n" for line in self.details[:20]) + (
            f"{self.sessions} sessions, {self.utterances} utterances said, {self.transcripts} transcripts\n"
            f"lost {self.lost}, doubled {self.doubled}, inverted {self.inverted}, misplaced {self.misplaced},"
            f" failed {self.failed}\n"
            f"split {self.split}; longest stretch of an utterance without transcript {self.longest_gap * 1000 // RATE} ms\n"
            f"connections resumed {self.resumed}, sessions moved by a stop {self.moved}, handshakes refused {self.refused}"
        )
