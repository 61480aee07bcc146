"""The one Definitions object: every asset, check, job, schedule, sensor and resource."""

import dagster as dg

from cncf_llm.defs import landscape
from cncf_llm.defs.resources import resources
from cncf_llm.settings import Settings

_MODULES = [landscape]


def make_definitions(settings: Settings) -> dg.Definitions:
    """Return the platform's definitions for the given settings."""
    return dg.Definitions(
        assets=dg.load_assets_from_modules(_MODULES),
        asset_checks=dg.load_asset_checks_from_modules(_MODULES),
        resources=resources(settings),
    )


defs = make_definitions(Settings())
