"""The sensor that asks for a training when the documentation moved: it gathers, and says why.

What counts as moved is in `training/movement.py`, who is trained first in `retraining.py`.
"""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import dagster as dg

from cncf_llm import training
from cncf_llm.defs.automation import tags
from cncf_llm.defs.automation.gpu_time import (
    LANDSCAPE,
    UNFINISHED,
    gpus,
    runs_for,
    spent_since,
    trainings_under_way,
)
from cncf_llm.defs.automation.jobs import evaluate_all, retrain_project
from cncf_llm.defs.automation.judging import Subject, judge_all, subjects
from cncf_llm.defs.automation.retraining import HOUR, WEEK, Due, decide
from cncf_llm.partitions import PROJECTS
from cncf_llm.settings import Settings
from cncf_llm.store import Store, StoreError, Version

_FIRST_GUESS = 1.0  # GPU hours of a training, while no adapter has ever been trained
_POINTERS_AT_ONCE = 16  # an object store answers each in some ten milliseconds
_NAMED = 20  # projects named in one message
_SCORES = {"adapter": "benchmark_scores", LANDSCAPE: "landscape_scores"}


@dg.sensor(
    jobs=[retrain_project, evaluate_all],
    minimum_interval_seconds=300,
    description="Every five minutes, request the training of adapters whose data set moved far "
    "enough since they were trained, within a cool-down and a week's GPU hours.",
)
def dataset_changes(
    context: dg.SensorEvaluationContext,
    store: dg.ResourceParam[Store],
    settings: dg.ResourceParam[Settings],
) -> dg.SensorResult | dg.SkipReason:
    """Request the training of each adapter whose data set moved far enough since it was trained.

    Changed tokens, stale pairs or new kinds of questions, a new base model, or no adapter yet. It
    keeps a cool-down and a limit of GPU hours a week; what has to wait is asked for later. The
    cursor remembers what the tables said, so that they are read once for each change.
    """
    allowed = settings.retrain_gpu_hours_per_week
    if not allowed:
        return dg.SkipReason("CNCF_LLM_RETRAIN_GPU_HOURS_PER_WEEK is 0: no training by itself")
    dataset, base = store.current("qa_dataset"), store.current("base_model")
    if dataset is None or base is None:
        return dg.SkipReason(f"there is no {'base_model' if dataset else 'qa_dataset'} yet")
    now = time.time()
    partitions = set(context.instance.get_dynamic_partitions(PROJECTS.name or ""))
    why_not: dict[str, str] = {}  # why each that is not up to date is not trained, by name
    outdated: dict[str, Subject] = {}
    trained: list[Version] = []
    fresh = 0
    for subject in _subjects(store, dataset, partitions, why_not):
        trained += [subject.adapter] if subject.adapter else []
        if subject.up_to_date(base.digest):
            fresh += 1
        else:
            outdated[subject.name] = subject
    thresholds = training.Thresholds(
        settings.retrain_changed_tokens, settings.retrain_stale_pairs, settings.retrain_new_kinds
    )
    judged, cursor = judge_all(context.cursor, dataset, outdated, base.digest, thresholds, why_not)
    wanted = {name: said.reason for name, said in judged.items() if said.reason}
    why_not |= {name: said.otherwise for name, said in judged.items() if not said.reason}
    if not wanted:
        return dg.SensorResult(skip_reason=_said(fresh, why_not), cursor=cursor)

    under_way = trainings_under_way(context.instance)
    usual = _usual_hours(trained)
    hours = {name: _expected_hours(store, name, usual) for name in {*wanted, *under_way}}
    due = [
        _due(context.instance, outdated[name], base.digest, reason, hours[name], under_way)
        for name, reason in wanted.items()
    ]
    decision = decide(
        due,
        spent_since(context.instance, now - WEEK, set(under_way.values())),
        sum(hours[name] for name in under_way),
        allowed=allowed,
        cool_down=settings.retrain_cool_down_hours,
        now=now,
    )
    why_not |= {
        name: f"{wanted[name]}, but {why}" if name in wanted else why
        for name, why in decision.waiting.items()
    }
    message = _said(fresh, why_not)
    if not decision.requested:
        return dg.SensorResult(skip_reason=message, cursor=cursor)
    context.log.info(message)
    return dg.SensorResult([_request(each) for each in decision.requested], cursor=cursor)


def _subjects(
    store: Store, dataset: Version, partitions: set[str], unreadable: dict[str, str]
) -> Iterator[Subject]:
    """Yield each adapter and its data; of one that cannot be read, note why."""
    projects, parts = subjects(dataset, partitions)
    digests = {part: dataset.part(part) for part in parts}
    names = [*projects, LANDSCAPE]
    with ThreadPoolExecutor(_POINTERS_AT_ONCE) as pool:
        adapters = list(pool.map(lambda name: _current(store, *_target(name)), names))
    for name, adapter in zip(names, adapters, strict=True):
        if isinstance(adapter, str):
            unreadable[name] = adapter
            continue
        asset, partition = _target(name)
        data = dataset.digest if partition is None else digests[partition]
        mine = digests if partition is None else {partition: data}
        yield Subject(name, asset, partition, data, mine, adapter)


def _current(store: Store, asset: str, partition: str | None) -> Version | str | None:
    """Return the current version, None without one, or what is wrong with it."""
    try:
        return store.current(asset, partition)
    except (StoreError, OSError) as error:
        return str(error)


def _usual_hours(trained: list[Version]) -> float:
    """Return the mean GPU hours of a project's adapter."""
    took = [_gpu_hours(version) for version in trained if version.partition]
    return sum(took) / len(took) if took else _FIRST_GUESS


def _expected_hours(store: Store, name: str, usual: float) -> float:
    """Return what training and scoring took last, or the usual of an adapter that is new."""
    asset, partition = _target(name)
    versions = [_current(store, each, partition) for each in (asset, _SCORES[asset])]
    if not isinstance(versions[0], Version):
        return usual
    return sum(_gpu_hours(each) for each in versions if isinstance(each, Version))


def _gpu_hours(version: Version) -> float:
    processes = version.facts.get("training", {}).get("processes", 1)
    return float(version.facts["seconds"]) * gpus(version.asset, processes) / HOUR


def _due(
    instance: dg.DagsterInstance,
    subject: Subject,
    base: str,
    reason: str,
    hours: float,
    under_way: Mapping[str, str],
) -> Due:
    state = subject.state(base)
    trained_at = subject.adapter.facts.get("trained_at") if subject.adapter else None
    runs = [run for run in runs_for(instance, state) if run.dagster_run.status not in UNFINISHED]
    vain = [
        run
        for run in runs
        # A run that ended well and left the adapter as it was has failed as well.
        if run.create_timestamp.timestamp() > (trained_at or 0.0)
    ]
    ends = [run.end_time or run.update_timestamp.timestamp() for run in vain]
    return Due(
        subject.name,
        reason,
        state,
        hours,
        trained_at=trained_at,
        asked=len(runs),
        in_vain=len(vain),
        failed_at=max(ends, default=None),
        under_way=under_way.get(subject.name),
    )


def _request(due: Due) -> dg.RunRequest:
    partition = None if due.name == LANDSCAPE else due.name
    return dg.RunRequest(
        run_key=due.run_key,
        job_name=retrain_project.name if partition else evaluate_all.name,
        partition_key=partition,
        tags={
            tags.REASON: due.reason,
            tags.TRIGGER: "data_set",
            tags.COST: "gpu",
            tags.STATE: due.state,
            **({tags.PROJECT: partition} if partition else {}),
        },
    )


def _target(name: str) -> tuple[str, str | None]:
    """Return asset and partition of an adapter by its name here."""
    return (LANDSCAPE, None) if name == LANDSCAPE else ("adapter", name)


def _said(fresh: int, why_not: Mapping[str, str]) -> str:
    """Say how many are trained on their present data, and of each other one why it is not."""
    lines = [f"{name}: {why}" for name, why in sorted(why_not.items())]
    more = [f"and {len(lines) - _NAMED} more"] if len(lines) > _NAMED else []
    return "; ".join([f"{fresh} adapters are up to date", *lines[:_NAMED], *more])
