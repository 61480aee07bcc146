"""A JSON schema (https://json-schema.org) as blocks."""

from cncf_llm.corpus.parsers.blocks import Block, Heading, Paragraph, one_line
from cncf_llm.corpus.parsers.schema_fields import MAX_FIELD_DEPTH, MAX_FIELDS, field_table

Dropped = list[tuple[str, str]]


def is_schema(value: object) -> bool:
    """Return whether a value is a schema that describes fields, or holds such definitions."""
    if not isinstance(value, dict):
        return False
    schema_like = "$schema" in value or value.get("type") in ("object", "array")
    holds = any(isinstance(value.get(key), dict) for key in ("properties", "definitions", "$defs"))
    if "$schema" in value and "description" in value:
        return True
    return schema_like and (holds or "items" in value or "allOf" in value)


def schema_blocks(schema: dict) -> tuple[list[Block], Dropped]:
    """Return the blocks of a schema and its definitions, and what was left out of them."""
    blocks, dropped = described_fields(schema)
    for key in ("definitions", "$defs"):
        inner, left = definition_blocks(schema.get(key))
        blocks.extend(inner)
        dropped.extend(left)
    return blocks, dropped


def definition_blocks(definitions: object) -> tuple[list[Block], Dropped]:
    """Return a section for each named schema that says anything."""
    blocks: list[Block] = []
    dropped: Dropped = []
    for name, schema in definitions.items() if isinstance(definitions, dict) else ():
        if isinstance(schema, dict):
            inner, left = described_fields(schema)
            blocks.extend([Heading(2, f"`{name}`"), *inner] if inner else [])
            dropped.extend(left)
    return blocks, dropped


def described_fields(schema: dict, prefix: str = "") -> tuple[list[Block], Dropped]:
    """Return a schema's description and the table of its fields."""
    blocks: list[Block] = []
    if isinstance(text := schema.get("description"), str) and text.strip():
        blocks.append(Paragraph(one_line(text)))
    table, deeper = field_table(schema, prefix)
    if table:
        blocks.append(table)
    reason = f"{deeper} fields below {MAX_FIELD_DEPTH} levels or after {MAX_FIELDS} others"
    return blocks, [("fields-too-deep", reason)] if deeper else []
