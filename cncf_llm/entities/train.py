"""Training of the pipeline's statistical component on what the rules find in the corpus.

The rules label the corpus, so the labels are weak: what they miss is missing. Two measures let the
component learn the context of a name instead of the list of names. Some names are replaced, by
another of their label or by an invented one. An ambiguous word counts as unlabelled, not as
nothing.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from cncf_llm.entities.chosen import adopt_pipeline
from cncf_llm.entities.examples import Labelled, batches, name_pools
from cncf_llm.entities.gazetteer import Gazetteer
from cncf_llm.entities.labels import LABELS
from cncf_llm.entities.plain import units
from cncf_llm.entities.reading import recognize
from cncf_llm.entities.recognizer import (
    Recognizer,
    blank_recognizer,
    load_recognizer,
    save_recognizer,
)
from cncf_llm.store import stable_id

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
    pipeline: Path | None = None,
    report: Callable[[int, int, float], None] | None = None,
) -> dict[str, int | float]:
    """Train a pipeline and write it to `folder`; return facts about the training.

    `passages` has the columns of the corpus's passages table; at most `max_passages` of them are
    used, chosen by a hash, so that the order of rows does not matter. `project_names` maps a
    project's key to its name, by which an ambiguous name is trusted in its own documentation.
    `pipeline` is a spaCy
    pipeline's folder to take in place of the component that is else trained; nothing is trained
    then. `report(step, steps, loss)` is called after each step; the loss is per word. The same
    input gives the same bytes.
    """
    from thinc.api import fix_random_seed

    sample = sample_passages(passages, max_passages, seed)
    recognizer = blank_recognizer(gazetteer)
    labelled = label_by_rules(recognizer, sample, project_names or {})
    recognizer = replace(recognizer, ordinary=ordinary_words(text for text, _, _ in labelled))
    if pipeline is not None:
        save_recognizer(recognizer, folder)
        adopt_pipeline(pipeline, folder)
        load_recognizer(folder)  # it must work before anything relies on it
        return _facts(sample, labelled, gazetteer, 0, seed)
    rng = random.Random(seed)  # noqa: S311 - a repeatable draw, no secret
    fix_random_seed(seed)
    nlp = recognizer.nlp
    ner: Any = nlp.add_pipe("ner", config={"model": _MODEL})
    for label in LABELS:
        ner.add_label(label)
    facts = _facts(sample, labelled, gazetteer, steps, seed)
    if not facts["weak_labels"]:
        nlp.remove_pipe("ner")
        save_recognizer(recognizer, folder)
        return facts | {"steps": 0}
    pools = name_pools(gazetteer)
    stream = batches(recognizer, labelled, pools, rng)
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


def _facts(
    sample: pl.DataFrame, labelled: list[Labelled], gazetteer: Gazetteer, steps: int, seed: int
) -> dict[str, int | float]:
    return {
        "passages": sample.height,
        "units": len(labelled),
        "weak_labels": sum(len(spans) for _, spans, _ in labelled),
        "gazetteer_entries": len(gazetteer.entries),
        "steps": steps,
        "seed": seed,
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
