"""The texts that pairs are held against: passages, and rows of the landscape."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping

import polars as pl

from cncf_llm.store import stable_id


def source_texts(
    passages: pl.DataFrame, nodes: pl.DataFrame, landscape: pl.DataFrame
) -> dict[str, str]:
    """Return the text of each passage, and of each landscape row, by the id that cites it.

    A passage's text has its title and headings, and the names of the entities (NODES) that were
    found in it: who writes "k8s" supports an answer on Kubernetes.
    """
    names: dict[str, list[str]] = defaultdict(list)
    for name, passage_ids in nodes.sort("entity_id").select("name", "passage_ids").iter_rows():
        for passage_id in passage_ids:
            names[passage_id].append(name)
    texts = {
        row["passage_id"]: "\n".join(
            (
                row["title"] or "",
                *(row["heading_path"] or ()),
                row["text"],
                "; ".join(names[row["passage_id"]]),
            )
        )
        for row in passages.to_dicts()
    }
    for row in landscape.to_dicts():
        texts[stable_id("psg", "landscape", row["project"])] = landscape_text(row)
    return texts


def landscape_text(row: Mapping[str, object]) -> str:
    """Return what a row of PROJECTS says; dates also as people say them: "9 May 2016"."""
    lines = []
    for column, value in row.items():
        if value and column != "content_hash":
            said = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
            lines.append(f"{column}: {said} {_spoken(said)}".rstrip())
    return "\n".join(lines)


def _spoken(said: str) -> str:
    try:
        day = dt.date.fromisoformat(said)
    except ValueError:
        return ""
    return f"{day.day} {day:%B} {day.year}"
