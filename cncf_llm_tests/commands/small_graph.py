"""A graph in the platform's shape, with stages that count letters: projects -> words -> total."""

import dagster as dg
import polars as pl

from cncf_llm.defs.checks import Check, specs
from cncf_llm.defs.storage import Results, StoredInputs, refresh
from cncf_llm.partitions import PROJECTS
from cncf_llm.store import Draft, Store, Version

_CHECKS = (
    Check(
        "has_words",
        "There is at least one word.",
        lambda version: dg.AssetCheckResult(passed=version.table("words").height > 0),
        blocking=True,
    ),
)


def small_definitions(store: Store, texts: dict[str, str]) -> tuple[dg.Definitions, list[str]]:
    """Return the definitions and a list that grows by each asset computed. `!` in a text fails."""
    computed: list[str] = []

    @dg.asset
    def landscape(context: dg.AssetExecutionContext) -> Results:
        def build(draft: Draft) -> None:
            computed.append("landscape")
            draft.write("projects", pl.DataFrame({"project": sorted(texts)}))

        context.instance.add_dynamic_partitions(PROJECTS.name or "", sorted(texts))
        yield from refresh(
            context, store, build, lambda v: {}, code="1", inputs={"texts": ",".join(sorted(texts))}
        )

    @dg.asset(partitions_def=PROJECTS, check_specs=specs("words", _CHECKS, PROJECTS))
    def words(context: dg.AssetExecutionContext, landscape: Version) -> Results:
        text = texts[context.partition_key]

        def build(draft: Draft) -> None:
            computed.append(f"words {context.partition_key}")
            if "!" in text:
                raise ValueError(f"the text of {context.partition_key} is damaged")
            draft.write("words", pl.DataFrame({"word": text.split()}, schema={"word": pl.String}))

        yield from refresh(
            context, store, build, lambda v: {}, code="1", inputs={"text": text}, checks=_CHECKS
        )

    @dg.asset(partitions_def=PROJECTS)
    def letters(context: dg.AssetExecutionContext, words: Version) -> Results:
        def build(draft: Draft) -> None:
            computed.append(f"letters {context.partition_key}")
            frame = words.table("words")
            draft.write("letters", frame.select(pl.col("word").str.len_chars().alias("letters")))

        yield from refresh(
            context, store, build, lambda v: {}, code="1", inputs={"words": words.digest}
        )

    @dg.asset
    def total(context: dg.AssetExecutionContext, letters: dict[str, Version]) -> Results:
        def build(draft: Draft) -> None:
            computed.append("total")
            sums = {key: v.table("letters")["letters"].sum() for key, v in letters.items()}
            draft.write("total", pl.DataFrame({"project": list(sums), "n": list(sums.values())}))

        inputs = {key: version.digest for key, version in letters.items()}
        yield from refresh(context, store, build, lambda v: {}, code="1", inputs=inputs)

    definitions = dg.Definitions(
        assets=[landscape, words, letters, total],
        resources={"io_manager": StoredInputs(store)},
    )
    return definitions, computed
