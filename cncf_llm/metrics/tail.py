"""The end of the event log: what was written since it was last looked at."""

import time
from collections.abc import Iterator

import dagster as dg

_PAGE = 1000
# Two writers may commit their events in another order than that of the ids, so one may slip
# through. Hence everything is read anew now and then.
_ANEW_SECONDS = 3600.0


class Tail:
    """Events of one type, each given once; says when a reader should start anew instead."""

    def __init__(self, event_type: dg.DagsterEventType) -> None:
        self._type = event_type
        self._cursor = 0
        self._anew_at: float | None = None

    def starts_anew(self, instance: dg.DagsterInstance) -> bool:
        """Return whether all must be read, and if so, move to the end of the log as it is now."""
        now = time.monotonic()
        if self._anew_at is not None and now < self._anew_at and not self._scattered(instance):
            return False
        self._cursor = instance.event_log_storage.get_maximum_record_id() or 0
        self._anew_at = now + _ANEW_SECONDS
        return True

    def read(self, instance: dg.DagsterInstance) -> Iterator[dg.EventLogEntry]:
        """Yield what is new, oldest first."""
        while not self._scattered(instance):
            records = instance.event_log_storage.get_event_records(
                dg.EventRecordsFilter(self._type, after_cursor=self._cursor),
                limit=_PAGE,
                ascending=True,
            )
            for record in records:
                self._cursor = max(self._cursor, record.storage_id)
                yield record.event_log_entry
            if len(records) < _PAGE:
                return

    def _scattered(self, instance: dg.DagsterInstance) -> bool:
        """Return whether such events lie in one file for each run, as with SQLite."""
        checks = self._type == dg.DagsterEventType.ASSET_CHECK_EVALUATION
        return checks and instance.event_log_storage.is_run_sharded
