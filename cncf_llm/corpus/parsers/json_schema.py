"""JSON Schema and OpenAPI in JSON: passages that say what each field and operation means."""

import json

from cncf_llm.corpus.parsers.blocks import Parsed, Unreadable, one_line
from cncf_llm.corpus.parsers.decoding import decode
from cncf_llm.corpus.parsers.openapi import is_openapi, openapi_blocks
from cncf_llm.corpus.parsers.schema_blocks import is_schema, schema_blocks


def parse(content: bytes, path: str) -> Parsed:
    """Parse a JSON file. Raises `Unreadable` for invalid JSON and for JSON that is no schema."""
    text = decode(content, max_line=None)
    try:
        value = json.loads(text)
    except ValueError as error:
        raise Unreadable("unreadable-json", str(error)[:200]) from error
    if is_openapi(value):
        title = value.get("info", {}).get("title", "")
        blocks, dropped = openapi_blocks(value)
    elif is_schema(value):
        title = value.get("title", "")
        blocks, dropped = schema_blocks(value)
    else:
        raise Unreadable("unreadable-not-a-schema", "JSON without schema or OpenAPI fields")
    return Parsed(one_line(str(title)), tuple(blocks), tuple(dropped))
