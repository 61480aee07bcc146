"""Raw documents to English passages: parsed, divided by heading, without duplicates.

In: a project's documents (`ingest.DOCUMENTS`). Out: `PASSAGES`, an index with one row per document
(`DOCUMENTS`), and one row for everything that was left out (`DROPS`). See `unify`.
"""

from cncf_llm.corpus.clusters import CLUSTERS
from cncf_llm.corpus.drift import TRAINED_ON, generation, share_changed, trained_on
from cncf_llm.corpus.figures import encodings, languages_dropped, replacements
from cncf_llm.corpus.lengths import length_histogram
from cncf_llm.corpus.passages import SOFT_WORDS
from cncf_llm.corpus.reading import cores
from cncf_llm.corpus.tables import DOCUMENTS, PASSAGES
from cncf_llm.corpus.unify import REUSED, Corpus, unify
from cncf_llm.corpus.version import VERSION

__all__ = [
    "CLUSTERS",
    "DOCUMENTS",
    "PASSAGES",
    "REUSED",
    "SOFT_WORDS",
    "TRAINED_ON",
    "VERSION",
    "Corpus",
    "cores",
    "encodings",
    "generation",
    "languages_dropped",
    "length_histogram",
    "replacements",
    "share_changed",
    "trained_on",
    "unify",
]
