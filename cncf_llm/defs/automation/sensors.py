"""All sensors."""

from cncf_llm.defs.automation.conditions import cheap_stages
from cncf_llm.defs.automation.dataset_changes import dataset_changes
from cncf_llm.defs.automation.landscape_changes import landscape_changes
from cncf_llm.defs.automation.notifications import notify_failure
from cncf_llm.defs.automation.source_changes import source_changes

SENSORS = [landscape_changes, source_changes, cheap_stages, dataset_changes, notify_failure]
