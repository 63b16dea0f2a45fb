"""The table of clients and scenarios in docs/clients.md, which the tests write and nobody else."""

import re
from dataclasses import dataclass, field

from catalogue import COLUMNS, ROWS
from recording import ROOT

DOCUMENT = ROOT / "docs" / "clients.md"
BEGIN = "<!-- clients: written by Tests/EndToEnd/clients -->"
END = "<!-- /clients -->"
PASSED, FAILED, NONE = "✓", "✗", "–"

Cell = tuple[str, str]


@dataclass
class Results:
    """What a run found."""

    # Cells that have a test, whether or not it was run.
    collected: set[Cell] = field(default_factory=set)
    marks: dict[Cell, str] = field(default_factory=dict)

    def add(self, row: str, column: str, has_passed: bool) -> None:
        """Takes one phase of one test; all of them must pass."""
        if self.marks.get((row, column)) != FAILED:
            self.marks[row, column] = PASSED if has_passed else FAILED

    def merged(self, known: dict[Cell, str]) -> dict[Cell, str]:
        """The whole table: cells that were not run keep what is known of them, cells that no test has are empty."""
        rows = {row for row, _ in self.collected}

        def mark(row: str, column: str) -> str:
            if (row, column) in self.marks:
                return self.marks[row, column]
            has_test = (row, column) in self.collected or row not in rows
            return known.get((row, column), NONE) if has_test else NONE

        return {(row, client.name): mark(row, client.name) for row in ROWS for client in COLUMNS}


def render(cells: dict[Cell, str]) -> str:
    columns = [client.name for client in COLUMNS]
    lines = ["| | " + " | ".join(columns) + " |", "|---|" + ":-:|" * len(columns)]
    lines += [f"| {row} | " + " | ".join(cells[row, column] for column in columns) + " |" for row in ROWS]
    return "\n".join(lines)


def parse(block: str) -> dict[Cell, str]:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.strip().splitlines()]
    if not rows:
        return {}
    columns = rows[0][1:]
    return {(row[0], column): mark for row in rows[2:] for column, mark in zip(columns, row[1:], strict=True)}


def pattern() -> re.Pattern[str]:
    return re.compile(f"(?<={re.escape(BEGIN)}\n).*?(?={re.escape(END)})", re.S)


def shown() -> str:
    """The document's block."""
    found = pattern().findall(DOCUMENT.read_text())
    assert len(found) == 1, f"{DOCUMENT.name} needs one block between {BEGIN} and {END}"
    return found[0]


def write(block: str) -> None:
    DOCUMENT.write_text(pattern().sub(lambda _: block, DOCUMENT.read_text()))
