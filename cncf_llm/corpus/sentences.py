"""Where a sentence ends."""

import re

_END = re.compile(r"[.!?][\"'”’)\]]*\s+(?=[\"'“‘(\[`]?[A-Z0-9`])")
# Before these a full stop ends an abbreviation, not a sentence.
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|resp|incl|no|nr|fig|sec|ver|v|mr|mrs|dr|st|inc|ltd|co|u\.s|"
    r"al|a\.k\.a)|\b[A-Z]|^\s*\d{1,3})\.$",
    re.IGNORECASE,
)
_LONGEST = 20  # characters before a full stop that can tell an abbreviation


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph. Never divides within a code span."""
    sentences, start = [], 0
    counted = ticks = 0  # back-ticks since the start, counted up to here
    for found in _END.finditer(text):
        ticks += text.count("`", counted, found.end())
        counted = found.end()
        before = text[max(start, found.start() - _LONGEST) : found.start() + 1]
        if ticks % 2 or _ABBREVIATION.search(before):
            continue
        sentences.append(text[start : found.end()].strip())
        start, ticks = found.end(), 0
    rest = text[start:].strip()
    return [*sentences, rest] if rest else sentences
