"""Progress of long steps, in the run's log and on the command line."""

import time
from collections.abc import Callable

import dagster as dg

_EVERY = 3.0  # seconds; each line is a row in Dagster's event log


def progress(context: dg.AssetExecutionContext) -> Callable[[int, int, str], None]:
    """Return a callback (done, total, message) that logs now and then."""
    name = context.asset_key.to_user_string()
    if context.has_partition_key:
        name = f"{context.partition_key} {name}"
    last = 0.0

    def report(done: int, total: int, message: str) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _EVERY:
            last = now
            context.log.info("%s: %d of %d, %s", name, done, total, message)

    return report
