"""The accounts of deploy/base/rbac.yaml, and what each must be able to do, as Dagster does it.

An operation is the launcher's or the executor's own code, run with the account's own token. It
returns all that was said: what it returned, raised, and logged.
"""

import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import yaml
from dagster._core.code_pointer import ModuleCodePointer
from dagster._core.definitions.reconstruct import reconstructable
from dagster._core.execution.api import create_execution_plan
from dagster._core.execution.context.system import PlanData, PlanOrchestrationContext
from dagster._core.execution.context_creation_job import create_context_free_log_manager
from dagster._core.execution.retries import RetryMode
from dagster._core.executor.in_process import InProcessExecutor
from dagster._core.executor.step_delegating import StepHandlerContext
from dagster._core.launcher import LaunchRunContext
from dagster._core.origin import JobPythonOrigin, RepositoryPythonOrigin
from dagster._core.test_utils import create_run_for_test
from dagster._grpc.types import ExecuteStepArgs
from dagster_k8s.container_context import K8sContainerContext
from dagster_k8s.executor import K8sStepHandler
from dagster_k8s.job import get_job_name_from_run_id
from kubernetes import client

from cncf_llm.defs.step_pods import StepPods, Waits

BASE = Path(__file__).parents[2] / "deploy" / "base"
IMAGE = "localhost/none:0"
# The pods of these tests are for no node: they stay Pending on any cluster.
POD = {
    "restartPolicy": "Never",
    "automountServiceAccountToken": False,
    "nodeSelector": {"cncf-llm-test": "nowhere"},
    "containers": [{"name": "dagster", "image": IMAGE}],
}


def rbac(kind: str) -> dict[str, dict[str, Any]]:
    """Return the objects of a kind in rbac.yaml, by name."""
    found = yaml.safe_load_all((BASE / "rbac.yaml").read_text())
    return {each["metadata"]["name"]: each for each in found if each["kind"] == kind}


def granted(role: dict[str, Any]) -> set[tuple[str, str]]:
    """Return the (resource, verb) pairs that a role grants."""
    return {(r, v) for rule in role["rules"] for r in rule["resources"] for v in rule["verbs"]}


def without(role: dict[str, Any], resource: str, verb: str) -> dict[str, Any]:
    """Return the role without one verb of one resource."""
    rules = [
        {**rule, "resources": [name], "verbs": verbs}
        for rule in role["rules"]
        for name in rule["resources"]
        if (verbs := [v for v in rule["verbs"] if (name, v) != (resource, verb)])
    ]
    return {**role, "rules": rules}


@dg.op
def train() -> None: ...


@dg.job
def training() -> None:
    train()


@dataclass(frozen=True)
class World:
    """A namespace with an account, and Dagster's own code that acts as that account."""

    admin: client.ApiClient
    namespace: str
    kubeconfig: str  # with the account's token
    instance: dg.DagsterInstance
    run: dg.DagsterRun

    @property
    def launcher(self) -> Any:
        return self.instance.run_launcher

    @property
    def run_job(self) -> str:
        return get_job_name_from_run_id(self.run.run_id)

    def steps(self) -> tuple[StepPods, StepHandlerContext, str]:
        """Return the executor's step handler, a step for it, and the name of the step's Job."""
        handler = K8sStepHandler(
            image=IMAGE,
            container_context=K8sContainerContext(),
            load_incluster_config=False,
            kubeconfig_file=self.kubeconfig,
            enable_owner_references=True,
        )
        job = reconstructable(training)
        plan = create_execution_plan(job)
        orchestration = PlanOrchestrationContext(
            plan_data=PlanData(job, self.run, self.instance, plan),
            log_manager=create_context_free_log_manager(self.instance, self.run),
            executor=InProcessExecutor(retries=RetryMode.DISABLED, marker_to_close=None),
            output_capture=None,
        )
        step = ExecuteStepArgs(job.get_python_origin(), self.run.run_id, ["train"])
        context = StepHandlerContext(self.instance, orchestration, plan.steps, step, self.run)
        return (
            StepPods(handler, Waits(place=3600)),
            context,
            handler._get_k8s_step_job_name(context),
        )

    def make_job(self, name: str, **labels: str) -> str:
        """Make a Job, as the cluster's owner, and return the name of its pod."""
        body = {
            "metadata": {"name": name, "labels": {"dagster/run-id": self.run.run_id, **labels}},
            "spec": {"backoffLimit": 0, "template": {"spec": POD}},
        }
        client.BatchV1Api(self.admin).create_namespaced_job(self.namespace, body)
        core, deadline = client.CoreV1Api(self.admin), time.monotonic() + 30
        while time.monotonic() < deadline:
            pods = core.list_namespaced_pod(self.namespace, label_selector=f"job-name={name}").items
            if pods:
                return pods[0].metadata.name
            time.sleep(0.1)
        raise TimeoutError(f"Job {name} got no pod in 30 s")

    def make_run_pod_end(self, pod: str) -> None:
        """Write into the status of a pod, as a kubelet does, that its container has ended."""
        ended = {"exitCode": 1, "reason": "Error"}
        state = {"name": "dagster", "ready": False, "restartCount": 0, "image": IMAGE,
                 "imageID": "", "state": {"terminated": ended}}  # fmt: skip
        client.CoreV1Api(self.admin).patch_namespaced_pod_status(
            pod, self.namespace, {"status": {"phase": "Failed", "containerStatuses": [state]}}
        )


def world(
    admin: client.ApiClient, namespace: str, kubeconfig: str, instance: dg.DagsterInstance
) -> World:
    """Return the world of an account, with a run that has begun."""
    repository = RepositoryPythonOrigin(
        sys.executable, ModuleCodePointer("cncf_llm.definitions", "defs"), IMAGE
    )
    run = create_run_for_test(
        instance,
        "training",
        status=dg.DagsterRunStatus.STARTED,
        job_code_origin=JobPythonOrigin("training", repository),
    )
    return World(admin, namespace, kubeconfig, instance, run)


def launch_a_run(world: World) -> object:
    return world.launcher.launch_run(LaunchRunContext(dagster_run=world.run, workspace=None))


def see_whether_a_run_lives(world: World) -> object:
    world.make_job(world.run_job)
    return world.launcher.check_run_worker_health(world.run).msg


def end_a_run(world: World) -> object:
    world.make_job(world.run_job)
    return world.launcher.terminate(world.run.run_id)


def say_why_a_run_died(world: World) -> object:
    world.make_run_pod_end(world.make_job(world.run_job))
    return world.launcher.get_run_worker_debug_info(world.run)


def say_why_a_run_has_no_pod(world: World) -> object:
    return world.launcher.get_run_worker_debug_info(world.run)


def end_the_steps_of_a_run_that_died(world: World) -> object:
    world.make_run_pod_end(world.make_job(world.run_job))
    world.make_job("a-step", **{"app.kubernetes.io/component": "step_worker"})
    failed = {"status": {"failed": 1, "active": 0, "startTime": "2026-01-01T00:00:00Z"}}
    batch = client.BatchV1Api(world.admin)
    batch.patch_namespaced_job_status(world.run_job, world.namespace, failed)
    return world.launcher.check_run_worker_health(world.run).msg


def start_a_step(world: World) -> object:
    handler, context, _ = world.steps()
    return list(handler.launch_step(context))


def see_whether_a_step_lives(world: World) -> object:
    handler, context, name = world.steps()
    world.make_job(name)
    return handler.check_step_health(context)


def end_a_step(world: World) -> object:
    handler, context, name = world.steps()
    world.make_job(name)
    return list(handler.terminate_step(context))


Operation = Callable[[World], object]

# Which operation of an account fails without a verb. Every verb of rbac.yaml has a line here.
NEEDS: dict[str, dict[tuple[str, str], Operation]] = {
    "cncf-llm-daemon": {
        ("jobs", "create"): launch_a_run,
        ("jobs", "delete"): end_a_run,
        ("jobs", "list"): say_why_a_run_has_no_pod,
        ("jobs/status", "get"): see_whether_a_run_lives,
        ("pods", "list"): say_why_a_run_died,
        ("pods", "delete"): end_a_run,
        ("pods/log", "get"): say_why_a_run_died,
        ("events", "list"): say_why_a_run_died,
    },
    "cncf-llm-webserver": {
        ("jobs", "delete"): end_a_run,
        ("pods", "list"): end_a_run,
        ("pods", "delete"): end_a_run,
    },
    "cncf-llm-run": {
        ("jobs", "create"): start_a_step,
        ("jobs", "delete"): end_a_step,
        ("jobs/status", "get"): see_whether_a_step_lives,
        ("pods", "get"): start_a_step,
        ("pods", "list"): see_whether_a_step_lives,
        ("pods", "delete"): end_a_step,
    },
}

# What an account also does, with verbs that are in NEEDS by another operation.
ALSO: dict[str, list[Operation]] = {"cncf-llm-daemon": [end_the_steps_of_a_run_that_died]}


def attempt(operation: Operation, world: World) -> str:
    """Run an operation and return all that was said."""
    try:
        said = [str(operation(world))]
    except Exception:  # noqa: BLE001 - whatever it raises is what it says
        said = [traceback.format_exc()]
    for entry in world.instance.all_logs(world.run.run_id):
        data = entry.dagster_event.event_specific_data if entry.dagster_event else None
        said += [entry.message, str(getattr(data, "error", "") or "")]
    return "\n".join(said)
