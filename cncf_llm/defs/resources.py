"""What assets are given: the settings, the store, and the IO manager over it."""

from cncf_llm.defs.storage import StoredInputs
from cncf_llm.settings import Settings
from cncf_llm.store import Store


def resources(settings: Settings) -> dict[str, object]:
    """Return the resources of a deployment with these settings."""
    store = open_store(settings)
    return {"settings": settings, "store": store, "io_manager": StoredInputs(store)}


def open_store(settings: Settings) -> Store:
    """Open the store that the settings name."""
    return Store(settings.store_root, cache=settings.home.absolute() / "cache")
