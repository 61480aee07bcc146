"""Where the steps of a run are executed: in the run's process, or each in a pod of its own."""

import dagster as dg


def executor(name: str) -> dg.ExecutorDefinition:
    """Return the executor of that name: `local` or `kubernetes`.

    Raises `ValueError` for another name, and `ImportError` where the extra `kubernetes` is missing.
    """
    if name == "local":
        return dg.in_process_executor
    if name == "kubernetes":
        from dagster_k8s import k8s_job_executor

        # Steps belong to the run's pod: whatever ends the run ends its GPU pods as well.
        return k8s_job_executor.configured({"enable_owner_references": True})
    raise ValueError(f"there is no executor {name!r}; CNCF_LLM_EXECUTOR is local or kubernetes")
