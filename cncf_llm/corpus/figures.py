"""Figures about a corpus: what was dropped for its language, replaced, and how it was decoded."""

import polars as pl


def languages_dropped(drops: pl.DataFrame) -> dict[str, int]:
    """Return how many documents and passages were dropped in each language, by its code.

    Of a document that is dropped as a whole the document counts, not its passages.
    """
    return _counts(drops.filter(reason="not-english")["detail"])


def replacements(documents: pl.DataFrame) -> dict[str, int]:
    """Return how many secrets and personal data were replaced, by type; duplicates included."""
    return _counts(documents["replaced"].explode(empty_as_null=True).drop_nulls())


def encodings(documents: pl.DataFrame) -> dict[str, int]:
    """Return how many documents were read in each encoding."""
    return _counts(documents["encoding"].drop_nulls())


def _counts(values: pl.Series) -> dict[str, int]:
    """Return the values with their numbers, the most frequent first."""
    table = values.alias("value").value_counts(name="number")
    return dict(table.sort(["number", "value"], descending=[True, False]).iter_rows())
