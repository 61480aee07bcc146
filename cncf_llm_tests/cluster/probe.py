"""Small jobs that run on the cluster with the platform's executor, launcher and table of pods."""

import os
import time
from dataclasses import replace

import dagster as dg

from cncf_llm.defs import pods
from cncf_llm.defs.interrupted import again_if_moved
from cncf_llm.defs.step_pods import Waits, step_pods

# The same pods as in the table, made small.
SMALL = replace(pods.PODS["leaderboard"], cpu="150m", memory="128Mi", memory_limit="512Mi")
GPU = replace(
    pods.PODS["adapter"], cpu="150m", memory="128Mi", memory_limit="1Gi", disk="64Mi", shm="16Mi"
)


def _executor(place: float) -> dg.ExecutorDefinition:
    waits = Waits(place=place, start=30.0, tell=20.0)
    return step_pods(waits, look=5).configured({"enable_owner_references": True}, name="k8s")


def _tags(pod, **container):
    config = pods.config(pod)
    config["container_config"].update(container)
    return {"dagster-k8s/config": config}


def _compute(context, seconds: float) -> None:
    """Compute as a training loop does: in Python, with calls that last a moment."""
    with again_if_moved(context):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            sum(range(200_000))
            time.sleep(0.02)
    context.log.info("computed for %s s in attempt %s", seconds, context.retry_number + 1)


@dg.op(tags=_tags(GPU), config_schema={"seconds": float})
def on_gpu(context) -> None:
    _compute(context, context.op_config["seconds"])


@dg.op(tags=_tags(SMALL), config_schema={"seconds": float})
def on_cpu(context) -> None:
    _compute(context, context.op_config["seconds"])


@dg.op(tags=_tags(SMALL), config_schema={"seconds": float})
def deaf(context) -> None:
    """Take SIGTERM for nothing, as a library in native code may."""
    import signal

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    time.sleep(context.op_config["seconds"])


@dg.op(tags=_tags(replace(SMALL, memory_limit="400Mi")))
def eats_memory() -> None:
    eaten = []
    while True:
        eaten.append(bytearray(os.urandom(1024) * 16 * 1024))


@dg.op(tags=_tags(SMALL, image="localhost/there-is-no-such-image:1", image_pull_policy="Never"))
def without_image() -> None:
    pass


@dg.op(tags=_tags(replace(GPU, gpu_product="none-such")))
def on_no_node() -> None:
    pass


def _job(op: dg.OpDefinition, place: float = 900.0) -> dg.JobDefinition:
    @dg.job(name=f"job_{op.name}", executor_def=_executor(place))
    def made():
        op()

    return made


defs = dg.Definitions(
    jobs=[
        *(_job(op) for op in (on_gpu, on_cpu, deaf, eats_memory, without_image)),
        _job(on_no_node, place=45.0),
    ]
)
