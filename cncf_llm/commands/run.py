"""`cncf-llm run`: materialize assets in this process, recorded in the Dagster instance."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import uuid4

import dagster as dg
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cncf_llm.commands.plan import Wave, choose_projects, plan_waves, upstream
from cncf_llm.partitions import PROJECTS

# Dagster logs every event to the console by default; the progress bar says what a person needs.
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}

Target = tuple[str, str | None]  # asset and project; None for an asset without partitions


@dataclass
class Outcome:
    """What became of each asset of each project."""

    changed: list[Target] = field(default_factory=list)
    unchanged: list[Target] = field(default_factory=list)
    failed: dict[Target, str] = field(default_factory=dict)
    skipped: list[Target] = field(default_factory=list)
    failed_checks: list[str] = field(default_factory=list)


def run(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    console: Console,
    projects: Iterable[str] | None = None,
    selection: Iterable[str] | None = None,
    *,
    accept_loss: bool = False,
) -> Outcome:
    """Materialize the selected assets (default all) of the projects (default all).

    A project that fails does not stop the others: what depends on its failed asset is skipped.
    `accept_loss` publishes a corpus even where many documents are gone.
    Raises `UsageError` for unknown assets or projects.
    """
    waves = plan_waves(definitions, selection)
    wanted = None if projects is None else list(projects)
    outcome = Outcome()
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    ) as progress:
        bar = progress.add_task("starting", total=None)

        def watch(entry: dg.EventLogEntry, _cursor: str) -> None:
            event = entry.dagster_event
            if event and event.is_step_start:
                progress.update(bar, description=f"{entry.step_key}")
            elif event and event.is_step_materialization:
                progress.advance(bar)
            elif event is None and entry.level == logging.INFO:  # how far a training is
                progress.update(bar, description=entry.user_message)

        for wave in waves:
            targets: list[str | None] = [None]
            if wave.partitioned:
                known = instance.get_dynamic_partitions(PROJECTS.name or "")
                targets = [*choose_projects(known, wanted)]
            if wave.partitioned or not any(each.partitioned for each in waves):
                steps = sum(len(w.assets) * (len(targets) if w.partitioned else 1) for w in waves)
                progress.update(bar, total=steps)
            for project in targets:
                _execute(definitions, instance, wave, project, outcome, watch, accept_loss)
            if ("landscape", None) in outcome.failed:
                break  # nothing is known about any project
    return outcome


def _execute(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    wave: Wave,
    project: str | None,
    outcome: Outcome,
    watch: Callable[[dg.EventLogEntry, str], None],
    accept_loss: bool,
) -> None:
    """Run one wave for one project and note what became of its assets."""
    broken = {*outcome.failed, *outcome.skipped}
    runnable: list[str] = []
    for asset in wave.assets:
        # What reads a broken asset is skipped; what reads all projects goes on with the others.
        if broken & {(name, at) for name in upstream(definitions, asset) for at in {project, None}}:
            outcome.skipped.append((asset, project))
            broken.add((asset, project))
        else:
            runnable.append(asset)
    if not runnable:
        return
    accepting = accept_loss and "unified_corpus" in runnable
    ops = {"unified_corpus": {"config": {"accept_loss": True}}} if accepting else {}
    run_id = str(uuid4())
    instance.watch_event_logs(run_id, None, watch)
    result = definitions.resolve_implicit_global_asset_job_def().execute_in_process(
        instance=instance,
        asset_selection=[dg.AssetKey(asset) for asset in runnable],
        partition_key=project,
        run_id=run_id,
        run_config={**_QUIET, "ops": ops},
        raise_on_error=False,
    )
    instance.end_watch_event_logs(run_id, watch)
    for event in result.get_step_failure_events():
        outcome.failed[event.node_name, project] = _reason(event)
    done = {
        event.asset_key.to_user_string(): event.step_materialization_data.materialization
        for event in result.get_asset_materialization_events()
        if event.asset_key
    }
    for asset in runnable:
        if (asset, project) in outcome.failed:
            continue  # its check results may name it all the same
        if asset in done:
            moved = done[asset].metadata["changed"].value
            (outcome.changed if moved else outcome.unchanged).append((asset, project))
        else:
            outcome.skipped.append((asset, project))
    for check in result.get_asset_check_evaluations():
        if not check.passed:
            where = check.asset_key.to_user_string() + (f" of {project}" if project else "")
            outcome.failed_checks.append(f"{where}: {check.check_name}")


def _reason(event: dg.DagsterEvent) -> str:
    """Return what went wrong in one line: our error, without Dagster's wrapping and its causes."""
    error = event.step_failure_data.error
    if error is None:
        return "no reason was recorded"
    while error.cause and (error.cls_name or "").startswith("Dagster"):
        error = error.cause
    name, _, message = " ".join(error.message.split()).partition(": ")
    return f"{name.rpartition('.')[2]}: {message}"


def print_outcome(outcome: Outcome, console: Console) -> None:
    """Say what moved, what stayed, what failed and why."""

    def say(line: str) -> None:
        console.print(line, highlight=False, soft_wrap=True)

    say(f"{len(outcome.changed)} changed, {len(outcome.unchanged)} unchanged")
    projects: dict[str, list[str]] = {}
    for asset, project in outcome.changed:
        projects.setdefault(project or "(all projects)", []).append(asset)
    for project, assets in sorted(projects.items()):
        say(f"  [green]changed[/] {project}: {', '.join(assets)}")
    for check in outcome.failed_checks:
        say(f"  [yellow]check failed[/] {check}")
    for target, reason in outcome.failed.items():
        say(f"  [red]failed[/] {_name(target)}: {escape(reason)}")
    if outcome.skipped:
        say(f"  [red]skipped[/] what needs them: {', '.join(map(_name, outcome.skipped))}")


def _name(target: Target) -> str:
    asset, project = target
    return f"{asset} of {project}" if project else asset
