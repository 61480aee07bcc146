"""Training examples for the statistical component, with some names replaced by others."""

import random
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cncf_llm.entities.gazetteer import Gazetteer
from cncf_llm.entities.labels import COMPONENT, ORGANIZATION, PLATFORM, PROJECT
from cncf_llm.entities.recognizer import Recognizer
from cncf_llm.entities.spans import Span

if TYPE_CHECKING:
    from spacy.training import Example

Labelled = tuple[str, list[Span], list[Span]]  # a unit's text, its entities, its unclear names

_WORDS_A_BATCH = 700
_REPLACED = (PROJECT, COMPONENT, ORGANIZATION, PLATFORM)


def name_pools(gazetteer: Gazetteer) -> dict[str, list[str]]:
    return {
        label: sorted({e.name for e in gazetteer.entries if e.label == label and len(e.name) > 3})
        for label in _REPLACED
    }


def batches(
    recognizer: Recognizer,
    labelled: Sequence[Labelled],
    pools: dict[str, list[str]],
    rng: random.Random,
) -> Iterator[list["Example"]]:
    """Yield batches of about 700 words for ever, in a new order each time round."""
    order = list(range(len(labelled)))
    batch: list[Example] = []
    size = 0
    while True:
        rng.shuffle(order)
        for at in order:
            text, spans, unclear = labelled[at]
            if not spans and rng.random() < 0.5:
                continue  # enough sentences without a name remain
            example = _example(recognizer, *with_other_names(text, spans, unclear, pools, rng))
            batch.append(example)
            size += len(example.reference)
            if size >= _WORDS_A_BATCH:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch
            batch, size = [], 0


def with_other_names(
    text: str,
    spans: list[Span],
    unclear: list[Span],
    pools: dict[str, list[str]],
    rng: random.Random,
) -> tuple[str, list[tuple[int, int, str]], list[tuple[int, int]]]:
    """Replace some names throughout the text, and shift the spans accordingly."""
    swaps: dict[str, str] = {}
    for name, label in sorted({(text[s.start : s.end], s.label) for s in spans}):
        if label in _REPLACED and rng.random() < 0.4:
            swaps[name] = (
                rng.choice(pools[label])
                if pools[label] and rng.random() < 0.6
                else _invented(name, rng)
            )
    pieces: list[str] = []
    entities: list[tuple[int, int, str]] = []
    blanks: list[tuple[int, int]] = []
    at = length = 0
    marks = [(s.start, s.end, s.label) for s in spans]
    taken = {i for start, end, _ in marks for i in range(start, end)}
    marks += [(s.start, s.end, "") for s in unclear if taken.isdisjoint(range(s.start, s.end))]
    for start, end, label in sorted(marks):
        name = text[start:end]
        new = swaps.get(name, name) if label in _REPLACED else name
        pieces += [text[at:start], new]
        length += start - at
        (
            entities.append((length, length + len(new), label))
            if label
            else blanks.append((length, length + len(new)))
        )
        length += len(new)
        at = end
    return "".join([*pieces, text[at:]]), entities, blanks


_SYLLABLES = (
    *("ka", "lo", "mi", "ter", "vex", "dor", "sin", "qua", "ble", "no", "ra", "zu"),
    *("fen", "pol", "tri", "gar", "hy", "cron", "lux", "ve", "stel", "mo"),
)


def _invented(like: str, rng: random.Random) -> str:
    """Make up a name with the capitals and hyphens of another."""
    words = []
    for word in like.split(" "):
        made = "".join(rng.choice(_SYLLABLES) for _ in range(rng.randint(2, 3)))
        if "-" in word:
            made += "-" + word.rsplit("-", 1)[1]
        words.append(made if word[:1].islower() else made.capitalize())
    return " ".join(words)


def _example(
    recognizer: Recognizer,
    text: str,
    entities: list[tuple[int, int, str]],
    blanks: list[tuple[int, int]],
) -> "Example":
    from spacy.training import Example, offsets_to_biluo_tags

    doc = recognizer.nlp.make_doc(text)
    aligned = []
    for start, end, label in entities:
        span = doc.char_span(start, end, alignment_mode="expand")
        if span is not None and (not aligned or span.start_char >= aligned[-1][1]):
            aligned.append((span.start_char, span.end_char, label))
    tags = offsets_to_biluo_tags(doc, aligned)
    for token in doc:
        if tags[token.i] == "O" and any(start <= token.idx < end for start, end in blanks):
            tags[token.i] = "-"
    return Example.from_dict(doc, {"entities": tags})
