"""Which documents train a model, which choose it, and which it never sees."""

from collections.abc import Iterable
from typing import Literal

from cncf_llm.store import content_hash

Split = Literal["train", "validation", "test"]


def split_of(document_id: str) -> Split:
    """Return the split of a document: 80 % train, 10 % validation, 10 % test.

    It depends on the id alone, so it holds when other documents come and go.
    """
    # The salt is such that each project of the embedded sample has facts in all three splits.
    share = int(content_hash(f"split 1470 {document_id}")[:8], 16) % 10
    if share == 0:
        return "test"
    return "validation" if share == 1 else "train"


def common_split(document_ids: Iterable[str]) -> Split | None:
    """Return the split that all the documents share, or None when they are in several."""
    splits: set[Split] = {split_of(document_id) for document_id in document_ids}
    return splits.pop() if len(splits) == 1 else None
