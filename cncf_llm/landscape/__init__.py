"""The CNCF landscape file into typed rows.

In: path or https URL of a `landscape.yml`, and the curated `sources.yaml` in this folder.
Out: tables PROJECTS (one row per CNCF project), NEIGHBOURS (all other items), RETIRED (projects
that left), DROPS.
"""

from cncf_llm.landscape.errors import (
    LandscapeError,
    LandscapeMalformedError,
    LandscapeUnreadableError,
)
from cncf_llm.landscape.membership import (
    Membership,
    lost_too_many,
    membership,
    retired_projects,
)
from cncf_llm.landscape.names import project_key
from cncf_llm.landscape.read import Landscape, read_landscape
from cncf_llm.landscape.tables import NEIGHBOURS, PROJECTS, RETIRED

VERSION = "3"

__all__ = [
    "NEIGHBOURS",
    "PROJECTS",
    "RETIRED",
    "VERSION",
    "Landscape",
    "LandscapeError",
    "LandscapeMalformedError",
    "LandscapeUnreadableError",
    "Membership",
    "lost_too_many",
    "membership",
    "project_key",
    "read_landscape",
    "retired_projects",
]
