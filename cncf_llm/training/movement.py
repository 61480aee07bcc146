"""How far a data set moved from the one that an adapter was trained on, and whether to retrain."""

from dataclasses import dataclass

import polars as pl

from cncf_llm.store import Table, content_hash

PAIRS_OF_A_KIND = 10  # fewer pairs are about one step of training: they teach nothing lasting

TRAINED_ON = Table(
    "trained_on",
    {
        "project": (pl.String, "landscape key, or the name of an external set"),
        "qa_id": (pl.String, "pair that the adapter was trained on"),
        "content_hash": (pl.String, "hash of its question and answer then, 16 hex digits"),
        "tokens": (pl.UInt32, "words and punctuation marks of question and answer"),
        "kind": (pl.String, "kind of the question"),
    },
)
_WORD = r"\w+|[^\w\s]"


@dataclass(frozen=True)
class Thresholds:
    """From where on a data set has moved far enough: any one of them is enough.

    `changed_tokens` and `stale_pairs` are shares (0 to 1), `new_kinds` a count.
    """

    changed_tokens: float
    stale_pairs: float
    new_kinds: int


@dataclass(frozen=True)
class Movement:
    """What of the present pairs an adapter has not learned, and what of its pairs is out of date.

    `new_tokens` of the `tokens` are in pairs that it was not trained on as they stand now.
    `stale_pairs` of the `trained_pairs` are gone or have another answer. `new_kinds` are kinds of
    questions that it never saw, with their numbers of pairs, at least `PAIRS_OF_A_KIND` each.
    """

    tokens: int
    new_tokens: int
    trained_pairs: int
    stale_pairs: int
    new_kinds: tuple[tuple[str, int], ...]

    @property
    def changed_share(self) -> float:
        return self.new_tokens / self.tokens if self.tokens else 0.0

    @property
    def stale_share(self) -> float:
        return self.stale_pairs / self.trained_pairs if self.trained_pairs else 0.0


def trained_on(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the `TRAINED_ON` table of pairs with their questions and answers.

    Tokens are counted by words and punctuation marks, not by a model's tokenizer: the share that
    changed hardly depends on it, and a sensor can count them without loading a model.
    """
    text = pairs.select("question", "answer")
    hashes = [content_hash(f"{question}\0{answer}")[:16] for question, answer in text.iter_rows()]
    tokens = pl.col("question").str.count_matches(_WORD) + pl.col("answer").str.count_matches(_WORD)
    return (
        pairs.select(
            "project",
            "qa_id",
            pl.Series("content_hash", hashes, dtype=pl.String),
            tokens.cast(pl.UInt32).alias("tokens"),
            "kind",
        )
        .select(TRAINED_ON.schema.names())
        .sort("project", "qa_id")
    )


def movement(before: pl.DataFrame, now: pl.DataFrame) -> Movement:
    """Compare two `TRAINED_ON` tables: of what was trained on, and of the present pairs.

    A changed pair counts twice, and rightly so: as something new to learn, and as something that
    was learned and is no longer so.
    """
    same = ["project", "qa_id", "content_hash"]
    new = now.join(before, on=same, how="anti")
    kinds = (
        now.filter(~pl.col("kind").is_in(before["kind"].unique().implode()))
        .group_by("kind")
        .len()
        .filter(pl.col("len") >= PAIRS_OF_A_KIND)
        .sort("kind")
    )
    return Movement(
        tokens=int(now["tokens"].sum()),
        new_tokens=int(new["tokens"].sum()),
        trained_pairs=before.height,
        stale_pairs=before.join(now, on=same, how="anti").height,
        new_kinds=tuple((str(kind), int(count)) for kind, count in kinds.iter_rows()),
    )


def why(moved: Movement, thresholds: Thresholds) -> str | None:
    """Return the sentence that says why to retrain, or None when the data moved too little."""
    reasons = []
    if moved.new_tokens and moved.changed_share >= thresholds.changed_tokens:
        reasons.append(
            f"{_percent(moved.changed_share)} of the tokens changed since the adapter was trained "
            f"(threshold {_percent(thresholds.changed_tokens)})"
        )
    if moved.stale_pairs and moved.stale_share >= thresholds.stale_pairs:
        reasons.append(
            f"{moved.stale_pairs} of the {moved.trained_pairs} pairs that it learned are stale: "
            f"{_percent(moved.stale_share)} (threshold {_percent(thresholds.stale_pairs)})"
        )
    if len(moved.new_kinds) >= thresholds.new_kinds:
        kinds = ", ".join(f"{kind} ({count} pairs)" for kind, count in moved.new_kinds)
        reasons.append(f"it never saw these kinds of questions: {kinds}")
    return "; ".join(reasons) or None


def how_little(moved: Movement, thresholds: Thresholds) -> str:
    """Return the sentence that says why not to retrain yet."""
    said = (
        f"{_percent(moved.changed_share)} of tokens changed, below "
        f"{_percent(thresholds.changed_tokens)}; {_percent(moved.stale_share)} of pairs stale, "
        f"below {_percent(thresholds.stale_pairs)}"
    )
    if moved.new_kinds:
        said += f"; {len(moved.new_kinds)} new kinds, fewer than {thresholds.new_kinds}"
    return said


def _percent(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0") + " %"
