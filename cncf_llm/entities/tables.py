"""The tables of this stage."""

import polars as pl

from cncf_llm.store import Table

MENTIONS = Table(
    "mentions",
    {
        "mention_id": (pl.String, "`men-`: passage, offsets and label"),
        "passage_id": (pl.String, "the passage it stands in"),
        "project": (pl.String, "the project whose documentation that is"),
        "start": (pl.Int64, "offset of its first character in the passage's text"),
        "end": (pl.Int64, "offset behind its last character"),
        "text": (pl.String, "the passage's text between the two"),
        "label": (pl.String, "one of the twelve labels"),
        "name": (pl.String, "the entity's own name, whatever the spelling here"),
        "entity_id": (pl.String, "`ent-`: label and name"),
        "method": (pl.String, "what found it: gazetteer, pattern or statistical"),
    },
)

NODES = Table(
    "nodes",
    {
        "entity_id": (pl.String, "`ent-`: label and name"),
        "label": (pl.String, "one of the twelve labels, or CATEGORY or MATURITY"),
        "name": (pl.String, "the entity's name"),
        "project_key": (pl.String, "the landscape's key of the project that it is or is part of"),
        "api_versions": (
            pl.List(pl.String),
            "of an API kind: each `group/version` under which the corpus defines it, sorted",
        ),
        "mentions": (pl.Int64, "how often it is mentioned; 0 where only the landscape names it"),
        "passage_ids": (pl.List(pl.String), "the passages that mention it, sorted"),
    },
)

EDGES = Table(
    "edges",
    {
        "edge_id": (pl.String, "`edg-`: type, head and tail"),
        "type": (pl.String, "the relation"),
        "head": (pl.String, "entity_id of its subject"),
        "head_name": (pl.String, "that entity's name"),
        "tail": (pl.String, "entity_id of its object"),
        "tail_name": (pl.String, "that entity's name"),
        "count": (pl.Int64, "how many sentences state it; 1 for a fact of the landscape"),
        "confidence": (pl.Float64, "0 to 1: what the sentence patterns behind it are worth"),
        "sentence": (pl.String, "one of the sentences, verbatim; null for a landscape fact"),
        "passage_ids": (
            pl.List(pl.String),
            "the passages that state it, sorted; none if landscape",
        ),
    },
)

SCORES = Table(
    "recognizer_scores",
    {
        "label": (pl.String, "a label, or `micro`, or `micro without CONCEPT`"),
        "match": (pl.String, "exact, or relaxed: same label and overlapping"),
        "precision": (pl.Float64, "null when nothing was found"),
        "recall": (pl.Float64, "null when nothing was annotated"),
        "f1": (pl.Float64, "null when either is"),
        "annotated": (pl.Int64, "spans in the annotated file"),
        "found": (pl.Int64, "spans the recognizer gave"),
    },
)
