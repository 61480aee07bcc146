"""Review: what people say about pairs, kept so that it outlives regeneration.

A sample goes out as a spreadsheet (`write_sheet`), comes back with verdicts (`read_sheet`), and is
applied to the pairs of every later run (`apply`).
"""

from cncf_llm.questions.review.apply import Reviewed, apply
from cncf_llm.questions.review.sample import draw
from cncf_llm.questions.review.sheet import SheetError, read_sheet, write_sheet
from cncf_llm.questions.review.tables import VERDICTS, review_key

__all__ = [
    "VERDICTS",
    "Reviewed",
    "SheetError",
    "apply",
    "draw",
    "read_sheet",
    "review_key",
    "write_sheet",
]
