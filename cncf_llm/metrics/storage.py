"""Whether the place where the data is kept can be reached, and what the landscape says there."""

from prometheus_client.core import Metric

from cncf_llm.metrics.families import gauge
from cncf_llm.store import Store


def read_store(store: Store) -> list[Metric]:
    """Return the metrics of the store. Raises `StoreError` when it cannot be reached.

    Two small files are read, of the version of the landscape that is current.
    """
    landscape = store.current("landscape")
    known = landscape is not None and "retired.parquet" in landscape.files
    return [
        gauge(
            "projects_retired",
            "Projects that left the landscape, and whose data is kept; absent until one is read.",
            [],
            {(): landscape.table("retired").height} if landscape and known else {},
        )
    ]
