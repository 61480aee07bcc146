"""Facts and question-answer pairs of one project, from its passages, graph and landscape row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import ModuleType

import polars as pl

from cncf_llm.questions import curate
from cncf_llm.questions.audience import is_for_users, is_release_notes
from cncf_llm.questions.facts import Drop, Fact, drop_row
from cncf_llm.questions.flags import few_of_each_flag
from cncf_llm.questions.generators import (
    command,
    comparison,
    definition,
    faq,
    field,
    how_to,
    release,
    setting,
    thread,
    troubleshooting,
)
from cncf_llm.questions.generators import landscape as landscape_facts
from cncf_llm.questions.graph_facts import of_graph
from cncf_llm.questions.merge import Stated, merge
from cncf_llm.questions.section import Section, project_name, sections
from cncf_llm.questions.tables import DRAFTS, FACTS, PAIRS, PASSAGE_DROPS, VERSION
from cncf_llm.store import DROPS, carry_over, digest, stable_id

PASSAGE_GENERATORS = (definition, how_to, setting, field, command, faq, troubleshooting, comparison)

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
    from_graph, graph_drops = of_graph(project, nodes, edges, maturity, sources)
    of_passages, repeated = few_of_each_flag(_of_passages(carried.tables["drafts"]))
    graph_drops += [
        drop_row(project, one.passage_ids[0], Drop("same-flag", one.fact.subject))
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
            {"passage_id": section.passage_id} | drop_row(project, section.passage_id, drop)
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
