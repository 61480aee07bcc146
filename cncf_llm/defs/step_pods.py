"""dagster-k8s' executor, and what it leaves out: what a step's pod waits for, and why it died.

`k8s_job_executor` is silent while a pod is Pending, waits for ever, and calls every death a failed
health check. Here the run's log says what a pod waits for and for how long; a wait has a deadline;
a death has a reason; and a step whose pod was killed by its surroundings gets one more attempt,
which is safe, because a step's draft becomes a version only when it is whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import dagster as dg
from dagster._core.definitions.executor_definition import multiple_process_executor_requirements
from dagster._core.events import DagsterEvent, EngineEventData
from dagster._core.execution.plan.objects import StepFailureData, StepRetryData
from dagster._core.executor.base import Executor
from dagster._core.executor.step_delegating import (
    CheckStepHealthResult,
    StepDelegatingExecutor,
    StepHandler,
    StepHandlerContext,
)
from dagster_k8s.executor import K8sStepHandler, k8s_job_executor
from kubernetes.client import ApiClient

from cncf_llm.defs.pod_status import Seen, duration, seen

_LOOK = 10  # seconds between two looks at a step's pod
_SURE = 2  # looks that must agree on a death: the step's own last word may be under way
_UNREACHABLE = 60  # seconds after which a pod that was told to end must have ended
_ATTEMPTS_MORE = 1  # after the pod was killed


@dataclass(frozen=True)
class Waits:
    """How long is waited, in seconds."""

    place: float  # for a node with room
    start: float = 600.0  # for an image or a secret that is not there
    tell: float = 600.0  # between two words about it


@dataclass
class _Watch:
    told: datetime | None = None
    stuck: datetime | None = None  # since when its container cannot start
    ran: str | None = None  # uid of the pod that ran
    deaths: int = 0

    def is_due(self, now: datetime, seconds: float) -> bool:
        return not self.told or (now - self.told).total_seconds() >= seconds


class StepPods(StepHandler):
    """Starts steps as `handler` does, and looks after their pods."""

    def __init__(self, handler: K8sStepHandler, waits: Waits) -> None:
        super().__init__()
        self._handler = handler
        self._waits = waits
        self._watches: dict[str, _Watch] = {}
        self.again: dict[str, bool] = {}  # step that died -> whether another attempt makes sense

    @property
    def name(self) -> str:
        return "StepPods"

    def launch_step(self, step_handler_context: StepHandlerContext) -> Iterator[DagsterEvent]:
        self._end_attempt_before(step_handler_context)
        return self._handler.launch_step(step_handler_context)

    def _end_attempt_before(self, context: StepHandlerContext) -> None:
        """Delete a Job that is still active: older Kubernetes replaces a pod that was deleted.

        The new pod would do no work, but it would wait for a GPU, and hold it for a while.
        """
        handler, known = self._handler, context.execute_step_args.known_state
        step = handler._get_step_key(context)
        attempts = known.get_retry_state().get_attempt_count(step) if known else 0
        if not attempts:
            return
        first = handler._get_k8s_step_job_name(context).removesuffix(f"-{attempts}")
        job = first if attempts == 1 else f"{first}-{attempts - 1}"
        namespace = str(handler._get_container_context(context).namespace)
        client: Any = handler._api_client
        status = client.get_job_status(job_name=job, namespace=namespace)
        if status and status.active:
            client.delete_job(job_name=job, namespace=namespace)

    def terminate_step(self, step_handler_context: StepHandlerContext) -> Iterator[DagsterEvent]:
        return self._handler.terminate_step(step_handler_context)

    def check_step_health(self, step_handler_context: StepHandlerContext) -> CheckStepHealthResult:
        handler = self._handler
        client: Any = handler._api_client
        step = handler._get_step_key(step_handler_context)
        job = handler._get_k8s_step_job_name(step_handler_context)
        namespace = str(handler._get_container_context(step_handler_context).namespace)
        watch = self._watches.setdefault(job, _Watch())
        status = client.get_job_status(job_name=job, namespace=namespace)
        if status is None:
            gone = Seen("killed", "has no Job any more: somebody deleted it")
            return self._dead(step, watch, gone) or CheckStepHealthResult.healthy()
        pods = _json(client.get_pods_in_job(job, namespace))
        now = datetime.now(UTC)
        waited = (now - (status.start_time or now)).total_seconds()
        what = _lost(pods, watch, now) or seen(_json(status), pods)
        watch.stuck = (watch.stuck or now) if what.state == "stuck" else None
        limit = self._waits.start if watch.stuck else self._waits.place
        if watch.stuck:  # the wait for a place is over, and another begins
            waited = (now - watch.stuck).total_seconds()
        if what.state in ("waiting", "stuck") and waited >= limit:
            watch.deaths = _SURE
            what = Seen("killed", f"{what.why} (given up after {duration(waited)})")
        if what.state in ("killed", "ended"):
            dead = self._dead(step, watch, what)
            if dead and status.active:
                client.delete_job(job_name=job, namespace=namespace)
            return dead or CheckStepHealthResult.healthy()
        watch.deaths = 0
        if what.state in ("waiting", "stuck") and watch.is_due(now, self._waits.tell):
            watch.told = now
            left = f"{duration(waited)} so far, given up after {duration(limit)}"
            _tell(step_handler_context, step, f"Pod of {step} {what.why} ({left})")
        if what.state == "running" and watch.ran is None:
            watch.ran = next(_uid(pod) for pod in pods if pod["status"]["phase"] == "Running")
            if watch.told:
                said = f"Pod of {step} {what.why}: started after waiting {duration(waited)}"
                _tell(step_handler_context, step, said)
        return CheckStepHealthResult.healthy()

    def _dead(self, step: str, watch: _Watch, what: Seen) -> CheckStepHealthResult | None:
        """Return the verdict, or None while another look must confirm it."""
        watch.deaths += 1
        if watch.deaths < _SURE:
            return None
        self.again[step] = what.again
        return CheckStepHealthResult.unhealthy(reason=f"its pod {what.why}")


class StepPodExecutor(StepDelegatingExecutor):
    """Gives a step one more attempt when its pod was killed, and none when that is hopeless."""

    def log_failure_or_retry_event_after_error(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, step_context: Any, err_info: Any, known_state: Any
    ) -> DagsterEvent:
        step = step_context.step.key
        handler = self._step_handler
        again = handler.again.pop(step, None) if isinstance(handler, StepPods) else None
        if again is False:
            failure = StepFailureData(error=err_info, user_failure_data=None)
            return DagsterEvent.step_failure_event(step_context, failure)
        attempts = known_state.get_retry_state().get_attempt_count(step)
        if again and attempts < _ATTEMPTS_MORE and not self.retries.disabled:
            retry = StepRetryData(error=err_info, seconds_to_wait=_LOOK)
            return DagsterEvent.step_retry_event(step_context, retry)
        return super().log_failure_or_retry_event_after_error(step_context, err_info, known_state)


def step_pods(waits: Waits, look: int = _LOOK) -> dg.ExecutorDefinition:
    """Return `k8s_job_executor`, with its options, that looks after the pods of steps."""

    def create(init: dg.InitExecutorContext) -> Executor:
        made = k8s_job_executor.executor_creation_fn(init)  # pyright: ignore[reportOptionalCall]
        if not isinstance(made, StepDelegatingExecutor):
            raise TypeError(f"k8s_job_executor made {type(made).__name__}, which has no steps")
        handler = made._step_handler
        if not isinstance(handler, K8sStepHandler):
            raise TypeError(f"k8s_job_executor has {type(handler).__name__} for its steps")
        return StepPodExecutor(
            StepPods(handler, waits),
            retries=made.retries,
            max_concurrent=made._max_concurrent,
            tag_concurrency_limits=made._tag_concurrency_limits,
            should_verify_step=True,
            step_dependency_config=made.step_dependency_config,
            check_step_health_interval_seconds=look,
        )

    return dg.ExecutorDefinition(
        name="k8s",
        config_schema=cast(Any, k8s_job_executor.config_schema),
        requirements=multiple_process_executor_requirements(),
        executor_creation_fn=create,
        description="Each step in a pod of its own, whose waiting and death the run's log explains",
    )


def _lost(pods: list[dict[str, Any]], watch: _Watch, now: datetime) -> Seen | None:
    """Tell whether the pod that ran is gone. One that Kubernetes makes in its place does no work.

    A pod that outlives its own end is on a node that does not answer.
    """
    if watch.ran is None:
        return None
    pod = next((pod for pod in pods if _uid(pod) == watch.ran), None)
    if pod is None:
        return Seen("killed", "was deleted while it ran", again=True)
    told = pod["metadata"].get("deletionTimestamp")
    if told and (now - datetime.fromisoformat(told)).total_seconds() >= _UNREACHABLE:
        where = pod["spec"].get("nodeName")
        return Seen("killed", f"does not end, and its node {where} does not answer", again=True)
    return None


def _uid(pod: dict[str, Any]) -> str:
    return str(pod["metadata"]["uid"])


def _tell(context: StepHandlerContext, step: str, message: str) -> None:
    DagsterEvent.engine_event(context.get_step_context(step), message, EngineEventData())


def _json(thing: object) -> Any:
    return ApiClient().sanitize_for_serialization(thing)
