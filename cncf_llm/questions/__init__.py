"""Questions: what the documents state, as question-answer pairs with their sources.

In: a project's PASSAGES, its NODES and EDGES, and its row of PROJECTS.
Out: FACTS and PAIRS with the passages that support them, split by document, and from the pairs of
all projects a data set in the layout that Hugging Face `datasets` loads.
"""

from cncf_llm.questions.dataset import ROWS, SPLITS, Dataset, build_dataset, write_dataset
from cncf_llm.questions.generate import Questions, generate
from cncf_llm.questions.split import split_of
from cncf_llm.questions.tables import FACTS, PAIRS, VERSION

__all__ = [
    "FACTS",
    "PAIRS",
    "ROWS",
    "SPLITS",
    "VERSION",
    "Dataset",
    "Questions",
    "build_dataset",
    "generate",
    "split_of",
    "write_dataset",
]
