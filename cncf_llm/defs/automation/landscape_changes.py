"""The sensor that keeps the partitions equal to the projects of the landscape."""

import json

import dagster as dg

from cncf_llm.defs.automation import tags
from cncf_llm.defs.automation.asking import next_attempt, run_key
from cncf_llm.defs.automation.jobs import refresh_landscape
from cncf_llm.defs.checks import RefusedError
from cncf_llm.defs.landscape import UNKNOWN_WANTED, partition_changes, read_or_refuse
from cncf_llm.partitions import PROJECTS
from cncf_llm.settings import Settings
from cncf_llm.store import Store, digest

CURSOR = 1  # version of the cursor: {"version", "landscape": file's hash, "refused": of a message}


@dg.sensor(
    job=refresh_landscape,
    minimum_interval_seconds=3600,
    description="Every hour, make the partitions those of the landscape: add projects that "
    "entered, retire those that left (their data stays), and refresh the asset `landscape`.",
)
def landscape_changes(
    context: dg.SensorEvaluationContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
) -> dg.SensorResult:
    """Add and delete partitions, and request `refresh_landscape` when the file changed.

    Nothing of a new project is fetched: `source_changes` finds that it was never read. A file that
    cannot be read is a failed tick (`LandscapeError`); one that lost half of its projects retires
    nobody. Neither moves anything.
    """
    cursor = _read_cursor(context)
    previous = store.current("landscape")
    try:
        read = read_or_refuse(settings, previous)
    except RefusedError as error:
        said = digest({"refused": str(error)})[:16]
        if cursor.get("refused") != said:
            context.log.warning("nobody is retired: %s", error)
        return dg.SensorResult(
            skip_reason=f"nobody is retired: {error}",
            cursor=json.dumps(cursor | {"version": CURSOR, "refused": said}),
        )
    state = str(read.facts["source_hash"])
    change = partition_changes(read, context.instance, settings)
    if change:
        context.log.info("%s", change)
    if change.unknown:
        context.log.warning(UNKNOWN_WANTED, ", ".join(change.unknown))
    stale = previous is None or previous.facts["source_hash"] != state
    attempt = next_attempt(context.instance, refresh_landscape.name, state) if stale else 0
    requests = []
    if attempt and isinstance(attempt, int):
        why = "the landscape file changed" if previous else "the landscape was never read"
        requests.append(
            dg.RunRequest(
                run_key=run_key(state, attempt),
                tags={
                    tags.REASON: f"{why}: {change}",
                    tags.TRIGGER: "landscape",
                    tags.COST: "network",
                    tags.STATE: state,
                },
            )
        )
    waiting = f"the landscape file changed; {attempt}" if stale else "the landscape is unchanged"
    gone = [*change.leave, *change.aside]
    return dg.SensorResult(
        run_requests=requests,
        skip_reason=None if requests else f"{waiting}; {change}",
        dynamic_partitions_requests=[
            *([PROJECTS.build_add_request([*change.enter])] if change.enter else []),
            *([PROJECTS.build_delete_request(gone)] if gone else []),
        ],
        cursor=json.dumps({"version": CURSOR, "landscape": state}),
    )


def _read_cursor(context: dg.SensorEvaluationContext) -> dict[str, str]:
    """Return the cursor; empty when there is none or it is not one of ours, which is said."""
    if not context.cursor:
        return {}
    try:
        cursor = json.loads(context.cursor)
    except ValueError:
        cursor = None
    if isinstance(cursor, dict) and cursor.get("version") == CURSOR:
        return cursor
    context.log.warning("the cursor is malformed or of an older release: starting over")
    return {}
