"""Tables of the pairs that a language model writes."""

import polars as pl

from cncf_llm.store import Table

VERSION = "1"  # raise it when the same replies give other pairs

EVIDENCE = Table(
    "evidence",
    {
        "qa_id": (pl.String, "the pair"),
        "passage_id": (pl.String, "the passage that is quoted"),
        "start": (pl.Int64, "offset of the quotation's first character in the passage's text"),
        "end": (pl.Int64, "offset behind its last character"),
        "quote": (pl.String, "the passage's text between the two"),
    },
)

REPLIES = Table(
    "replies",
    {
        "key": (pl.String, "hash of all that the model was sent, and of its name"),
        "text": (pl.String, "what it replied"),
        "finish": (pl.String, "why it ended: stop, length, refused, too-large ..."),
        "prompt_tokens": (pl.Int64, "as the endpoint counted them; null where it does not say"),
        "completion_tokens": (pl.Int64, "likewise"),
    },
)
