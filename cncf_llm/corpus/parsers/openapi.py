"""OpenAPI and Swagger (https://spec.openapis.org/oas/latest.html) as blocks."""

from cncf_llm.corpus.parsers.blocks import Block, Heading, Paragraph, TableBlock, one_line
from cncf_llm.corpus.parsers.schema_blocks import Dropped, definition_blocks

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def is_openapi(value: object) -> bool:
    """Return whether a value is an OpenAPI or Swagger description."""
    return (
        isinstance(value, dict)
        and ("openapi" in value or "swagger" in value)
        and (isinstance(value.get("info"), dict))
    )


def openapi_blocks(api: dict) -> tuple[list[Block], Dropped]:
    """Return the blocks of an API: its description, each operation, each schema."""
    blocks: list[Block] = _texts(api["info"], "description")
    paths = api.get("paths")
    for path, item in paths.items() if isinstance(paths, dict) else ():
        for method in _METHODS:
            operation = item.get(method) if isinstance(item, dict) else None
            if isinstance(operation, dict):
                blocks.extend(_operation(f"`{method.upper()} {path}`", operation, item))
    components = api.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else api.get("definitions")
    inner, dropped = definition_blocks(schemas)
    return [*blocks, *inner], dropped


def _operation(name: str, operation: dict, item: dict) -> list[Block]:
    inner = _texts(operation, "summary", "description")
    if table := _parameters([*_list(item.get("parameters")), *_list(operation.get("parameters"))]):
        inner.append(table)
    responses = operation.get("responses")
    rows = tuple(
        (f"`{code}`", one_line(str(answer["description"])))
        for code, answer in (responses.items() if isinstance(responses, dict) else ())
        if isinstance(answer, dict) and answer.get("description")
    )
    if rows:
        inner.append(TableBlock(("Response", "Description"), rows))
    return [Heading(2, name), *inner] if inner else []


def _texts(part: dict, *keys: str) -> list[Block]:
    texts = (part.get(key) for key in keys)
    return [Paragraph(one_line(text)) for text in texts if isinstance(text, str) and text.strip()]


def _list(value: object) -> list:
    return value if isinstance(value, list) else []


def _parameters(parameters: list) -> TableBlock | None:
    rows = tuple(
        (f"`{one['name']}`", str(one.get("in", "")), one_line(str(one["description"])))
        for one in parameters
        if isinstance(one, dict) and one.get("name") and one.get("description")
    )
    return TableBlock(("Parameter", "In", "Description"), rows) if rows else None
