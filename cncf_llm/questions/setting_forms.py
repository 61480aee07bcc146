"""The forms in which documents describe settings: tables, lists, and the help texts of commands."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cncf_llm.questions.blocks import Block, plain
from cncf_llm.questions.generators.field import is_field_table
from cncf_llm.questions.section import Section
from cncf_llm.questions.sentences import sentences
from cncf_llm.questions.words import word_set, words

_NAME = word_set(
    "name flag flags option options setting settings parameter parameters field key variable "
    "argument property attribute configuration feature metric"
)
_DESCRIPTION = word_set("description meaning purpose effect explanation details")
_DEFAULT = frozenset(("default", "default value", "defaults", "default setting"))
_NOUNS = {
    "flag": "flag",
    "option": "option",
    "setting": "setting",
    "parameter": "parameter",
    "field": "field",
    "key": "key",
    "variable": "variable",
    "argument": "argument",
    "property": "property",
    "attribute": "attribute",
    "annotation": "annotation",
    "label": "label",
    "configuration": "setting",
    "directive": "option",
    "syntax": "option",
    "gate": "feature gate",
    "metric": "metric",
}
_ITEM = re.compile(
    r"`(?P<name>[^`\n]{1,60})`"
    r"(?:\s*\((?P<note>[^()\n]{1,60})\))?\s*(?::|[-–—]\s|,\s(?=[a-z])|(?=[a-z]))\s*"
    r"(?P<rest>(?!(?:does|must|should|cannot|has|have|was|were|and|or|in|for|to|from|with)\b)\S.+)",
    re.DOTALL,
)
_HELP_DEFAULT = re.compile(r"\s*\(default:? (?P<value>[^()]+)\)\.?$")
_ARGUMENT = re.compile(  # "ZONES zones it should be authoritative for", as manual pages write
    r"(?P<name>[A-Z][A-Z_]+)(?:\.\.\.)? (?P<rest>(?!(?:and|or|in|of|for|to|with|as)\b)[a-z].+)",
    re.DOTALL,
)
_HELP_LINE = re.compile(
    r"\s{0,8}(?:-\w, )?(?P<name>--[a-z][\w.-]+)(?:[ =][^\s].{0,40}?)?\s{2,}(?P<rest>\S.*)"
)


@dataclass(frozen=True)
class Described:
    """A setting as one row, item or line describes it. `noun` is what the text calls it."""

    name: str
    noun: str | None
    description: str
    default: str = ""


def described(section: Section) -> Iterable[Described]:
    """Yield the settings that a section describes, in order."""
    before = section.heading
    places = words(" ".join((*section.heading_path, section.title)))
    on_metrics = not {"metrics", "statistics", "stats", "counters", "gauges"}.isdisjoint(places)
    for block in section.blocks:
        if block.kind == "table" and not is_field_table(block):
            said = _noun_of(before) or _noun_of(section.heading) or _noun_of(section.title)
            yield from _of_table(block, "metric" if on_metrics else None, said)
        elif block.kind == "list" and not block.ordered:
            yield from _of_list(block, _noun_of(before) or _noun_of(section.heading))
        elif block.kind == "code":
            yield from _of_help(block)
        before = block.text if block.kind == "paragraph" else before


def _of_table(block: Block, noun: str | None, said: str | None) -> Iterable[Described]:
    heads = [plain(cell).lower() for cell in block.header]
    name = next((i for i, head in enumerate(heads) if set(head.split()) & _NAME), None)
    description = next((i for i, head in enumerate(heads) if head in _DESCRIPTION), None)
    default = next((i for i, head in enumerate(heads) if head in _DEFAULT), None)
    if name is None or description is None or name == description:
        return
    for row in block.rows:
        if len(row) == len(heads):
            stated = row[default] if default is not None else ""
            called = noun or _noun_of(heads[name]) or _named(heads[name]) or said
            yield Described(row[name], called, row[description], stated)


def _of_list(block: Block, noun: str | None) -> Iterable[Described]:
    for item in block.items:
        match = _ITEM.match(item)
        if match and (noun or match["name"].startswith("--")):
            yield Described(f"`{match['name']}`", noun, match["rest"])
        argument = _ARGUMENT.match(item)
        if argument and noun == "option":
            yield Described(f"`{argument['name']}`", "argument", argument["rest"])


def _of_help(block: Block) -> Iterable[Described]:
    lines = block.items[0].split("\n")
    for number, line in enumerate(lines):
        match = _HELP_LINE.fullmatch(line)
        if match is None:
            continue
        column = match.start("rest")
        rest = match["rest"]
        for more in lines[number + 1 :]:
            if more[:column].strip() or not more.strip():
                break
            rest += " " + more.strip()
        stated = _HELP_DEFAULT.search(rest)
        if rest.startswith("#"):
            continue  # an example with a comment
        default = stated["value"].strip("\"'") if stated else ""
        yield Described(match["name"], "flag", rest[: stated.start()] if stated else rest, default)


def _named(head: str) -> str | None:
    """Return what a column such as "hook name" says that its rows are."""
    match = re.fullmatch(r"(?P<noun>[a-z]+) name", head)
    return match["noun"] if match else None


def _noun_of(text: str) -> str | None:
    """Return what a heading or a sentence before a list says that its items are."""
    found = None
    for word in words(sentences(plain(text))[-1] if text else ""):
        found = _NOUNS.get(word) or _NOUNS.get(word.removesuffix("s")) or found
        if word == "properties":
            found = "property"
    return found
