"""The tables of curated pairs."""

import polars as pl

from cncf_llm.questions.tables import PAIRS
from cncf_llm.store import Table

VERSION = "1"  # raise it when the same pairs are judged otherwise

_SUPPORT = {
    "support": (pl.Float64, "support of the answer's weakest sentence, 0..1; null: no passages"),
    "support_tier": (pl.String, "what decided it: lexical, nli, judge, review or none"),
}

CURATED = Table("pairs", {**PAIRS.columns, **_SUPPORT})

# Of each pair, carried over for as long as pair and passages stay as they are.
JUDGEMENTS = Table(
    "judgements",
    {
        "qa_id": (pl.String, "the pair"),
        "reason": (pl.String, "why it is refused; null if it is kept"),
        "detail": (pl.String, "what exactly is wrong with it"),
        **_SUPPORT,
        "signature": (pl.Binary, "MinHash of question and answer; null but for first phrasings"),
    },
)
