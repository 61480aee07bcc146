"""How every asset is stored: inputs are loaded here, and new versions are made here."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import dagster as dg

from cncf_llm.defs.automation import tags
from cncf_llm.defs.checks import Check, RefusedError, judged, refuse
from cncf_llm.defs.interrupted import again_if_moved
from cncf_llm.defs.present import Metadata
from cncf_llm.store import Draft, Store, Version, digest
from cncf_llm.store.draft import SCRATCH

Results = Iterator[dg.MaterializeResult | dg.AssetCheckResult]  # what an asset yields


class StoredInputs(dg.IOManager):
    """Hands an asset its upstream assets as `Version`s; assets write through `refresh` instead.

    A partitioned asset gets the one version of its own partition. An asset without partitions gets
    a dict of all partitions that have data: a project that failed does not stop the others.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def load_input(self, context: dg.InputContext) -> Version | dict[str, Version]:
        asset = context.asset_key.to_user_string()
        if not context.has_asset_partitions:
            return self._store.require(asset, None)
        if context.has_partition_key:
            return self._store.require(asset, context.asset_partition_key)
        return self._store.versions(asset, among=set(context.asset_partition_keys))

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        raise TypeError(
            f"{context.asset_key.to_user_string()} returned a value; "
            "yield from refresh(...) instead"
        )


def refresh(
    context: dg.AssetExecutionContext,
    store: Store,
    build: Callable[[Draft], None],
    describe: Callable[[Version], Metadata],
    *,
    code: str,
    inputs: Mapping[str, str] | None,
    settings: Mapping[str, object] | None = None,
    checks: Sequence[Check] = (),
) -> Results:
    """Make the partition's new version, unless it would be made of the same things as the last.

    `code` is the stage's version. `inputs` names the digest of each thing that `build` reads, or is
    None for an asset that must look outside to know. `settings` are those that change the result.
    `describe` and `checks` look at what is stored, so they say the same when nothing was done. A
    draft that `build` refuses (`RefusedError`), or that fails a blocking check, is a failed step
    that leaves the last version as it was. The `DataVersion` is the digest of the content: an
    unchanged result stops the wave. A run tagged `cncf_llm/rebuild` makes it as if there were no
    last version.
    """
    asset = context.asset_key.to_user_string()
    partition = context.partition_key if context.has_partition_key else None
    recipe = digest({"code": code, "inputs": inputs, "settings": settings})
    version = store.current(asset, partition)
    before = version.digest if version else None
    rebuild = context.run.tags.get(tags.REBUILD) == "true"
    computed = rebuild or version is None or inputs is None or version.recipe != recipe
    if version is None or computed:
        started = time.monotonic()
        try:
            with again_if_moved(context), store.draft(asset, partition, recipe) as draft:
                build(replace(draft, previous=None) if rebuild else draft)
                draft.facts["seconds"] = round(time.monotonic() - started, 2)
                results = judged(checks, _in_the_making(draft, asset, partition, recipe))
                refuse(checks, results)
        except RefusedError as error:
            yield from error.results
            raise dg.Failure(str(error), allow_retries=False) from error
        version = store.require(asset, partition)
    else:
        context.log.info("%s: inputs, code and settings are unchanged; nothing to do", asset)
        results = judged(checks, version)
    yield dg.MaterializeResult(
        data_version=dg.DataVersion(version.digest),
        metadata={
            "data": dg.MetadataValue.path(version.location),
            "changed": version.digest != before,
            "computed": computed,  # else `seconds` are those of an earlier run
            "seconds": dg.MetadataValue.float(float(version.facts["seconds"])),
            **_column_lineage(context),
            **describe(version),
        },
        check_results=results,
    )


def _column_lineage(context: dg.AssetExecutionContext) -> Metadata:
    """Return the lineage of the definition: the UI shows that of a materialization alone."""
    name = "dagster/column_lineage"
    known = context.assets_def.metadata_by_key.get(context.asset_key, {})
    return {name: known[name]} if name in known else {}


def _in_the_making(draft: Draft, asset: str, partition: str | None, recipe: str) -> Version:
    """Return the draft as the version that it would be, for its checks to look at."""
    names = (file.relative_to(draft.path) for file in draft.path.rglob("*") if file.is_file())
    files = {name.as_posix(): "" for name in names if name.parts[0] != SCRATCH}
    facts = json.loads(json.dumps(draft.facts))  # as they are read back
    return Version(asset, partition, "", recipe, str(draft.path), files, facts, draft.path)
