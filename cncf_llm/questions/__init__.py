"""Questions: what the documents state, as question-answer pairs with their sources.

In: a project's PASSAGES, its NODES and EDGES, and its row of PROJECTS.
Out: FACTS and PAIRS with the passages that support them, split by document. `written` lets a model
write more of them, `curation` judges all, `review` asks people, and `dataset` makes one data set
of all projects.
"""

from cncf_llm.questions.generate import Questions, generate
from cncf_llm.questions.split import split_of
from cncf_llm.questions.tables import FACTS, PAIRS, VERSION

__all__ = [
    "FACTS",
    "PAIRS",
    "VERSION",
    "Questions",
    "generate",
    "split_of",
]
