"""Which passages a model is asked about, and for what: decided without any model."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import polars as pl

from cncf_llm.entities.labels import (
    COMMAND,
    COMPONENT,
    CONCEPT,
    KUBERNETES_KIND,
    METRIC,
    SETTING,
)
from cncf_llm.questions.audience import is_for_users
from cncf_llm.questions.section import Section, project_name, sections
from cncf_llm.questions.split import split_of
from cncf_llm.questions.words import word_set, words
from cncf_llm.questions.written.prompts import KINDS
from cncf_llm.store import content_hash

FEWEST_WORDS = 30  # of a passage that is worth a request
MOST_WORDS = 1200  # beyond it a small model loses the thread
_SHELLS = word_set("bash console sh shell shell-session terminal zsh")
_TROUBLE = re.compile(
    r"\b(?:troubleshoot\w*|errors?|fail(?:s|ed|ure|ures|ing)?|issues?|problems?|debug\w*"
    r"|crash\w*|cannot|can't|unable|timeouts?|timed out|why does|why is|not work\w*)\b",
    re.IGNORECASE,
)
_MANIFEST = re.compile(r"^apiVersion:.*^kind:|^kind:.*^apiVersion:", re.MULTILINE | re.DOTALL)
_LINKING = (COMPONENT, KUBERNETES_KIND, COMMAND, SETTING, METRIC, CONCEPT)
_MENTIONED = range(2, 13)  # passages of an entity that links: one in more says little


@dataclass(frozen=True)
class Source:
    """A passage as the model gets it. `text` is verbatim, so that evidence can be found in it."""

    passage_id: str
    title: str
    section: str  # its own heading
    text: str


@dataclass(frozen=True)
class Task:
    """Pairs of one kind to be asked for, about one passage or several of one split.

    `project` is the name that questions say, with the version that the document is about.
    """

    kind: str
    project: str
    sources: tuple[Source, ...]

    @property
    def name(self) -> str:
        return f"{self.kind} {' '.join(source.passage_id for source in self.sources)}"


@dataclass(frozen=True)
class Chosen:
    """The tasks, in order. `fit` counts those that there would be without a budget, by kind."""

    tasks: tuple[Task, ...]
    fit: Mapping[str, int]


def choose_tasks(
    project: Mapping[str, object], passages: pl.DataFrame, nodes: pl.DataFrame, most: int
) -> Chosen:
    """Return at most `most` tasks for a project.

    The kinds take turns. Within a kind come first the documents of no version and of the newest,
    then the lowest hash of the passage ids: the choice is spread over all documents, and a document
    that changes moves few other tasks.
    """
    read = [each for each in sections(passages, nodes) if is_for_users(each.path)]
    read = [each for each in read if FEWEST_WORDS <= len(each.text.split()) <= MOST_WORDS]
    groups: dict[str, list[tuple[Section, ...]]] = {kind: [] for kind in KINDS}
    for section in read:
        for kind in fit_for(section):
            groups[kind].append((section,))
    groups["multi_passage"] = _linked(read, nodes)
    raw = dict(passages.select("passage_id", "text").iter_rows())
    newest = max((_numbers(each.version) for each in read), default=())
    ranked = {
        kind: sorted(found, key=lambda group, kind=kind: _rank(kind, group, newest))
        for kind, found in groups.items()
    }
    turns = zip_longest(*ranked.values())
    chosen = [
        Task(kind, project_name(project, group[0]), tuple(_source(each, raw) for each in group))
        for turn in turns
        for kind, group in zip(ranked, turn, strict=True)
        if group
    ]
    fit = {kind: len(found) for kind, found in ranked.items()}
    return Chosen(tuple(chosen[:most]), fit)


def fit_for(section: Section) -> list[str]:
    """Return the kinds of pairs that one passage can give, by its headings and blocks."""
    prose = sum(len(words(block.text)) for block in section.blocks if block.kind != "code")
    found = []
    if prose >= FEWEST_WORDS:
        found.append("factoid")
    if prose >= 15 and any(_is_steps(block) for block in section.blocks):
        found.append("how_to")
    if prose >= FEWEST_WORDS and (
        _TROUBLE.search(section.heading) or len(_TROUBLE.findall(section.text)) >= 3
    ):
        found.append("troubleshooting")
    if any(
        block.language in ("yaml", "yml") and _MANIFEST.search(block.items[0])
        for block in section.blocks
        if block.kind == "code"
    ):
        found.append("yaml")
    if prose >= 2 * FEWEST_WORDS and section.heading_path:
        found.append("unanswerable")
    return found


def _is_steps(block) -> bool:
    if block.kind == "list":
        return block.ordered and len(block.items) >= 2
    return block.kind == "code" and block.language in _SHELLS


def _linked(read: Sequence[Section], nodes: pl.DataFrame) -> list[tuple[Section, ...]]:
    """Return groups of two or three passages: siblings in a document, or sharing an entity."""
    groups: dict[tuple[str, ...], tuple[Section, ...]] = {}
    for group in (*_siblings(read), *_of_one_entity(read, nodes)):
        versions = {section.version for section in group}
        splits = {split_of(section.document_id) for section in group}
        if len(versions) == len(splits) == 1:
            groups.setdefault(tuple(sorted(each.passage_id for each in group)), group)
    return list(groups.values())


def _siblings(read: Sequence[Section]) -> Iterable[tuple[Section, ...]]:
    """Yield the first three passages under each heading that has several below it."""
    below: dict[tuple[str, ...], list[Section]] = {}
    for section in read:
        if section.heading_path:
            parent = (section.document_id, *section.heading_path[:-1])
            below.setdefault(parent, []).append(section)
    for found in below.values():
        if len(found) >= 2:
            yield tuple(found[:3])


def _of_one_entity(read: Sequence[Section], nodes: pl.DataFrame) -> Iterable[tuple[Section, ...]]:
    """Yield two passages of different documents for each entity that few passages mention."""
    by_id = {section.passage_id: section for section in read}
    wanted = nodes.filter(pl.col("label").is_in(_LINKING) & pl.col("project_key").is_null())
    for row in wanted.sort("entity_id").select("passage_ids").to_dicts():
        if len(row["passage_ids"]) in _MENTIONED:
            found: dict[str, Section] = {}
            for passage_id in row["passage_ids"]:
                if section := by_id.get(passage_id):
                    found.setdefault(section.document_id, section)
            if len(found) >= 2:
                yield tuple(list(found.values())[:2])


def _rank(kind: str, group: tuple[Section, ...], newest: tuple[int, ...]) -> tuple[bool, str]:
    version = group[0].version
    old = version is not None and _numbers(version) != newest
    return old, content_hash(" ".join((kind, *(section.passage_id for section in group))))


def _numbers(version: str | None) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version or "")))


def _source(section: Section, raw: Mapping[str, str]) -> Source:
    return Source(section.passage_id, section.title, section.heading, raw[section.passage_id])
