"""A graph in the platform's shape, with stages that count letters: projects -> words -> total."""

import dagster as dg
import polars as pl

from cncf_llm.defs.storage import StoredInputs, refresh
from cncf_llm.partitions import PROJECTS
from cncf_llm.store import Draft, Store, Version


def small_definitions(store: Store, texts: dict[str, str]) -> tuple[dg.Definitions, list[str]]:
    """Return the definitions and a list that grows by each asset computed. `!` in a text fails."""
    computed: list[str] = []

    @dg.asset
    def landscape(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        def build(draft: Draft) -> None:
            computed.append("landscape")
            draft.write("projects", pl.DataFrame({"project": sorted(texts)}))

        context.instance.add_dynamic_partitions(PROJECTS.name or "", sorted(texts))
        return refresh(
            context, store, build, lambda v: {}, code="1", inputs={"texts": ",".join(sorted(texts))}
        )

    @dg.asset(partitions_def=PROJECTS)
    def words(context: dg.AssetExecutionContext, landscape: Version) -> dg.MaterializeResult:
        text = texts[context.partition_key]

        def build(draft: Draft) -> None:
            computed.append(f"words {context.partition_key}")
            if "!" in text:
                raise ValueError(f"the text of {context.partition_key} is damaged")
            draft.write("words", pl.DataFrame({"word": text.split()}, schema={"word": pl.String}))

        return refresh(context, store, build, lambda v: {}, code="1", inputs={"text": text})

    @dg.asset(partitions_def=PROJECTS)
    def letters(context: dg.AssetExecutionContext, words: Version) -> dg.MaterializeResult:
        def build(draft: Draft) -> None:
            computed.append(f"letters {context.partition_key}")
            frame = words.table("words")
            draft.write("letters", frame.select(pl.col("word").str.len_chars().alias("letters")))

        return refresh(
            context, store, build, lambda v: {}, code="1", inputs={"words": words.digest}
        )

    @dg.asset
    def total(
        context: dg.AssetExecutionContext, letters: dict[str, Version]
    ) -> dg.MaterializeResult:
        def build(draft: Draft) -> None:
            computed.append("total")
            sums = {key: v.table("letters")["letters"].sum() for key, v in letters.items()}
            draft.write("total", pl.DataFrame({"project": list(sums), "n": list(sums.values())}))

        inputs = {key: version.digest for key, version in letters.items()}
        return refresh(context, store, build, lambda v: {}, code="1", inputs=inputs)

    @dg.asset_check(asset=words, partitions_def=PROJECTS)
    def has_words(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        rows = store.require("words", context.partition_key).table("words").height
        return dg.AssetCheckResult(passed=rows > 0)

    definitions = dg.Definitions(
        assets=[landscape, words, letters, total],
        asset_checks=[has_words],
        resources={"io_manager": StoredInputs(store)},
    )
    return definitions, computed
