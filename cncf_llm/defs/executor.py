"""Where the steps of a run are executed: in the run's process, or each in a pod of its own."""

import dagster as dg

from cncf_llm.defs import pods
from cncf_llm.settings import Settings


def executor(settings: Settings) -> dg.ExecutorDefinition:
    """Return the executor that the settings name.

    Raises `ImportError` where the extra `kubernetes` is missing.
    """
    if settings.executor == "local":
        return dg.in_process_executor
    from cncf_llm.defs.step_pods import Waits, step_pods

    # Steps belong to the run's pod: whatever deletes it ends its GPU pods as well.
    return step_pods(Waits(place=settings.pod_wait_hours * 3600)).configured(
        {
            "enable_owner_references": True,
            "per_step_k8s_config": pods.by_deployment(
                settings.gpu_product, settings.pod_wait_hours, settings.train_nodes
            ),
        },
        name="k8s",
    )
