"""Two hops: what a project's neighbours in the graph have in common, asked as one question.

"Which graduated CNCF projects does X integrate with?" needs an edge from X, and a second fact about
each of its tails: another edge of the same graph, or a row of the landscape. Complete means: all
that the project's graph knows. Each answer cites the passages of both hops.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from cncf_llm.questions.facts import Fact, Phrasings
from cncf_llm.questions.generators.relation import LEAST_CONFIDENCE, joined, own_entities
from cncf_llm.questions.section import project_name
from cncf_llm.questions.words import normalised

FIRST = {  # type of the edge from the project, and how the sentence goes on
    "integrates_with": "integrate with",
    "depends_on": "depend on",
    "alternative_to": "stand as an alternative to",
}
SECOND = {  # type of the edge from the neighbour, and what is said of it
    "written_in": "written in {value}",
    "implements": "implementing {value}",
    "runs_on": "running on {value}",
    "maintained_by": "maintained by {value}",
}
BY_EDGE = Phrasings(
    training=(
        "Which projects {said} does {project} {verb}?",
        "Are there any projects {said} that {project} can {verb}, and which?",
    ),
    held_out=("Name the software {said} that {project} is known to {verb}.",),
)
BY_LANDSCAPE = Phrasings(
    training=(
        "Which {maturity} CNCF projects does {project}, by its documentation, {verb}?",
        "Among the {maturity} projects of the CNCF, which does {project} {verb}?",
    ),
    held_out=("Name the {maturity} CNCF projects that {project} is known to {verb}.",),
)
OF_PARTS = Phrasings(
    training=(
        "Which components of {project} {verb} {value}?",
        "Of the parts of {project}, which {verb} {value}?",
    ),
    held_out=("Name the parts of {project} that are known to {verb} {value}.",),
)

MOST = 8  # more values than this are a list of mentions


@dataclass(frozen=True)
class TwoHops:
    """A fact, the edges that state it, and the landscape keys whose rows state the rest."""

    fact: Fact
    edge_ids: tuple[str, ...]
    projects: tuple[str, ...] = ()


def facts(
    project: Mapping[str, object],
    nodes: pl.DataFrame,
    edges: pl.DataFrame,
    maturity: Mapping[str, str],
) -> Iterable[TwoHops]:
    """Yield the questions over two hops that start at the project.

    `maturity` maps landscape keys to maturity levels.
    """
    keys = dict(nodes.select("entity_id", "project_key").iter_rows())
    sure = edges.filter(
        pl.col("passage_ids").list.len() > 0, pl.col("confidence") >= LEAST_CONFIDENCE
    ).sort("type", "head_name", "head", "tail_name", "tail")
    rows = sure.to_dicts()
    by_head: dict[str, list[dict]] = {}
    for row in rows:
        by_head.setdefault(row["head"], []).append(row)
    own, sub_projects = own_entities(project, nodes)
    name = project_name(project)
    for first, verb in FIRST.items():
        hops = [row for row in rows if row["head"] in own and row["type"] == first]
        hops = [row for row in hops if row["tail"] not in own | sub_projects]
        yield from _by_edge(name, verb, hops, by_head)
        yield from _by_landscape(name, verb, hops, keys, maturity)
    parts = [row for row in rows if row["type"] == "part_of" and row["tail"] in own]
    for first, verb in FIRST.items():
        yield from _of_parts(name, first, verb, parts, by_head)


def _by_edge(
    name: str, verb: str, hops: list[dict], by_head: Mapping[str, list[dict]]
) -> Iterable[TwoHops]:
    found: dict[tuple[str, str], list[tuple[dict, dict]]] = {}
    for hop in hops:
        for row in by_head.get(hop["tail"], ()):
            if row["type"] in SECOND:
                found.setdefault((row["type"], row["tail_name"]), []).append((hop, row))
    for (relation, value), pairs in sorted(found.items()):
        said = SECOND[relation].format(value=value)
        yield from _fact(BY_EDGE, name, verb, said, pairs, said=said)


def _by_landscape(
    name: str,
    verb: str,
    hops: list[dict],
    keys: Mapping[str, str | None],
    maturity: Mapping[str, str],
) -> Iterable[TwoHops]:
    found: dict[str, list[dict]] = {}
    for hop in hops:
        level = maturity.get(keys.get(hop["tail"]) or "")
        if level:
            found.setdefault(level, []).append(hop)
    for level, rows in sorted(found.items()):
        named = {str(keys[row["tail"]]): row for row in rows}
        if len(named) > MOST:
            continue
        tails = joined([row["tail_name"] for _, row in sorted(named.items())])
        noun = "project" if len(named) == 1 else "projects"
        answer = f"{name} can {verb} the {level} CNCF {noun} {tails}."
        if verb == "depend on":
            answer = f"{name} depends on the {level} CNCF {noun} {tails}."
        fact = BY_LANDSCAPE.fact(
            "two_hop",
            f"{level} projects: {name} {verb}",
            answer,
            project=name,
            verb=verb,
            maturity=level,
        )
        yield TwoHops(fact, tuple(row["edge_id"] for row in rows), tuple(sorted(named)))


def _of_parts(
    name: str, first: str, verb: str, parts: list[dict], by_head: Mapping[str, list[dict]]
) -> Iterable[TwoHops]:
    found: dict[str, list[tuple[dict, dict]]] = {}
    for part in parts:
        for row in by_head.get(part["head"], ()):
            if row["type"] == first and normalised(row["tail_name"]) != normalised(name):
                found.setdefault(row["tail_name"], []).append((part, row))
    for value, pairs in sorted(found.items()):
        heads = sorted({part["head_name"] for part, _ in pairs})
        if len(heads) > MOST:
            continue
        several = len(heads) > 1
        says = {"integrate with": "integrates with", "depend on": "depends on"}.get(verb, verb)
        answer = f"In {name}, {joined(heads)} {verb if several else says} {value}."
        fact = OF_PARTS.fact(
            "two_hop", f"components: {verb} {value}", answer, project=name, verb=verb, value=value
        )
        yield TwoHops(fact, tuple(dict.fromkeys(row["edge_id"] for pair in pairs for row in pair)))


def _fact(
    phrasings: Phrasings,
    name: str,
    verb: str,
    about: str,
    pairs: list[tuple[dict, dict]],
    **slots: str,
) -> Iterable[TwoHops]:
    tails = sorted({hop["tail_name"] for hop, _ in pairs})
    if len(tails) > MOST:
        return
    says = f"{name} depends on" if verb == "depend on" else f"{name} can {verb}"
    answer = f"{says} {joined(tails)}, {about}."
    fact = phrasings.fact(
        "two_hop", f"{about}: {name} {verb}", answer, project=name, verb=verb, **slots
    )
    yield TwoHops(fact, tuple(dict.fromkeys(row["edge_id"] for pair in pairs for row in pair)))
