"""Facts and question-answer pairs of one project, from its passages, graph and landscape row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import ModuleType

import polars as pl

from cncf_llm.questions import curate
from cncf_llm.questions.audience import is_for_users, is_release_notes
from cncf_llm.questions.facts import Drop, Fact
from cncf_llm.questions.generators import (
    command,
    comparison,
    definition,
    faq,
    field,
    how_to,
    relation,
    release,
    setting,
    thread,
    troubleshooting,
    two_hop,
)
from cncf_llm.questions.generators import landscape as landscape_facts
from cncf_llm.questions.merge import Stated, merge
from cncf_llm.questions.section import Section, project_name, sections
from cncf_llm.questions.split import split_of
from cncf_llm.questions.tables import DRAFTS, FACTS, PAIRS, PASSAGE_DROPS, VERSION
from cncf_llm.questions.words import normalised
from cncf_llm.store import DROPS, carry_over, content_hash, digest, stable_id

PASSAGE_GENERATORS = (definition, how_to, setting, field, command, faq, troubleshooting, comparison)

MOST_COMMANDS = 3  # that are asked about for one flag which they share

# The landscape file is published by the CNCF under this licence.
_LANDSCAPE_LICENCE = "Apache-2.0"


@dataclass(frozen=True)
class Questions:
    """FACTS, PAIRS and DROPS of a project. `state` goes into the next call as `previous`.

    `reused`, `computed` and `removed` count passages.
    """

    facts: pl.DataFrame
    pairs: pl.DataFrame
    drops: pl.DataFrame
    state: dict[str, pl.DataFrame]
    reused: int
    computed: int
    removed: int


def generate(
    project: Mapping[str, object],
    passages: pl.DataFrame,
    nodes: pl.DataFrame,
    edges: pl.DataFrame,
    previous: Mapping[str, pl.DataFrame] | None = None,
    *,
    landscape: pl.DataFrame | None = None,
) -> Questions:
    """Ask about everything that a project's documents, graph and landscape row state.

    `project` is a row of PROJECTS, `passages` the project's PASSAGES, `nodes` and `edges` its
    NODES and EDGES; `landscape` is PROJECTS, for questions on the maturity of neighbours. Facts
    of a passage are computed again only when the passage, its place in the document, or the names
    found in it changed; the rest is cheap and computed each time.
    """
    read = {section.passage_id: section for section in sections(passages, nodes)}
    inputs = passages.select(
        "passage_id",
        pl.Series(
            "content_hash",
            [
                read[passage_id].key(hashed)
                for passage_id, hashed in passages.select("passage_id", "content_hash").rows()
            ],
            dtype=pl.String,
        ),
    )

    def compute(changed: pl.DataFrame) -> dict[str, pl.DataFrame]:
        return _drafts(project, [read[passage_id] for passage_id in changed["passage_id"]])

    recipe = digest(
        {"version": VERSION, "name": str(project["name"]), "aliases": str(project["aliases"])}
    )
    carried = carry_over(inputs, previous, compute, key="passage_id", recipe=recipe)

    sources = {str(row["passage_id"]): row for row in passages.to_dicts()}
    landscape_row = _landscape_source(project)
    sources[str(landscape_row["passage_id"])] = landscape_row
    maturity: dict[str, str] = {}
    for row in landscape.to_dicts() if landscape is not None else ():
        other = _landscape_source(row)
        sources.setdefault(str(other["passage_id"]), other)
        maturity[row["project"]] = row["maturity"]
    from_graph, graph_drops = _of_graph(project, nodes, edges, maturity, sources)
    of_passages, repeated = few_of_each_flag(_of_passages(carried.tables["drafts"]))
    graph_drops += [
        _drop_row(project, one.passage_ids[0], Drop("same-flag", one.fact.subject))
        for one in repeated
    ]
    stated = [
        *_of_landscape(project, str(landscape_row["passage_id"])),
        *of_passages,
        *from_graph,
    ]
    facts, pairs, merge_drops = merge(str(project["project"]), stated, sources)
    return Questions(
        facts=FACTS.frame(facts),
        pairs=PAIRS.frame(pairs),
        drops=pl.concat(
            [
                carried.tables["passage_drops"].drop("passage_id"),
                DROPS.frame([*graph_drops, *merge_drops]),
            ]
        ),
        state=carried.tables,
        reused=carried.reused,
        computed=carried.computed,
        removed=carried.removed,
    )


def _drafts(project: Mapping[str, object], changed: Iterable[Section]) -> dict[str, pl.DataFrame]:
    """Return the DRAFTS of some sections, and what the generators and filters refused."""
    kept: list[dict[str, object]] = []
    dropped: list[dict[str, object]] = []
    for section in changed:
        facts, drops = _read(project, section)
        kept += [
            {
                "passage_id": section.passage_id,
                "kind": fact.kind,
                "subject": fact.subject,
                "answer": fact.answer,
                "questions": list(fact.questions),
                "held_out": list(fact.held_out),
                "version": fact.version,
                "also": list(fact.also),
            }
            for fact in facts
        ]
        dropped += [
            {"passage_id": section.passage_id} | _drop_row(project, section.passage_id, drop)
            for drop in drops
        ]
    return {"drafts": DRAFTS.frame(kept), "passage_drops": PASSAGE_DROPS.frame(dropped)}


def _read(project: Mapping[str, object], section: Section) -> tuple[list[Fact], list[Drop]]:
    """Return the facts of one section that pass all filters, and what was refused."""
    generators = _generators(section)
    if not generators:
        return [], [Drop("not-user-documentation", section.path)]
    name = project_name(project)
    source = "\n".join((section.text, *(text for _, text in section.before)))
    found = [fact for each in generators for fact in each.facts(project, section)]
    facts, drops = curate.sift(found, lambda fact: curate.check(fact, name, source))
    version = section.version or ""
    return [
        replace(fact, version=version) if version in fact.questions[0] else fact for fact in facts
    ], drops


def _generators(section: Section) -> tuple[ModuleType, ...]:
    if section.source == "stackoverflow":
        return (thread,)
    if is_release_notes(section.path):
        return (release,)
    return PASSAGE_GENERATORS if is_for_users(section.path, section.repository) else ()


def _drop_row(project: Mapping[str, object], item: str, drop: Drop) -> dict[str, object]:
    return {
        "project": project["project"],
        "item": item,
        "reason": drop.reason,
        "detail": drop.detail,
    }


def _of_passages(drafts: pl.DataFrame) -> list[Stated]:
    return [
        Stated(
            Fact(
                kind=row["kind"],
                subject=row["subject"],
                answer=row["answer"],
                questions=tuple(row["questions"]),
                held_out=tuple(row["held_out"]),
                version=row["version"],
            ),
            (*row["also"], row["passage_id"]),
        )
        for row in drafts.to_dicts()
    ]


def few_of_each_flag(stated: list[Stated]) -> tuple[list[Stated], list[Stated]]:
    """Return the facts without flags that more than `MOST_COMMANDS` commands share, and those.

    A hundred commands inherit the flags of their parent, in the same words. Of each flag and
    meaning those commands stay whose names have the lowest hash.
    """
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for one in stated:
        if one.fact.kind == "setting" and one.fact.subject.startswith("-"):
            commands = found.setdefault(_flag(one.fact), {})
            commands[one.fact.subject] = content_hash(one.fact.subject)
    kept = {
        key: set(
            sorted(commands, key=lambda name, commands=commands: commands[name])[:MOST_COMMANDS]
        )
        for key, commands in found.items()
    }

    def stays(one: Stated) -> bool:
        return one.fact.subject in kept.get(_flag(one.fact), (one.fact.subject,))

    return [one for one in stated if stays(one)], [one for one in stated if not stays(one)]


def _flag(fact: Fact) -> tuple[str, str, str]:
    return fact.subject.partition(" of ")[0], normalised(fact.answer), fact.version


def _of_landscape(project: Mapping[str, object], passage_id: str) -> list[Stated]:
    return [Stated(fact, (passage_id,)) for fact in landscape_facts.facts(project)]


def _landscape_source(project: Mapping[str, object]) -> dict[str, object]:
    """Return the project's landscape row as a passage, so that its facts have a source too."""
    return {
        "passage_id": stable_id("psg", "landscape", project["project"]),
        "document_id": stable_id("doc", "landscape", project["project"]),
        "licence": _LANDSCAPE_LICENCE,
        "attribution": None,
        "url": None,
        "repository": "cncf/landscape",
        "path": "landscape.yml",
        "revision": str(project["content_hash"])[:12],
    }


def _of_graph(
    project: Mapping[str, object],
    nodes: pl.DataFrame,
    edges: pl.DataFrame,
    maturity: Mapping[str, str],
    sources: Mapping[str, Mapping[str, object]],
) -> tuple[list[Stated], list[dict[str, object]]]:
    """Return the facts that edges state. All their evidence comes from documents of one split."""
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
        drops += [_drop_row(project, edge_ids[0], drop) for drop in refused]
        for fact in passed:
            chosen = _evidence_of_one_split(evidence, sources)
            if chosen:
                kept.append(Stated(fact, chosen))
            else:
                drop = Drop("straddles-splits", fact.questions[0])
                drops.append(_drop_row(project, edge_ids[0], drop))
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
