"""When things run by themselves: jobs, schedules, sensors. They do nothing until switched on."""

from cncf_llm.defs.automation.dataset_changes import dataset_changes
from cncf_llm.defs.automation.jobs import JOBS
from cncf_llm.defs.automation.landscape_changes import landscape_changes
from cncf_llm.defs.automation.schedules import daily_publication, daily_refresh

SCHEDULES = [daily_refresh, daily_publication]
SENSORS = [landscape_changes, dataset_changes]

__all__ = ["JOBS", "SCHEDULES", "SENSORS"]
