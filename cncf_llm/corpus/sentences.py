"""Where a sentence ends."""

import re

_END = re.compile(r"[.!?][\"'”’)\]]*\s+(?=[\"'“‘(\[`]?[A-Z0-9`])")
# Before these a full stop ends an abbreviation, not a sentence.
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|resp|incl|no|nr|fig|sec|ver|v|mr|mrs|dr|st|inc|ltd|co|u\.s|"
    r"al|a\.k\.a)|\b[A-Z]|^\s*\d{1,3})\.$",
    re.IGNORECASE,
)


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph. Never divides within a code span."""
    sentences, start = [], 0
    for found in _END.finditer(text):
        sentence = text[start : found.end()].strip()
        if _ABBREVIATION.search(text[start : found.start() + 1]) or sentence.count("`") % 2:
            continue
        sentences.append(sentence)
        start = found.end()
    rest = text[start:].strip()
    return [*sentences, rest] if rest else sentences
