"""Training of the pipeline's statistical component on what the rules find in the corpus.

The rules label the corpus, so the labels are weak: what they miss is missing. Two measures let the
component learn the context of a name instead of the list of names. Some names are replaced, by
another of their label or by an invented one. An ambiguous word counts as unlabelled, not as
nothing.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from cncf_llm.entities.gazetteer import Gazetteer
from cncf_llm.entities.labels import COMPONENT, LABELS, ORGANIZATION, PLATFORM, PROJECT
from cncf_llm.entities.plain import units
from cncf_llm.entities.recognizer import (
    Recognizer,
    blank_recognizer,
    recognize,
    save_recognizer,
)
from cncf_llm.entities.spans import Span
from cncf_llm.store import stable_id

if TYPE_CHECKING:
    from spacy.training import Example

_WORDS_A_BATCH = 700
_REPLACED = (PROJECT, COMPONENT, ORGANIZATION, PLATFORM)

_MODEL = {
    "@architectures": "spacy.TransitionBasedParser.v2",
    "state_type": "ner",
    "extra_state_tokens": False,
    "hidden_width": 48,
    "maxout_pieces": 2,
    "use_upper": True,
    "tok2vec": {
        "@architectures": "spacy.HashEmbedCNN.v2",
        "width": 64,
        "depth": 3,
        "embed_size": 2000,
        "window_size": 1,
        "maxout_pieces": 2,
        "subword_features": True,
        "pretrained_vectors": None,
    },
}


def train_recognizer(
    passages: pl.DataFrame,
    gazetteer: Gazetteer,
    folder: Path,
    *,
    steps: int = 300,
    seed: int = 0,
    max_passages: int = 1500,
    project_names: dict[str, str] | None = None,
    report: Callable[[int, int, float], None] | None = None,
) -> dict[str, int | float]:
    """Train a pipeline and write it to `folder`; return facts about the training.

    `passages` has the columns of the corpus's passages table; at most `max_passages` of them are
    used, chosen by a hash, so that the order of rows does not matter. `project_names` maps a
    project's key to its name, by which an ambiguous name is trusted in its own documentation.
    `report(step, steps, loss)` is called after each step; the loss is per word. The same input
    gives the same bytes.
    """
    from thinc.api import fix_random_seed

    sample = sample_passages(passages, max_passages, seed)
    recognizer = blank_recognizer(gazetteer)
    labelled = label_by_rules(recognizer, sample, project_names or {})
    recognizer = replace(recognizer, ordinary=ordinary_words(text for text, _, _ in labelled))
    rng = random.Random(seed)  # noqa: S311 - a repeatable draw, no secret
    fix_random_seed(seed)
    nlp = recognizer.nlp
    ner: Any = nlp.add_pipe("ner", config={"model": _MODEL})
    for label in LABELS:
        ner.add_label(label)
    facts: dict[str, int | float] = {
        "passages": sample.height,
        "units": len(labelled),
        "weak_labels": sum(len(spans) for _, spans, _ in labelled),
        "gazetteer_entries": len(gazetteer.entries),
        "steps": steps,
        "seed": seed,
    }
    if not facts["weak_labels"]:
        nlp.remove_pipe("ner")
        save_recognizer(recognizer, folder)
        return facts | {"steps": 0}
    pools = _name_pools(gazetteer)
    stream = _batches(recognizer, labelled, pools, rng)
    ner.initialize(lambda: next(stream), nlp=nlp)
    optimizer = nlp.create_optimizer()
    words = 0
    losses: list[float] = []
    with nlp.select_pipes(enable=["ner"]):
        for step in range(1, steps + 1):
            batch = next(stream)
            size = sum(len(example.reference) for example in batch)
            loss = nlp.update(batch, sgd=optimizer, drop=0.2)["ner"] / size
            words += size
            losses.append(float(loss))
            if report:
                report(step, steps, float(loss))
    save_recognizer(recognizer, folder)
    tail = losses[-min(20, len(losses)) :]
    return facts | {
        "words_trained": words,
        "loss_first": round(losses[0], 6),
        "loss_last": round(sum(tail) / len(tail), 6),
    }


def sample_passages(passages: pl.DataFrame, most: int, seed: int) -> pl.DataFrame:
    """Choose at most `most` passages, as evenly over the projects as they allow."""
    ranked = passages.with_columns(
        pl.Series("_draw", [stable_id("draw", seed, key) for key in passages["passage_id"]])
    ).sort("_draw")
    turns = ranked.with_columns(_turn=pl.int_range(pl.len()).over("project"))
    return turns.sort("_turn", "_draw").head(most).drop("_turn", "_draw")


def ordinary_words(texts: Iterable[str], least: int = 2) -> frozenset[str]:
    """Return the words that the texts write in lower case, at least `least` times."""
    counts = Counter(word for text in texts for word in _LOWER.findall(text))
    return frozenset(word for word, count in counts.items() if count >= least)


_LOWER = re.compile(r"(?<![\w./-])[a-z]{2,}(?![\w/-])")
Labelled = tuple[str, list[Span], list[Span]]  # a unit's text, its entities, its unclear names


def label_by_rules(
    recognizer: Recognizer, passages: pl.DataFrame, project_names: dict[str, str]
) -> list[Labelled]:
    """Mark the prose of the passages by rule. A text that occurs twice is taken once."""
    prose: dict[str, tuple] = {}
    for project, text in passages.select("project", "text").iter_rows():
        for unit in units(text):
            if unit.kind != "code" and len(unit.text.split()) > 3:
                prose.setdefault(unit.text, (unit, project_names.get(project)))
    found = recognize(recognizer, prose.values())
    return [(text, one.spans, one.unclear) for text, one in zip(prose, found, strict=True)]


def _name_pools(gazetteer: Gazetteer) -> dict[str, list[str]]:
    return {
        label: sorted({e.name for e in gazetteer.entries if e.label == label and len(e.name) > 3})
        for label in _REPLACED
    }


def _batches(
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
            example = _example(recognizer, *_with_other_names(text, spans, unclear, pools, rng))
            batch.append(example)
            size += len(example.reference)
            if size >= _WORDS_A_BATCH:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch
            batch, size = [], 0


def _with_other_names(
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
