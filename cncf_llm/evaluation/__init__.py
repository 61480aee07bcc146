"""From facts to benchmark items, and from models to scores on them.

In: facts and pairs (for the items), a base model and adapters (for the scores).
Out: `ITEMS`, frozen questions with one right and three wrong answers; `ITEM_SCORES`, one model's
result on one item; `SCORES`, their means with intervals; `AGAINST_REPLACED`, an adapter and the one
before it on the same items; `LEADERBOARD`, all projects and models.
The sets `recall`, `unseen` and `control` are never mixed. A metric is one file in `metrics/`.
"""

from cncf_llm.evaluation.bootstrap import bootstrap_mean
from cncf_llm.evaluation.comparison import (
    ENOUGH_ITEMS,
    against_replaced,
    worse_than_replaced,
)
from cncf_llm.evaluation.item_tables import ITEMS
from cncf_llm.evaluation.items import build_items
from cncf_llm.evaluation.leaderboard import leaderboard, leaderboard_markdown
from cncf_llm.evaluation.score import ScoringError, known_scores, score_items
from cncf_llm.evaluation.summary import summarise
from cncf_llm.evaluation.tables import (
    AGAINST_REPLACED,
    ITEM_SCORES,
    LEADERBOARD,
    METRICS,
    SCORES,
    SETS,
)

# Raise it when the output of this stage changes for the same input.
VERSION = "3"

__all__ = [
    "AGAINST_REPLACED",
    "ENOUGH_ITEMS",
    "ITEMS",
    "ITEM_SCORES",
    "LEADERBOARD",
    "METRICS",
    "SCORES",
    "SETS",
    "VERSION",
    "ScoringError",
    "against_replaced",
    "bootstrap_mean",
    "build_items",
    "known_scores",
    "leaderboard",
    "leaderboard_markdown",
    "score_items",
    "summarise",
    "worse_than_replaced",
]
