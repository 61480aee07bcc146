"""YAML: schemas become sections that say what each field means, all else configuration text."""

import re

from cncf_llm.corpus.parsers.blocks import Block, Heading, Paragraph, Parsed, one_line
from cncf_llm.corpus.parsers.configuration import configuration_blocks
from cncf_llm.corpus.parsers.custom_resources import definition_blocks, is_definition
from cncf_llm.corpus.parsers.decoding import decode
from cncf_llm.corpus.parsers.openapi import is_openapi, openapi_blocks
from cncf_llm.corpus.parsers.safe_yaml import NotYaml, load_all
from cncf_llm.corpus.parsers.schema_blocks import Dropped, is_schema, schema_blocks

_SEPARATOR = re.compile(r"^---(?:[ \t].*)?$", re.MULTILINE)
_ACTION_LINE = re.compile(r"^[ \t]*\{\{[^{}\n]*\}\}[ \t]*$", re.MULTILINE)


def parse(content: bytes, path: str) -> Parsed:
    """Parse a YAML file of one or more documents.

    Text that is not YAML (templates, custom tags) is kept as configuration text. Raises
    `Unreadable` as `decode` does, and for nesting and alias bombs.
    """
    text = decode(content)
    try:
        values = load_all(text)
    except NotYaml:
        return _definitions_in_template(text) or Parsed("", tuple(configuration_blocks(text)))
    sources = [part for part in _SEPARATOR.split(text) if _has_content(part)]
    values = [value for value in values if value is not None]
    if len(sources) != len(values):
        return Parsed("", tuple(configuration_blocks(text)))
    blocks: list[Block] = []
    dropped: Dropped = []
    title = ""
    for value, source in zip(values, sources, strict=True):
        inner, left = _document_blocks(value, source)
        blocks.extend(inner)
        dropped.extend(left)
        title = title or _title(value)
    return Parsed(title, tuple(blocks), tuple(dropped))


def _definitions_in_template(text: str) -> Parsed | None:
    """Return the custom resource definitions that a Helm template wraps in conditions, if any."""
    plain = _ACTION_LINE.sub("", text)
    if "CustomResourceDefinition" not in text or plain == text:
        return None
    try:
        values = [value for value in load_all(plain) if value is not None]
    except NotYaml:
        return None
    if not values or not all(is_definition(value) for value in values):
        return None
    parts = [definition_blocks(value) for value in values if isinstance(value, dict)]
    blocks = tuple(block for inner, _ in parts for block in inner)
    return Parsed(_title(values[0]), blocks, tuple(drop for _, left in parts for drop in left))


def _has_content(source: str) -> bool:
    return any(line.strip() and not line.lstrip().startswith("#") for line in source.split("\n"))


def _document_blocks(value: object, source: str) -> tuple[list[Block], Dropped]:
    if isinstance(value, dict):
        if is_definition(value):
            return definition_blocks(value)
        if is_openapi(value):
            return openapi_blocks(value)
        if is_schema(value):
            return schema_blocks(value)
    return [*_introduction(value), *configuration_blocks(source)], []


def _introduction(value: object) -> list[Block]:
    """Return the heading of a Kubernetes object and a sentence that names it."""
    if not isinstance(value, dict) or not (value.get("kind") and value.get("apiVersion")):
        return []
    metadata = value.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    kind, version = one_line(str(value["kind"])), one_line(str(value["apiVersion"]))
    called = f" named `{one_line(str(name))}`" if name else ""
    sentence = f"Manifest of a `{kind}` of the API `{version}`{called}:"
    return [Heading(2, " ".join([kind, one_line(str(name or ""))]).strip()), Paragraph(sentence)]


def _title(value: object) -> str:
    if not isinstance(value, dict):
        return ""
    if is_definition(value):
        return str(value["spec"]["names"]["kind"])
    titled = value["info"] if is_openapi(value) else value if is_schema(value) else {}
    return one_line(str(titled.get("title") or ""))
