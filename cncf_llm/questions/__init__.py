"""Questions: what the documents state, as question-answer pairs with their sources.

In: a project's PASSAGES, its NODES and EDGES, and its row of PROJECTS.
Out: FACTS and PAIRS with the passages that support them, split by document, and from the pairs of
all projects a data set in the layout that Hugging Face `datasets` loads.
"""

from cncf_llm.questions.generate import Questions, generate
from cncf_llm.questions.split import split_of
from cncf_llm.questions.tables import DROPS, FACTS, PAIRS, VERSION

__all__ = ["DROPS", "FACTS", "PAIRS", "VERSION", "Questions", "generate", "split_of"]
