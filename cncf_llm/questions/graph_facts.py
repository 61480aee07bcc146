"""Facts that the edges of an entity graph state, with evidence from documents of one split."""

from collections.abc import Mapping

import polars as pl

from cncf_llm.questions import curate
from cncf_llm.questions.facts import Drop, drop_row
from cncf_llm.questions.generators import relation, two_hop
from cncf_llm.questions.merge import Stated
from cncf_llm.questions.section import project_name
from cncf_llm.questions.split import split_of
from cncf_llm.store import stable_id


def of_graph(
    project: Mapping[str, object],
    nodes: pl.DataFrame,
    edges: pl.DataFrame,
    maturity: Mapping[str, str],
    sources: Mapping[str, Mapping[str, object]],
) -> tuple[list[Stated], list[dict[str, object]]]:
    """Return the facts that a project's edges state, and rows of DROPS.

    `maturity` maps landscape keys to maturity levels, `sources` passage ids to rows of PASSAGES.
    All evidence of a fact comes from documents of one split.
    """
    by_id = {row["edge_id"]: row for row in edges.to_dicts()}
    kept, drops = [], []
    one_hop = ((fact, tuple(ids), ()) for fact, ids in relation.facts(project, nodes, edges))
    two_hops = (
        (each.fact, each.edge_ids, each.projects)
        for each in two_hop.facts(project, nodes, edges, maturity)
    )
    for found, edge_ids, others in (*one_hop, *two_hops):
        rows = [by_id[edge_id] for edge_id in edge_ids]
        evidence = [sorted(set(row["passage_ids"]) & set(sources)) for row in rows]
        evidence += [[stable_id("psg", "landscape", other)] for other in others]
        source = " ".join(
            f"{row['head_name']} {row['type']} {row['tail_name']} {row['sentence']}".replace(
                "_", " "
            )
            for row in rows
        )
        source += " ".join(f" {maturity[other]} CNCF project" for other in others)
        name = project_name(project)
        passed, refused = curate.sift(
            [found], lambda fact, name=name, source=source: curate.check(fact, name, source)
        )
        drops += [drop_row(project, edge_ids[0], drop) for drop in refused]
        for fact in passed:
            chosen = _evidence_of_one_split(evidence, sources)
            if chosen:
                kept.append(Stated(fact, chosen))
            else:
                drop = Drop("straddles-splits", fact.questions[0])
                drops.append(drop_row(project, edge_ids[0], drop))
    return kept, drops


def _evidence_of_one_split(
    evidence: list[list[str]], sources: Mapping[str, Mapping[str, object]]
) -> tuple[str, ...] | None:
    """Return passages that support every edge of a fact and lie in one split, train first.

    A well-known relation is stated everywhere. It stays usable when the documents of one split
    state all of it.
    """
    for split in ("train", "validation", "test"):
        chosen = [
            [each for each in passages if split_of(str(sources[each]["document_id"])) == split]
            for passages in evidence
        ]
        if all(chosen):
            return tuple(dict.fromkeys(each for passages in chosen for each in passages))
    return None
