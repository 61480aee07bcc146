"""What a graph should not hold: entities nobody speaks of, facts that exclude each other."""

import polars as pl

# Of these a project has one at a time.
SINGLE = ("child_of", "has_maturity", "licensed_under")


def orphans(nodes: pl.DataFrame, edges: pl.DataFrame) -> pl.DataFrame:
    """Return the nodes that no passage mentions and no edge touches."""
    touched = pl.concat([edges["head"], edges["tail"]]).implode()
    return nodes.filter((pl.col("mentions") == 0) & ~pl.col("entity_id").is_in(touched))


def conflicts(edges: pl.DataFrame, nodes: pl.DataFrame) -> list[str]:
    """Name each conflict: two parents, maturities or licences of one entity, an entity that is its
    own parent or its parent's parent, an edge from an entity to itself.
    """
    names = dict(nodes.select("entity_id", "name").iter_rows())
    found = []
    several = (
        edges.filter(pl.col("type").is_in(SINGLE))
        .group_by("head", "type")
        .agg(pl.col("tail_name").unique().sort())
        .filter(pl.col("tail_name").list.len() > 1)
        .sort("type", "head")
    )
    for head, kind, tails in several.select("head", "type", "tail_name").iter_rows():
        found.append(f"{names.get(head, head)} {kind} {' and '.join(tails)}")
    pairs = set(edges.filter(pl.col("type") == "child_of").select("head", "tail").iter_rows())
    for head, tail in sorted(pairs):
        if head < tail and (tail, head) in pairs:
            one, other = names.get(head, head), names.get(tail, tail)
            found.append(f"{one} and {other} are each other's child_of")
    own = edges.filter(pl.col("head") == pl.col("tail")).sort("edge_id")
    found += [f"{name} {kind} itself" for name, kind in own.select("head_name", "type").iter_rows()]
    return found
