"""The sensor that finds projects whose sources changed, without fetching any, and has them read.

What it costs each tick is bounded (`source_checks`); what has no time comes first in the next. What
changed is judged against the stored data, so nothing is forgotten when a run or a tick fails.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from cncf_llm import ingest as stage
from cncf_llm.defs.automation import tags
from cncf_llm.defs.automation.asking import UNFINISHED, back_off, next_attempt, run_key
from cncf_llm.defs.automation.jobs import refresh_sources
from cncf_llm.defs.automation.source_checks import (
    QUOTA_REST,
    THREADS,
    Found,
    StackOverflow,
    asks_for_rest,
    check_all,
)
from cncf_llm.defs.automation.source_cursor import Checks, checks_of_cursor
from cncf_llm.defs.automation.source_project import ASSETS, Project, load_project
from cncf_llm.defs.raw_documents import mirror
from cncf_llm.ingest.changes import STACKOVERFLOW_HOST
from cncf_llm.partitions import PROJECTS
from cncf_llm.settings import Settings
from cncf_llm.store import Store, StoreError

TICK = 300  # seconds between two ticks; each checks what is due, of a mirror everything
# Seconds between two checks of a project's sources of a kind, at their remotes.
EVERY = {stage.REPOSITORY: 3_600, stage.WEBSITE: 6 * 3_600, stage.STACKOVERFLOW: 6 * 3_600}
STACKOVERFLOW_WITHOUT_KEY = 24 * 3_600  # 300 requests a day must do for checks and readings
REQUESTS = 50  # runs that a tick may ask for: the first one would ask for all projects at once
_REST = 900  # seconds for a host that asks to be left alone and does not say for how long
_SOON = 900  # seconds until a project whose reading was asked for is checked again
_SHOWN = 5  # problems of a reason that the log names


@dg.sensor(
    job=refresh_sources,
    minimum_interval_seconds=TICK,
    description="Every five minutes, check which projects' sources changed (git ls-remote, "
    "conditional HTTP, Stack Overflow activity) and have those read, and no others.",
)
def source_changes(
    context: dg.SensorEvaluationContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
) -> dg.SensorResult:
    """Request `refresh_sources` for each project whose sources are not those that were read."""
    if settings.offline and settings.mirror is None and settings.landscape is not None:
        return dg.SensorResult(
            skip_reason="there is nothing to check: CNCF_LLM_OFFLINE is on and there is no "
            "CNCF_LLM_MIRROR"
        )
    landscape = store.current("landscape")
    if landscape is None:
        return dg.SensorResult(skip_reason="there is no landscape yet: see `landscape_changes`")
    checks = checks_of_cursor(context.cursor)
    if checks is None:
        context.log.warning("the cursor is malformed or of another release: starting over")
        checks = Checks()
    known = set(context.instance.get_dynamic_partitions(PROJECTS.name or ""))
    rows = landscape.table("projects").iter_rows(named=True)
    tick = _Tick(context, settings, store, checks)
    requests = tick.requests({row["project"]: row for row in rows if row["project"] in known})
    said = tick.summary()
    context.log.info("%s", said)
    return dg.SensorResult(
        run_requests=requests,
        skip_reason=None if requests else said,
        cursor=checks.to_cursor(),
    )


@dataclass
class _Tick:
    """One evaluation, and its counts."""

    context: dg.SensorEvaluationContext
    settings: Settings
    store: Store
    checks: Checks
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.started = time.monotonic()
        self.now = time.time()
        self.mirror = mirror(self.settings)
        if self.mirror is not None and not self.mirror.is_dir():
            raise stage.MirrorError(
                f"The mirror {self.mirror} is not a folder. Mend or unset CNCF_LLM_MIRROR."
            )

    def requests(self, rows: Mapping[str, Mapping[str, Any]]) -> list[dg.RunRequest]:
        """Check what is due, note in the cursor when to check again, return what to ask for."""
        self.checks.forget(rows, self.now)
        due = {name: self._due(name, row) for name, row in rows.items()}
        names = sorted((name for name in due if due[name]), key=self._oldest(due))
        with ThreadPoolExecutor(THREADS) as pool:
            loaded = pool.map(lambda name: self._load(name, rows[name], due[name]), names)
        projects = [project for project in loaded if project]
        if self.mirror is None:  # who has never been read: no more than may be asked for
            new = [project for project in projects if project.missing][REQUESTS:]
            waiting = {project.name for project in new}
            self.counts["wait for their first reading"] = len(waiting)
            projects = [project for project in projects if project.name not in waiting]
        found = self._check(projects)
        return self._ask(projects, found)

    def _due(self, name: str, row: Mapping[str, Any]) -> list[stage.Source]:
        sources = stage.sources_of(row)
        if self.mirror is not None:
            return sources
        return [
            source
            for source in sources
            if (source.kind == stage.REPOSITORY or self.settings.crawl)
            and self.checks.when(name, source.kind) <= self.now
            and source.host not in self.checks.rests
        ]

    def _oldest(self, due: Mapping[str, list[stage.Source]]) -> Callable[[str], tuple[int, str]]:
        return lambda name: (min(self.checks.when(name, s.kind) for s in due[name]), name)

    def _load(self, name: str, row: Mapping[str, Any], due: list[stage.Source]) -> Project | None:
        """Return the project; None, which is said, when its stored data cannot be read."""
        try:
            return load_project(self.store, name, row, due)
        except (StoreError, OSError) as error:
            self.context.log.error("%s cannot be checked: %s", name, error)
            self.counts["unreadable-data"] += 1
            return None

    def _check(self, projects: Iterable[Project]) -> Found:
        key = self.settings.stackexchange_key
        stackoverflow = None
        if self.mirror is None and self.settings.crawl and not self.settings.offline:
            stackoverflow = StackOverflow(key.get_secret_value() if key else None)
        asked = [check for project in projects for check in project.checks]
        found = check_all(
            asked,
            mirror=self.mirror,
            offline=self.settings.offline,
            stackoverflow=stackoverflow,
            started=self.started,
            unexpected=lambda check, error: self.context.log.error(
                "%s: %s: %r", check.project, check.source.name, error
            ),
        )
        self.counts["checked"] = len(found.states)
        self.counts["no time left"] = len(asked) - len(found.states) - len(found.problems)
        self._note_rests(found, stackoverflow)
        return found

    def _note_rests(self, found: Found, stackoverflow: StackOverflow | None) -> None:
        """Count and tell the problems; leave those hosts alone that ask for it."""
        told: dict[str, list[str]] = {}
        for check, error in found.problems.items():
            self.counts[error.reason] += 1
            told.setdefault(error.reason, []).append(f"{check.project}: {error.detail}")
            if self.mirror is None and asks_for_rest(error):
                rest = QUOTA_REST if error.reason == "quota-exhausted" else _REST
                self.checks.rest(check.source.host, self.now + (error.wait or rest))
        for reason, details in sorted(told.items()):
            self.context.log.info(
                "%s of %s, such as %s", len(details), reason, "; ".join(sorted(details)[:_SHOWN])
            )
        if stackoverflow and (seconds := stackoverflow.close()):
            self.checks.rest(STACKOVERFLOW_HOST, self.now + seconds)

    def _ask(self, projects: Iterable[Project], found: Found) -> list[dg.RunRequest]:
        """Return requests for those that moved, oldest first, as many as a tick may make."""
        busy = self._being_read()
        requests = []
        for project in projects:
            states = {c.source: found.states[c] for c in project.checks if c in found.states}
            moved = stage.moves(project.sources, states, project.seen)
            if not project.readable(states) or not (moved or project.missing):
                self._put_off(project, found, self._interval)
                continue
            if project.name in busy:
                self.counts["being read"] += 1
            elif len(requests) == REQUESTS:
                self.counts["left for the next tick"] += 1
                continue  # it stays due, and comes first
            elif request := self._request(project, moved):
                requests.append(request)
            self._put_off(project, found, lambda kind: min(self._interval(kind), _SOON))
        self.counts["requested"] = len(requests)
        return requests

    def _request(self, project: Project, moved: list[stage.Move]) -> dg.RunRequest | None:
        assets = sorted({ASSETS[move.kind] for move in moved}.union(project.missing))
        state = stage.moves_digest(moved) + "".join(f" {asset}" for asset in project.missing)
        instance = self.context.instance
        attempt = next_attempt(instance, refresh_sources.name, state, project.name)
        if isinstance(attempt, str):
            self.context.log.info("%s: %s: %s", project.name, stage.explain(moved), attempt)
            self.counts["asked for already"] += 1
            return None
        reason = stage.explain(moved) or f"{', '.join(project.missing)} was never made"
        self.context.log.info("%s: %s", project.name, reason)
        return dg.RunRequest(
            run_key=run_key(state, attempt, project.name),
            partition_key=project.name,
            asset_selection=[dg.AssetKey(asset) for asset in assets],
            tags={
                tags.REASON: reason,
                tags.TRIGGER: "sources",
                tags.COST: "network",
                tags.PROJECT: project.name,
                tags.STATE: state,
            },
        )

    def _being_read(self) -> set[str]:
        runs = self.context.instance.get_runs(
            dg.RunsFilter(job_name=refresh_sources.name, statuses=UNFINISHED)
        )
        return {run.tags.get("dagster/partition", "") for run in runs}

    def _interval(self, kind: str) -> float:
        if kind == stage.STACKOVERFLOW and self.settings.stackexchange_key is None:
            return STACKOVERFLOW_WITHOUT_KEY
        return EVERY[kind]

    def _put_off(self, project: Project, found: Found, interval: Callable[[str], float]) -> None:
        """Note when each kind is checked next; what had no time stays due. A mirror always is due,
        and what was checked last comes last.
        """
        for kind in {check.source.kind for check in project.checks}:
            own = [check for check in project.checks if check.source.kind == kind]
            if self.mirror is not None:
                if any(check in found.states or check in found.problems for check in own):
                    self.checks.put_off(project.name, kind, self.now)
            elif any(check in found.states for check in own):
                self.checks.put_off(project.name, kind, self.now + interval(kind))
            elif all(check in found.problems for check in own):
                if any(asks_for_rest(found.problems[check]) for check in own):
                    continue  # the host rests; the project waits for it
                failures = self.checks.failures(project.name, kind) + 1
                wait = back_off(failures)
                self.checks.put_off(project.name, kind, self.now + wait, failures)

    def summary(self) -> str:
        """Return the counts of the tick in one line."""
        rests = ", ".join(sorted(self.checks.rests))
        counts = ", ".join(f"{what}: {count}" for what, count in self.counts.items() if count)
        resting = f"; left alone for now: {rests}" if rests else ""
        seconds = time.monotonic() - self.started
        return f"{counts or 'nothing is due'}{resting}; {seconds:.1f} s"
