"""Raw documents of a project: files of git repositories, web pages, Stack Overflow threads.

In: URLs and tags from the landscape; a mirror folder that replaces the network, or the network.
Out: tables DOCUMENTS (content as it was read, with licence and permalink) and DROPS.
"""

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
    "VERSION",
    "CrawlLimits",
    "DumpError",
    "DumpReport",
    "IngestError",
    "MirrorError",
    "NoSourceError",
    "OfflineError",
    "Reading",
    "RepositoryLimits",
    "UnreadableSourceError",
    "head_commit",
    "mirror_dump",
    "read_repositories",
    "read_repository",
    "read_stackoverflow",
    "read_website",
]
