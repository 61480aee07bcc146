"""The incremental rule: a row whose input and recipe are unchanged is carried over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from cncf_llm.store.identity import content_hash
from cncf_llm.store.table import Table

INPUTS = Table(
    "inputs",
    {
        "input_id": (pl.String, "id of the input row that the outputs were computed from"),
        "input_hash": (pl.String, "hash of that row's content and of the recipe applied to it"),
    },
)


@dataclass(frozen=True)
class Carried:
    """Merged output tables, and how many input rows were carried over, computed and removed."""

    tables: dict[str, pl.DataFrame]
    reused: int
    computed: int
    removed: int


def carry_over(
    inputs: pl.DataFrame,
    previous: Mapping[str, pl.DataFrame] | None,
    compute: Callable[[pl.DataFrame], Mapping[str, pl.DataFrame]],
    *,
    key: str,
    recipe: str,
) -> Carried:
    """Compute output rows for the input rows that are new or changed, and keep the rest.

    `inputs` has a unique id in column `key` and a `content_hash`. `recipe` names everything else
    that the outputs depend on (stage version, settings). `compute` takes the changed rows and
    returns output tables, each with the column `key`. `previous` holds the tables that the last
    call returned: rows of unchanged inputs are taken from it, rows of vanished inputs are left
    behind. The result has one more table, `inputs`, by which the next call knows what is unchanged.

    Output rows come in the order of `inputs`, and within one input in the order `compute` gave
    them, so the result does not depend on what was carried over. Raises `ValueError` when an id
    occurs twice.
    """
    if inputs[key].n_unique() != inputs.height:
        twice = inputs.filter(inputs[key].is_duplicated())[key][0]
        raise ValueError(f"carry_over: {key} {twice} occurs more than once in the inputs")
    hashes = [content_hash(recipe + hashed) for hashed in inputs["content_hash"]]
    index = pl.DataFrame({"input_id": inputs[key], "input_hash": hashes}, schema=INPUTS.schema)
    before = previous["inputs"] if previous else INPUTS.frame()
    unchanged = index.join(before, on=["input_id", "input_hash"], how="semi")["input_id"]
    changed = inputs.filter(~pl.col(key).is_in(unchanged.implode()))
    computed = compute(changed)

    order = index.select(pl.col("input_id").alias(key)).with_row_index("_order")
    tables = {}
    for name, fresh in computed.items():
        parts = [fresh]
        if previous and len(unchanged):
            parts.append(previous[name].filter(pl.col(key).is_in(unchanged.implode())))
        merged = pl.concat(parts, how="vertical")
        tables[name] = (
            merged.join(order, on=key, how="left", maintain_order="left")
            .sort("_order", maintain_order=True)
            .drop("_order")
        )
    tables["inputs"] = index
    return Carried(
        tables=tables,
        reused=len(unchanged),
        computed=changed.height,
        removed=before.join(index, on="input_id", how="anti").height,
    )
