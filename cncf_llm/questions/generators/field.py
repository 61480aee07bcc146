"""Fields of kinds and API types: rows of a table under the heading that names the type."""

import re
from collections.abc import Iterable, Mapping

from cncf_llm.questions.blocks import Block, plain
from cncf_llm.questions.facts import Drop, Fact, Phrasings
from cncf_llm.questions.section import Section, project_name

FIELD = Phrasings(
    training=(
        "In {project}, what is the field `{name}` of `{type}` for?",
        "What does the `{name}` field of `{type}` mean in {project}?",
        "Can you explain the field `{name}` of the {project} type `{type}`?",
    ),
    held_out=("Reading a `{type}` of {project}, what do I learn from its field `{name}`?",),
)
VALUES = Phrasings(
    training=(
        "Which values does the field `{name}` of `{type}` accept in {project}?",
        "In {project}, what can I set the `{name}` field of `{type}` to?",
    ),
    held_out=("What are the permitted values of `{name}` in a `{type}` of {project}?",),
)

MOST_VALUES = 20  # the corpus lists no more of an enumeration, so a longer one may be cut

_KIND = re.compile(
    r"(?:(?:message|type|object|struct|kind)\s+)?(?P<kind>(?:[A-Z][a-z0-9]*){2,}|[A-Z][a-z]{2,})"
    r"(?: \([^()]*\))?"
)
_NO_KIND = re.compile(
    r"(?:fields?|spec|status|options?|parameters?|properties|arguments|configuration|overview|"
    r"reference|example|metadata|attributes|request|response|body|schema|settings|labels|general|"
    r"name|description|values|metrics|events?|authentication|security|usage|syntax|format)$",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z][\w-]*(?:\[\]|\.\*)*(?:\.[A-Za-z][\w-]*(?:\[\]|\.\*)*)*")
_MUST = re.compile(r"\*{0,2}\[?\(?(?:required)\)?\]?\*{0,2}", re.IGNORECASE)
_ENUM = re.compile(r"(?:one of |enum:? ?)(?P<values>.+)", re.IGNORECASE)
_EMPTY = re.compile(r"(?:no description(?: provided)?|n/?a|todo|tbd|-)?\.?", re.IGNORECASE)
_BROKEN = re.compile(r"```|(?:^|\s)#{2,}\s|\s(?:-|\*) \S.*\s(?:-|\*) \S|<[a-z]+>|\|\s|\\n")


def kind_of(section: Section) -> str | None:
    """Return the type whose fields a section lists: its heading, else the page's title."""
    inner = [heading.strip("`") for heading in section.heading_path]
    for name in (*reversed(inner), section.title.strip("`")):
        match = _KIND.fullmatch(name)
        if match and not _NO_KIND.match(match["kind"]):
            return match["kind"]
        if name not in ("spec", "status"):
            return None
    return None


def is_field_table(block: Block) -> bool:
    """Tell whether a table lists fields with type and meaning."""
    heads = _heads(block)
    return heads[:1] == ["field"] and "description" in heads


def facts(project: Mapping[str, object], section: Section) -> Iterable[Fact | Drop]:
    """Yield the fields that a section describes, and the values of those that accept only some."""
    tables = [block for block in section.blocks if block.kind == "table" and is_field_table(block)]
    kind = kind_of(section) if tables else None
    for block in tables:
        if kind is None:
            yield Drop("no-subject", f"{section.title} > {section.heading}: fields of what?")
            continue
        heads = _heads(block)
        for row in block.rows:
            if len(row) == len(heads):
                yield from _of_row(project, section, kind, dict(zip(heads, row, strict=True)))


def _of_row(
    project: Mapping[str, object], section: Section, kind: str, row: Mapping[str, str]
) -> Iterable[Fact | Drop]:
    shown, marked = _MUST.subn("", plain(row["field"]))
    name, _, stated_type = shown.strip().partition(" ")  # "`name` string" in some references
    if not _NAME.fullmatch(name) or name in ("apiVersion", "kind", "metadata"):
        return
    described = " ".join(row["description"].split())
    where = f"{name} of {kind}"
    if _EMPTY.fullmatch(plain(described)):
        return
    if _BROKEN.search(described):
        yield Drop("answer-incomplete", f"{where}: lists or code on one line")
        return
    type_ = row.get("type", "") or stated_type
    type_, required = _without_required(type_)
    required = required or marked > 0 or row.get("required", "").lower() in ("true", "yes")
    enum = _ENUM.match(type_)
    slots = {"project": project_name(project, section), "name": name, "type": kind}
    values = re.findall(r"`([^`]+)`", enum["values"]) if enum else []
    if len(values) >= MOST_VALUES:
        yield Drop("answer-incomplete", f"{where}: the list of its values may be cut")
        return
    answer = described if described.endswith((".", "!", "?")) else f"{described}."
    answer = answer[0].upper() + answer[1:]
    yield FIELD.fact("field", where, answer + _form(type_, values, row, required=required), **slots)
    if len(values) > 1:
        listed = ", ".join(f"`{value}`" for value in values[:-1]) + f" or `{values[-1]}`"
        yield VALUES.fact(
            "field", f"values of {where}", f"`{name}` of `{kind}` is one of {listed}.", **slots
        )


def _form(type_: str, values: list[str], row: Mapping[str, str], *, required: bool) -> str:
    """Return the sentences on type, values, default and need that a row states."""
    said = ""
    if values:
        said += f" Its value is one of {', '.join(f'`{value}`' for value in values)}."
    elif type_ and type_ != "invalid type":  # as a reference's own generator says at a loss
        said += f" Its type is {plain(type_)}."
    default = plain(row.get("default", ""))
    if default and default.lower() not in ("-", "none", "n/a", "nil"):
        said += f" The default is `{default}`."
    return said + (" It is required." if required else "")


def _without_required(type_: str) -> tuple[str, bool]:
    bare = re.sub(r",?\s*\b(required|optional)\b", "", type_, flags=re.IGNORECASE).strip()
    return bare, re.search(r"\brequired\b", type_, re.IGNORECASE) is not None


def _heads(block: Block) -> list[str]:
    return [plain(cell).lower() for cell in block.header]
