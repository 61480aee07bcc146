"""The CNCF landscape file into typed rows.

In: path or https URL of a `landscape.yml`, and the curated `sources.yaml` in this folder.
Out: tables PROJECTS (one row per CNCF project), NEIGHBOURS (all other items), DROPS.
"""

from cncf_llm.landscape.errors import (
    LandscapeError,
    LandscapeMalformedError,
    LandscapeUnreadableError,
)
from cncf_llm.landscape.names import project_key
from cncf_llm.landscape.read import Landscape, read_landscape
from cncf_llm.landscape.tables import NEIGHBOURS, PROJECTS

VERSION = "2"

__all__ = [
    "NEIGHBOURS",
    "PROJECTS",
    "VERSION",
    "Landscape",
    "LandscapeError",
    "LandscapeMalformedError",
    "LandscapeUnreadableError",
    "project_key",
    "read_landscape",
]
