"""The one Definitions object: every asset, check, job, schedule, sensor and resource."""

import dagster as dg

from cncf_llm.defs import (
    benchmark,
    corpus,
    dataset,
    entities,
    landscape,
    models,
    questions,
    raw_documents,
    release,
    written_pairs,
)
from cncf_llm.defs.automation.jobs import JOBS
from cncf_llm.defs.automation.schedules import SCHEDULES
from cncf_llm.defs.automation.sensors import SENSORS
from cncf_llm.defs.catalogue import with_catalogue
from cncf_llm.defs.executor import executor
from cncf_llm.defs.resources import resources
from cncf_llm.settings import Settings

_STAGES = [
    landscape,
    raw_documents,
    corpus,
    entities,
    written_pairs,
    questions,
    dataset,
    models,
    benchmark,
    release,
]


def make_definitions(settings: Settings) -> dg.Definitions:
    """Return the platform's definitions for the given settings."""
    return dg.Definitions(
        assets=with_catalogue(dg.load_assets_from_modules(_STAGES, include_specs=True)),
        jobs=JOBS,
        schedules=SCHEDULES,
        sensors=SENSORS,
        resources=resources(settings),
        executor=executor(settings),
    )


defs = make_definitions(Settings())
