"""Whether the place where the data is kept can be reached."""

from prometheus_client.core import Metric

from cncf_llm.metrics.families import gauge
from cncf_llm.store import Store


def read_store(store: Store) -> list[Metric]:
    """Return the number of assets with data. Raises `OSError` when the store cannot be reached."""
    root = store.root
    if store.remote:
        # The bucket, since a prefix without objects is not there; and never from a cached listing.
        root.fs.ls(root.path.split("/")[0], refresh=True)
    folders = [child for child in root.iterdir() if child.is_dir()] if root.exists() else []
    return [gauge("store_assets", "Assets that have data.", [], {(): len(folders)})]
