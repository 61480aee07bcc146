"""What Prometheus scrapes: the state of the platform, read from the Dagster instance and the store.

Dagster's own services have no metrics. Times are given as Unix timestamps, so an age is
`time() - metric` and needs no clock here. Metrics of one kind are in one file.
"""

from cncf_llm.metrics.database import Database
from cncf_llm.metrics.exporter import Exporter
from cncf_llm.metrics.storage import read_store

__all__ = ["Database", "Exporter", "read_store"]
