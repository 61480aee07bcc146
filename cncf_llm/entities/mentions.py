"""The mentions of entities in passages, computed for new and changed passages only."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from cncf_llm.entities.labels import COMMAND, KUBERNETES_KIND, SETTING
from cncf_llm.entities.plain import units
from cncf_llm.entities.reading import recognize
from cncf_llm.entities.recognizer import Recognizer, load_recognizer
from cncf_llm.entities.spans import Span
from cncf_llm.entities.tables import MENTIONS
from cncf_llm.entities.version import VERSION
from cncf_llm.store import DROPS, Carried, carry_over, digest, stable_id

_PASSAGES_AT_ONCE = 500


def find_mentions(
    folder: Path,
    recognizer_digest: str,
    passages: pl.DataFrame,
    previous: Mapping[str, pl.DataFrame] | None = None,
    *,
    project_names: Mapping[str, str] | None = None,
) -> Carried:
    """Find the mentions in each passage, carrying over those of unchanged passages.

    `passages` has the columns of the corpus's passages table. `recognizer_digest` names the content
    of the recognizer's `folder`: another recognizer means another look at every passage.
    `project_names` maps a project's key to its name, by which an ambiguous name is trusted in its
    own documentation. The tables are `mentions` and `drops`; of `drops`, `item` is the passage and
    `passage_id` repeats it. The recognizer is loaded only when there is something to do.
    """
    names = dict(project_names or {})
    loaded: list[Recognizer] = []

    def compute(changed: pl.DataFrame) -> dict[str, pl.DataFrame]:
        mentions: list[dict] = []
        drops: list[dict] = []
        for at in range(0, changed.height, _PASSAGES_AT_ONCE):
            if not loaded:
                loaded.append(load_recognizer(folder))
            some = changed.slice(at, _PASSAGES_AT_ONCE)
            found, unclear = _in_passages(loaded[0], some, names)
            mentions += found
            drops += unclear
        frame = DROPS.frame(drops)
        return {
            "mentions": MENTIONS.frame(mentions),
            "drops": frame.with_columns(passage_id=pl.col("item")),
        }

    own = {project: names.get(project) for project in passages["project"].unique().sort()}
    recipe = digest({"version": VERSION, "recognizer": recognizer_digest, "names": own})
    return carry_over(passages, previous, compute, key="passage_id", recipe=recipe)


def _in_passages(
    recognizer: Recognizer, passages: pl.DataFrame, names: Mapping[str, str]
) -> tuple[list[dict], list[dict]]:
    pairs = []
    owners = []
    for row in passages.select("passage_id", "project", "text").iter_rows(named=True):
        for unit in units(row["text"]):
            pairs.append((unit, names.get(row["project"])))
            owners.append(row)
    mentions: list[dict] = []
    drops: list[dict] = []
    found = recognize(recognizer, pairs)
    for (unit, _), row, one in zip(pairs, owners, found, strict=True):
        for span in one.spans:
            start, end = unit.source(span.start, span.end)
            mentions.append(
                {
                    "mention_id": stable_id("men", row["passage_id"], start, end, span.label),
                    "passage_id": row["passage_id"],
                    "project": row["project"],
                    "start": start,
                    "end": end,
                    "text": row["text"][start:end],
                    "label": span.label,
                    "name": entity_name(span),
                    "entity_id": entity_id(span.label, entity_name(span)),
                    "method": span.method,
                }
            )
        for span in one.unclear:
            drops.append(
                {
                    "project": row["project"],
                    "item": row["passage_id"],
                    "reason": "ambiguous-without-context",
                    "detail": f"{span.label} {unit.text[span.start : span.end]} in: "
                    f"{unit.text[max(0, span.start - 40) : span.end + 40]}",
                }
            )
    return mentions, drops


def entity_id(label: str, name: str) -> str:
    """Return the id of an entity: its label and its name in lower case."""
    return stable_id("ent", label, name.lower())


def entity_name(span: Span) -> str:
    """Return the name under which a span's entity is known, whatever the spelling in the text."""
    name = " ".join(span.name.split())
    if span.method == "gazetteer":
        return name
    if span.label == COMMAND:
        # arguments are an example's own: "helm install my-release ./chart" is "helm install"
        words = name.split()
        plain = [word for word in words[1:4] if word.isascii() and _is_subcommand(word)]
        return " ".join([words[0], *_leading(words[1:4], plain)])
    if span.label == KUBERNETES_KIND and name.endswith("s") and not name.endswith("ss"):
        return name[:-1]
    if span.label == SETTING:
        return name.rstrip("=:")
    return name


def _is_subcommand(word: str) -> bool:
    return word.replace("-", "").isalpha() and word.islower() and not word.startswith("-")


def _leading(words: list[str], allowed: list[str]) -> list[str]:
    kept = []
    for word in words:
        if word not in allowed:
            break
        kept.append(word)
    return kept
