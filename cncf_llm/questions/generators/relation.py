"""Relations: edges of the entity graph that start at the project or at a part of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from cncf_llm.questions.facts import Drop, Fact, Phrasings
from cncf_llm.questions.section import project_name
from cncf_llm.questions.words import normalised


@dataclass(frozen=True)
class _Relation:
    """How a relation type is asked for, and the sentence that answers: `says` {tails}."""

    says: str
    phrasings: Phrasings
    most: int  # more values than this are rather a list of mentions than an answer
    least: int = 1  # of what has many values, one alone was found by chance


# An edge type maps to its phrasings. {head} is the project, or "its part in the project".
RELATIONS = {
    "written_in": _Relation(
        "{head} is written in {tails}.",
        Phrasings(
            training=(
                "Which programming language is {head} written in?",
                "What is {head} written in?",
            ),
            held_out=("In which language have the developers implemented {head}?",),
        ),
        most=3,
    ),
    "implements": _Relation(
        "{head} implements {tails}.",
        Phrasings(
            training=(
                "Name some standards or protocols that {head} implements.",
                "What are examples of standards or protocols that {head} implements?",
            ),
            held_out=("Can you list a few specifications of which {head} is an implementation?",),
        ),
        most=6,
        least=2,
    ),
    "integrates_with": _Relation(
        "{head} integrates with {tails}.",
        Phrasings(
            training=(
                "Name some software or services that {head} integrates with.",
                "What are examples of systems that {head} can work with?",
            ),
            held_out=("Can you list a few programs with which I can combine {head}?",),
        ),
        most=8,
        least=2,
    ),
    "depends_on": _Relation(
        "{head} depends on {tails}.",
        Phrasings(
            training=(
                "Name some things that {head} depends on.",
                "What are examples of what {head} depends on?",
            ),
            held_out=("Can you list a few things that {head} needs in order to work?",),
        ),
        most=6,
        least=2,
    ),
    "runs_on": _Relation(
        "{head} runs on {tails}.",
        Phrasings(
            training=(
                "Name some platforms that {head} runs on.",
                "What are examples of platforms on which {head} runs?",
            ),
            held_out=("Can you list a few places where somebody can run {head}?",),
        ),
        most=8,
        least=2,
    ),
    "alternative_to": _Relation(
        "{head} is an alternative to {tails}.",
        Phrasings(
            training=("What is {head} an alternative to?", "Instead of what can I use {head}?"),
            held_out=("Which software could {head} replace?",),
        ),
        most=6,
    ),
    "maintained_by": _Relation(
        "{head} is maintained by {tails}.",
        Phrasings(
            training=("Who maintains {head}?", "Which organization maintains {head}?"),
            held_out=("Who takes care of the development of {head}?",),
        ),
        most=3,
    ),
    "is_a": _Relation(
        "{head} is {tails}.",
        Phrasings(
            training=("What type of software is {head}?", "In one term, what is {head}?"),
            held_out=("How would one classify {head}?",),
        ),
        most=2,
    ),
}

LEAST_CONFIDENCE = 0.85  # that of a pattern seen right nine times of ten, or of two sentences


def facts(
    project: Mapping[str, object], nodes: pl.DataFrame, edges: pl.DataFrame
) -> Iterable[tuple[Fact | Drop, list[str]]]:
    """Yield a fact for each head and relation type, with the ids of the edges that state it.

    `nodes` and `edges` are the project's NODES and EDGES. Edges without passages are landscape
    facts, which another generator asks for.
    """
    own, sub_projects = own_entities(project, nodes)
    sure = edges.filter(
        pl.col("passage_ids").list.len() > 0, pl.col("confidence") >= LEAST_CONFIDENCE
    ).sort("type", "head_name", "head", "tail_name", "tail")
    parts = set(sure.filter(pl.col("type") == "part_of", pl.col("tail").is_in(own))["head"])
    parts |= sub_projects
    stated = sure.filter(
        pl.col("type").is_in(list(RELATIONS)),
        # A foundation hosts; one sentence that says what a project is may be a figure of speech.
        (pl.col("type") != "maintained_by") | ~pl.col("tail_name").str.contains("(?i)foundation"),
        (pl.col("type") != "is_a") | (pl.col("count") > 1),
    )
    for group in stated.partition_by("type", "head", maintain_order=True):
        rows = group.to_dicts()
        if rows[0]["head"] in own | parts:
            yield _fact(project, rows, is_part=rows[0]["head"] not in own)


def own_entities(project: Mapping[str, object], nodes: pl.DataFrame) -> tuple[set[str], set[str]]:
    """Return the ids of the project itself, and of its sub-projects under names of their own."""
    aliases = project.get("aliases")
    spelled = {
        str(name).lower()
        for name in [project["name"], *(aliases if isinstance(aliases, list) else [])]
    }
    ours = nodes.filter(project_key=project["project"])
    named = pl.col("name").str.to_lowercase().is_in(list(spelled))
    own = set(ours.filter(named)["entity_id"])
    return own, set(ours["entity_id"]) - own


def _fact(
    project: Mapping[str, object], rows: list[dict], *, is_part: bool
) -> tuple[Fact | Drop, list[str]]:
    relation, name = RELATIONS[rows[0]["type"]], project_name(project)
    edge_ids = [row["edge_id"] for row in rows]
    head = rows[0]["head_name"] if is_part else name
    tails = list({normalised(row["tail_name"]): row["tail_name"] for row in rows}.values())
    if len(tails) > relation.most:
        return Drop("answer-too-long", f"{head} {rows[0]['type']}: {len(tails)} values"), edge_ids
    if len(tails) < relation.least:
        return Drop("answer-incomplete", f"{head} {rows[0]['type']}: {tails[0]} alone?"), edge_ids
    if rows[0]["type"] == "is_a":
        tails = [_with_article(tail) for tail in tails]
    asked = head
    if is_part and normalised(name) not in normalised(head):
        asked = f"the {name} component {head}"
    tail_list = joined(tails)
    fact = relation.phrasings.fact(
        "relation",
        f"{head} {rows[0]['type']}",
        relation.says.format(head=head, tails=tail_list),
        head=asked,
        tails=tail_list,
    )
    return fact, edge_ids


def joined(names: list[str]) -> str:
    """Return names as a list inside a sentence: "A, B and C"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _with_article(concept: str) -> str:
    return f"{'an' if concept[0].lower() in 'aeiou' else 'a'} {concept}"
