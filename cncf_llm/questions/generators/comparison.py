"""Comparisons: tables that set a few named things side by side."""

import re
from collections.abc import Iterable, Mapping

from cncf_llm.questions.blocks import Block, plain
from cncf_llm.questions.context import aside
from cncf_llm.questions.facts import Drop, Fact, Phrasings
from cncf_llm.questions.section import Section, project_name
from cncf_llm.questions.words import normalised, word_set, words

COMPARISON = Phrasings(
    training=(
        "In {project}, how do {things} compare?",
        "What are the differences between {things} in {project}?",
        "I use {project}. How do {things} differ?",
    ),
    held_out=("Using {project}, I have to choose between {things}. How do they stand up?",),
)

MOST_THINGS = 5
MOST_ROWS = 14

_ASPECT = word_set(
    "feature features aspect aspects property properties capability capabilities criteria "
    "criterion characteristic characteristics attribute behavior behaviour dimension consideration"
)
_NOUN = word_set(
    "type types mode modes policy policies strategy strategies method methods protocol approach "
    "provider solution driver backend engine algorithm format runtime"
)
_THING = re.compile(r"[A-Za-z][\w.+/ -]{1,38}[\w)]")
_GENERAL = word_set(
    "description notes note comments yes no example default value values type supported status "
    "link details before after old new name required dependencies since meaning purpose usage key "
    "true false"
)


def facts(project: Mapping[str, object], section: Section) -> Iterable[Fact | Drop]:
    """Yield each table of a section that compares its columns, or its rows, with one another."""
    asked = project_name(project, section)
    for block in section.blocks:
        if block.kind != "table" or not block.header:
            continue
        things = _columns(block) or _rows(block)
        if not things:
            continue
        if not section.whole:
            yield Drop("answer-incomplete", f"{section.title} > {section.heading}: a cut table?")
            continue
        listed = f"{', '.join(things[:-1])} and {things[-1]}"
        things_said = listed + aside(section, f"{listed} {asked}")
        yield COMPARISON.fact("comparison", listed, block.text, project=asked, things=things_said)


def _columns(block: Block) -> list[str] | None:
    """Return what a table with one column for each thing compares: its first says the aspects."""
    first, *others = (plain(cell) for cell in block.header)
    is_aspect = not first or set(words(first)) & _ASPECT
    if not is_aspect or len(block.rows) < 2 or not _are_things(others):
        return None
    return others if _filled(block) else None


def _rows(block: Block) -> list[str] | None:
    """Return what a table with one row for each thing compares: two aspects or more."""
    first, *aspects = (plain(cell) for cell in block.header)
    things = [plain(row[0]) for row in block.rows if row]
    if not set(words(first)) & _NOUN or len(aspects) < 2 or not _are_things(things):
        return None
    return things if _filled(block) else None


def _are_things(names: list[str]) -> bool:
    return (
        2 <= len(names) <= MOST_THINGS
        and len({normalised(name) for name in names}) == len(names)
        and all(_THING.fullmatch(name) and len(words(name)) <= 4 for name in names)
        and not any(set(words(name)) & _GENERAL for name in names)
        and not any(re.fullmatch(r"[A-Z]+(?:_[A-Z]+)+", name) for name in names)  # variables
    )


def _filled(block: Block) -> bool:
    """Tell whether the cells say something: as many as the header has, few of them empty."""
    width = len(block.header)
    cells = [cell.strip() for row in block.rows for cell in row[1:]]
    return (
        len(block.rows) <= MOST_ROWS
        and all(len(row) == width for row in block.rows)
        and sum(not cell for cell in cells) * 4 <= len(cells)
    )
