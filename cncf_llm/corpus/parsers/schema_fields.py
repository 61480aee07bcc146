"""The fields of a JSON schema as rows: name, type, default, what it means.

Used for JSON schemas, OpenAPI and the schemas in Kubernetes custom resource definitions.
"""

import json
from collections.abc import Iterator

from cncf_llm.corpus.parsers.blocks import TableBlock, one_line

MAX_FIELD_DEPTH = 12  # the deepest field seen, in an Envoy Gateway definition, lies at 9
MAX_FIELDS = 4000  # of one table


def field_table(schema: dict, prefix: str = "") -> tuple[TableBlock | None, int]:
    """Return the table of a schema's described fields, and how many are left out by the limits.

    A field without a description is listed when a default or its values say something about it.

    A field's name is its dotted path, with `[]` for the items of a list and `*` for any key.
    """
    rows, deeper = [], 0
    listed: set[str] = set()
    for name, field, required, depth in _fields(schema, prefix, 1):
        description = _description(field)
        if not (description or "default" in field or "enum" in field):
            continue
        if name in listed and not description:
            continue  # a condition (`oneOf`) on a field that has its row
        listed.add(name)
        if depth > MAX_FIELD_DEPTH or len(rows) >= MAX_FIELDS:
            deeper += 1
        else:
            kind = ", ".join(filter(None, [_type(field), "required" if required else ""]))
            rows.append((f"`{name}`", kind, _default(field), description))
    if not rows:
        return None, deeper
    return TableBlock(("Field", "Type", "Default", "Description"), tuple(rows)), deeper


def _fields(schema: dict, prefix: str, depth: int) -> Iterator[tuple[str, dict, bool, int]]:
    """Yield each field below a schema with its dotted path, in the schema's own order."""
    for name, inner in _containers(schema, prefix):
        properties = inner.get("properties")
        if isinstance(properties, dict):
            required = inner.get("required")
            required = required if isinstance(required, list) else []
            for key, field in properties.items():
                if isinstance(field, dict):
                    path = f"{name}.{key}" if name else str(key)
                    yield path, field, key in required, depth
                    yield from _fields(field, path, depth + 1)


def _containers(schema: dict, name: str) -> Iterator[tuple[str, dict]]:
    """Yield the schema and those of its list items and free keys, as far as no name is given."""
    yield name, schema
    items = schema.get("items")
    if isinstance(items, dict):
        yield from _containers(items, f"{name}[]")
    free = schema.get("additionalProperties")
    if isinstance(free, dict):
        yield from _containers(free, f"{name}.*" if name else "*")
    for combined in ("allOf", "anyOf", "oneOf"):
        parts = schema.get(combined)
        for part in parts if isinstance(parts, list) else []:
            if isinstance(part, dict) and "properties" in part:
                yield name, part


def _type(field: dict) -> str:
    kind = field.get("type")
    if "enum" in field and isinstance(field["enum"], list):
        return "one of " + ", ".join(f"`{value}`" for value in field["enum"][:20])
    if isinstance(kind, list):
        return " or ".join(str(one) for one in kind)
    if kind is None and field.get("x-kubernetes-int-or-string") is True:
        return "integer or string"
    if kind == "array" and isinstance(field.get("items"), dict):
        return f"array of {_type(field['items']) or 'values'}"
    if isinstance(reference := field.get("$ref"), str):
        return reference.rpartition("/")[2]
    return str(kind or "")


def _default(field: dict) -> str:
    if "default" not in field:
        return ""
    shown = json.dumps(field["default"], ensure_ascii=False, default=str)
    return f"`{shown}`" if len(shown) <= 100 else ""


def _description(field: dict) -> str:
    for key in ("description", "title"):
        if isinstance(text := field.get(key), str) and text.strip():
            return one_line(text)
    return ""
