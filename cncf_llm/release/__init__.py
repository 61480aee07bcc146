"""What others download: data set and models as folders with a card and a manifest.

In: the stored data set, adapters, base model and leaderboard. Out: a folder that stands alone.
`manifest.json` lists every file with size and SHA-256; `verify` checks a copy against it.
"""

from cncf_llm.release.dataset import release_dataset
from cncf_llm.release.manifest import ManifestError, verify, write_manifest
from cncf_llm.release.model import release_models
from cncf_llm.release.tables import SOURCES

VERSION = "1"

__all__ = [
    "SOURCES",
    "VERSION",
    "ManifestError",
    "release_dataset",
    "release_models",
    "verify",
    "write_manifest",
]
