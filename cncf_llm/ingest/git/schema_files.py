"""Tell a JSON schema or OpenAPI description from other JSON."""

import json


def is_schema(content: bytes) -> bool:
    """Return whether the content is a JSON schema, an OpenAPI or a Swagger description."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return False
    if not isinstance(document, dict):
        return False
    return (
        "json-schema.org" in str(document.get("$schema"))
        or "openapi" in document
        or "swagger" in document
    )
