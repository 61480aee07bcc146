"""The data set over all projects: merged, split by document, decontaminated, balanced.

In: CURATED pairs and SIGNATURES by project, ITEMS of the benchmark, evaluation sets and question-
answer sets of others. Out: ROWS by project and split in the layouts that `datasets` loads, DROPS.
"""

from cncf_llm.questions.dataset.balance import Limits
from cncf_llm.questions.dataset.build import (
    ARROW,
    Dataset,
    build_dataset,
    project_folders,
    write_dataset,
)
from cncf_llm.questions.dataset.evaluation_sets import read_evaluation_sets
from cncf_llm.questions.dataset.external import ExternalSet, read_entries, read_external
from cncf_llm.questions.dataset.records import RecordsError
from cncf_llm.questions.dataset.rows import ROWS, SPLITS
from cncf_llm.questions.dataset.twins import SIGNATURES

__all__ = [
    "ARROW",
    "ROWS",
    "SIGNATURES",
    "SPLITS",
    "Dataset",
    "ExternalSet",
    "Limits",
    "RecordsError",
    "build_dataset",
    "project_folders",
    "read_entries",
    "read_evaluation_sets",
    "read_external",
    "write_dataset",
]
