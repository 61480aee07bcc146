"""dagster-k8s' run launcher, and what it leaves out: the step pods of a run whose pod died.

A pod that is deleted takes its steps along, by owner reference. One whose process was killed stays
as a record, and so would its steps run on, with a GPU, for a run that has failed.
"""

from typing import Any

from dagster._core.launcher import CheckRunHealthResult, WorkerStatus
from dagster._core.storage.dagster_run import DagsterRun
from dagster_k8s import K8sRunLauncher
from dagster_k8s.job import get_job_name_from_run_id
from kubernetes.client import ApiClient

from cncf_llm.defs.pod_status import seen


class RunLauncher(K8sRunLauncher):
    """Starts runs as `K8sRunLauncher` does; the monitoring daemon ends steps that nobody awaits."""

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        health = super().check_run_worker_health(run)
        if health.status != WorkerStatus.FAILED:
            return health
        namespace = str(self.get_container_context_for_run(run).namespace)
        job = get_job_name_from_run_id(run.run_id)
        client: Any = self._api_client
        pods: Any = [
            ApiClient().sanitize_for_serialization(pod)
            for pod in client.get_pods_in_job(job, namespace)
        ]
        selector = f"dagster/run-id={run.run_id},app.kubernetes.io/component=step_worker"
        steps = client.batch_api.list_namespaced_job(namespace, label_selector=selector).items
        for step in steps:
            # In the background: the Job is gone at once, its pods after their grace period.
            client.batch_api.delete_namespaced_job(
                step.metadata.name, namespace, propagation_policy="Background"
            )
        why = seen({"failed": 1}, pods).why
        said = f"the run's pod {why}; its {len(steps)} step Jobs are deleted"
        return CheckRunHealthResult(health.status, f"{said} ({health.msg})")
