"""Whether the place where the data is kept can be reached, and what the landscape says there."""

from prometheus_client.core import Metric

from cncf_llm.metrics.families import gauge
from cncf_llm.store import Store


def read_store(store: Store) -> list[Metric]:
    """Return the metrics of the store. Raises `StoreError` when it cannot be reached.

    One small file is read, of the version of the landscape that is current.
    """
    landscape = store.current("landscape")
    retired = landscape.facts.get("retired") if landscape else None
    return [
        gauge(
            "projects_retired",
            "Projects that left the landscape, and whose data is kept; absent until one is read.",
            [],
            {(): len(retired)} if isinstance(retired, list) else {},
        )
    ]
