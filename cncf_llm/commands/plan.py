"""Which runs materialize a selection: an asset without partitions waits for all partitions."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

import dagster as dg

from cncf_llm.commands.errors import UsageError


@dataclass(frozen=True)
class Wave:
    """Assets that can be materialized in one run (for each project, when `partitioned`)."""

    assets: tuple[str, ...]
    partitioned: bool


def plan_waves(definitions: dg.Definitions, selection: Iterable[str] | None = None) -> list[Wave]:
    """Group the selected assets (all by default) into waves, in the order they must run.

    A Dagster run has one partition or none, so the graph is cut wherever an asset with partitions
    meets one without. Raises `UsageError` for a name that is no asset.
    """
    graph = definitions.resolve_asset_graph()
    known = {key.to_user_string(): key for key in graph.materializable_asset_keys}
    chosen = set(known if selection is None else selection)
    for name in sorted(chosen - known.keys()):
        raise UsageError(f"there is no asset {name!r}{_suggest(name, known)}")
    numbers: dict[dg.AssetKey, int] = {}
    for key in graph.toposorted_asset_keys:
        node = graph.get(key)
        number = max((numbers[parent] for parent in node.parent_keys), default=0)
        # Even waves have no partitions, odd ones have: the next of the right kind.
        numbers[key] = number + (number % 2 != int(node.is_partitioned))
    waves: dict[int, list[str]] = {}
    for key in graph.toposorted_asset_keys:
        if key.to_user_string() in chosen:
            waves.setdefault(numbers[key], []).append(key.to_user_string())
    return [Wave(tuple(waves[number]), number % 2 == 1) for number in sorted(waves)]


def upstream(definitions: dg.Definitions, asset: str) -> set[str]:
    """Return the names of the assets that this one reads directly."""
    node = definitions.resolve_asset_graph().get(dg.AssetKey(asset))
    return {key.to_user_string() for key in node.parent_keys}


def choose_projects(known: Iterable[str], wanted: Iterable[str] | None) -> list[str]:
    """Return the projects to run. Raises `UsageError` for one the landscape does not have."""
    known = sorted(known)
    if wanted is None:
        return known
    wanted = list(dict.fromkeys(wanted))
    for name in wanted:
        if name not in known:
            raise UsageError(
                f"the landscape has no project {name!r}{_suggest(name, known)}. "
                f"A key is the project's name in lower case with hyphens; there are {len(known)}: "
                "see `cncf-llm show landscape`"
            )
    return wanted


def _suggest(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=3)
    return f"; did you mean {' or '.join(close)}?" if close else ""
