"""What a step does when it is told to end although nobody cancelled its run."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from dagster._core.errors import DagsterExecutionInterruptedError


@contextmanager
def again_if_moved(context: dg.OpExecutionContext | dg.AssetExecutionContext) -> Iterator[None]:
    """Ask for one more attempt when the pod of the step is taken away: its node is drained, say.

    Without it the step would fail with an interruption, for good. Only in a step's pod: Control-C
    on a machine ends what runs there. dagster-k8s sets the variable that tells them apart.
    """
    try:
        yield
    except DagsterExecutionInterruptedError as error:
        run = context.instance.get_run_by_id(context.run_id)
        if "DAGSTER_RUN_STEP_KEY" not in os.environ or run is None:
            raise
        if run.status != dg.DagsterRunStatus.STARTED:
            raise
        context.log.warning("the step's pod is taken away, and nobody cancelled the run")
        raise dg.RetryRequested(max_retries=1, seconds_to_wait=10) from error
