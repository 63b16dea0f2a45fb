"""Code that the documents show."""

import re

from recording import ROOT


def snippets(document: str, heading: str) -> list[str]:
    """The blocks of code under a heading, up to the next one; there must be exactly one heading of that name."""
    text = (ROOT / document).read_text()
    [section] = re.findall(rf"^##+ {re.escape(heading)}\n(.*?)(?=^##|\Z)", text, re.S | re.M)
    return re.findall(r"^```\w+\n(.*?)^```", section, re.S | re.M)
