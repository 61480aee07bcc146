"""Curation: every pair is judged with its source in sight, one filter a file.

In: PAIRS and FACTS of a project with the texts of their passages, and verdicts of reviews.
Out: CURATED pairs with the support of their answers and the tier that decided it, FACTS that still
have pairs, DROPS with a reason for each pair that was refused.
"""

from cncf_llm.questions.curation.entailment import Entailment, EntailmentError
from cncf_llm.questions.curation.judging import Judge
from cncf_llm.questions.curation.pairs import Curated, curate_pairs
from cncf_llm.questions.curation.probes import Probed, blind, probe
from cncf_llm.questions.curation.sources import source_texts
from cncf_llm.questions.curation.tables import CURATED, VERSION

__all__ = [
    "CURATED",
    "VERSION",
    "Curated",
    "Entailment",
    "EntailmentError",
    "Judge",
    "Probed",
    "blind",
    "curate_pairs",
    "probe",
    "source_texts",
]
