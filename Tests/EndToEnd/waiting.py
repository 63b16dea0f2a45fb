"""Waiting on conditions, with a limit."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# Generous, so that a busy machine does not fail a test; nothing waits this long when all is well.
LIMIT = 60.0


def until(condition: Callable[[], T], what: str, limit: float = LIMIT) -> T:
    """Returns the first true value of `condition`; fails when there is none within `limit` seconds."""
    deadline = time.monotonic() + limit
    while True:
        if value := condition():
            return value
        assert time.monotonic() < deadline, f"not within {limit} s: {what}"
        time.sleep(0.01)
