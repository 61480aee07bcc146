"""Raw documents of a project: files of git repositories, web pages, Stack Overflow threads.

In: URLs and tags from the landscape; a mirror folder that replaces the network, or the network.
Out: tables DOCUMENTS (content as it was read, with licence and permalink) and DROPS.
"""

from cncf_llm.ingest.changes import (
    REPOSITORY,
    STACKOVERFLOW,
    WEBSITE,
    Move,
    Source,
    explain,
    moves,
    moves_digest,
    source_state,
    sources_of,
)
from cncf_llm.ingest.errors import (
    DumpError,
    IngestError,
    MirrorError,
    NoSourceError,
    OfflineError,
    UnreadableSourceError,
)
from cncf_llm.ingest.git.repositories import read_repositories
from cncf_llm.ingest.git.repository import RepositoryLimits, read_repository
from cncf_llm.ingest.git.source import head_commit
from cncf_llm.ingest.stackexchange.dump import DumpReport, mirror_dump
from cncf_llm.ingest.stackexchange.stackoverflow import read_stackoverflow
from cncf_llm.ingest.tables import DOCUMENTS, Reading
from cncf_llm.ingest.website.job import CrawlLimits
from cncf_llm.ingest.website.sites import read_website

VERSION = "3"

__all__ = [
    "DOCUMENTS",
    "REPOSITORY",
    "STACKOVERFLOW",
    "VERSION",
    "WEBSITE",
    "CrawlLimits",
    "DumpError",
    "DumpReport",
    "IngestError",
    "MirrorError",
    "Move",
    "NoSourceError",
    "OfflineError",
    "Reading",
    "RepositoryLimits",
    "Source",
    "UnreadableSourceError",
    "explain",
    "head_commit",
    "mirror_dump",
    "moves",
    "moves_digest",
    "read_repositories",
    "read_repository",
    "read_stackoverflow",
    "read_website",
    "source_state",
    "sources_of",
]
