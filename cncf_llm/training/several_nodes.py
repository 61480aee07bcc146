"""A training on several nodes: hand it over, start a TrainJob, wait, take the result."""

import time
from collections.abc import Callable
from pathlib import Path

from cncf_llm.store.bucket import Bucket
from cncf_llm.training import exchange
from cncf_llm.training.cluster import Cluster, over
from cncf_llm.training.exchange import PREFIX, Job
from cncf_llm.training.progress import Curves
from cncf_llm.training.runtime import Report, Trained, TrainingError, silent
from cncf_llm.training.trainjob import Nodes, condition, manifest

_RESULT = 30.0  # seconds in which the result of a TrainJob that is complete must be there
_POLL = 5.0


def train_on_nodes(
    job: Job,
    tables: dict[str, bytes],
    folder: Path,
    *,
    root: str,
    cluster: Cluster,
    nodes: Nodes,
    wait: float,
    tracking: Curves | None = None,
    report: Report = silent,
    say: Callable[[str], None] = print,
    poll: float = _POLL,
) -> Trained:
    """Train the job on the cluster's nodes and write the adapter to `folder`, as `train_adapter`.

    `tables` are the pairs (`exchange.pairs_table` of each split). `root` is the URL of a folder of
    the store, in which each training has its own; it is left there until `forget`, so that a retry
    finds result or checkpoint. A TrainJob that a killed step has left is taken up when it is of
    this training, and ended when it is of another. Whatever ends this call ends its TrainJob, too.
    `wait` is how many seconds the nodes may take to find places; `say` gets what is worth a line
    in the run's log.

    Raises `TrainingError` when the nodes fail, find no place, or take longer than their deadline.
    """
    place = Bucket(f"{root}/{job.name}")
    for name in _left(root) - {job.name}:
        say(f"TrainJob {name} was left by a step that was killed, for data of then; ending it")
        cluster.end(name)
        exchange.clear(Bucket(f"{root}/{name}"))
    if trained := exchange.take(place, folder):
        say("the nodes of an earlier attempt have finished; taking their result")
        cluster.end(job.name)
        return trained
    found = cluster.find(job.name)
    if found is None or over(found):
        exchange.hand_over(place, job, tables)
    try:
        cluster.start(manifest(job.name, place.url, nodes, cluster.owner), say)
        _watch(job.name, place, cluster, nodes, wait, tracking, report, say, poll)
        return _result(place, folder, job.name)
    finally:
        try:
            cluster.remove(job.name)
        except TrainingError as error:
            say(f"TrainJob {job.name} is left to go with this pod: {error}")


def forget(root: str, name: str) -> None:
    """Remove what the training of that name left in the store, once its result is published."""
    exchange.clear(Bucket(f"{root}/{name}"))


def _left(root: str) -> set[str]:
    return {key.partition("/")[0] for key in Bucket(root).keys(PREFIX)}


def _watch(
    name: str,
    place: Bucket,
    cluster: Cluster,
    nodes: Nodes,
    wait: float,
    tracking: Curves | None,
    report: Report,
    say: Callable[[str], None],
    poll: float,
) -> None:
    """Return when the TrainJob is complete; raise when it failed."""
    begun = time.monotonic()
    placed, said = False, ""
    known: set[tuple[float | str, ...]] = set()
    while True:
        found = cluster.find(name)
        if found is None:
            raise TrainingError(f"somebody removed TrainJob {name} before it ended: run it again")
        states = cluster.nodes(name)
        now = _summary(found, states, nodes.count)
        if now != said:
            said = now
            say(f"TrainJob {name}: {now}")
        _pass_on(place, known, tracking, report)
        if condition(found, "Complete"):
            return
        if failed := condition(found, "Failed"):
            reason = exchange.first_failure(place)
            raise TrainingError(
                f"TrainJob {name} failed ({failed}); {reason or 'no process said why'}; {now}"
            )
        running = sum(not state.startswith("Pending") for state in states.values())
        placed = placed or running >= nodes.count
        passed = time.monotonic() - begun
        if not placed and passed > wait:
            raise TrainingError(
                f"only {running} of {nodes.count} nodes found a place in {wait / 3600:.1f} hours: "
                f"{now}. Free or add capacity, or ask for fewer nodes (CNCF_LLM_TRAIN_NODES)"
            )
        if passed > nodes.deadline + 2 * poll:
            raise TrainingError(
                f"TrainJob {name} has not ended in {nodes.deadline / 3600:.1f} hours: {now}"
            )
        time.sleep(poll)


def _summary(trainjob: dict, states: dict[str, str], count: int) -> str:
    if suspended := condition(trainjob, "Suspended"):
        return f"suspended ({suspended})"
    pods = ", ".join(f"{pod}: {state}" for pod, state in sorted(states.items()))
    return f"{len(states)} of {count} nodes" + (f"; {pods}" if pods else "")


def _pass_on(
    place: Bucket,
    known: set[tuple[float | str, ...]],
    tracking: Curves | None,
    report: Report,
) -> None:
    """Pass on what the nodes told of their progress, each measurement once."""
    progress = exchange.told(place)
    if progress is None:
        return
    report(progress.done, progress.total, "training the adapter on several nodes")
    for measured in progress.curves:
        key = (measured["step"], *sorted(measured))  # nodes that began again tell it once more
        if tracking and key not in known:
            values = {name: value for name, value in measured.items() if name != "step"}
            tracking.metrics(int(measured["step"]), values)
        known.add(key)


def _result(place: Bucket, folder: Path, name: str) -> Trained:
    until = time.monotonic() + _RESULT
    while (trained := exchange.take(place, folder)) is None:
        if time.monotonic() > until:
            reason = exchange.first_failure(place)
            raise TrainingError(
                f"TrainJob {name} is complete, but its nodes stored no result: "
                f"{reason or 'see that its runtime starts the command of the TrainJob'}"
            )
        time.sleep(1.0)
    return trained
