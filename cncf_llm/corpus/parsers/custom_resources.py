"""Kubernetes custom resource definitions as blocks: kind, group, version, fields.

https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
"""

from cncf_llm.corpus.parsers.blocks import Block, Heading, Paragraph, one_line
from cncf_llm.corpus.parsers.schema_blocks import Dropped, described_fields


def is_definition(value: object) -> bool:
    """Return whether a value is a CustomResourceDefinition with a kind of its own."""
    return (
        isinstance(value, dict)
        and value.get("kind") == "CustomResourceDefinition"
        and isinstance(value.get("spec"), dict)
        and isinstance(value["spec"].get("names"), dict)
        and bool(value["spec"]["names"].get("kind"))
    )


def definition_blocks(definition: dict) -> tuple[list[Block], Dropped]:
    """Return the blocks of a definition: a sentence about the kind, and tables of its fields.

    Where it has several versions, the fields are those of the one that is stored.
    """
    spec = definition["spec"]
    names = spec["names"]
    versions = _versions(spec)
    chosen = next((version for version in versions if version.get("storage")), None)
    chosen = chosen or (versions[-1] if versions else {})
    blocks: list[Block] = [Heading(1, str(names["kind"])), Paragraph(_sentences(spec, versions))]
    schema = _schema(chosen, spec)
    if isinstance(text := schema.get("description"), str) and text.strip():
        blocks.append(Paragraph(one_line(text)))
    dropped: Dropped = []
    properties = schema.get("properties")
    for name, field in properties.items() if isinstance(properties, dict) else ():
        if name in ("apiVersion", "kind", "metadata") or not isinstance(field, dict):
            continue  # the same three in every Kubernetes object
        inner, left = described_fields(field, str(name))
        blocks.extend([Heading(2, f"`{name}`"), *inner] if inner else [])
        dropped.extend(left)
    return blocks, dropped


def _versions(spec: dict) -> list[dict]:
    versions = spec.get("versions")
    if isinstance(versions, list):
        return [version for version in versions if isinstance(version, dict)]
    return [{"name": spec["version"], "served": True}] if spec.get("version") else []


def _schema(version: dict, spec: dict) -> dict:
    for holder in (version.get("schema"), spec.get("validation")):
        if isinstance(holder, dict) and isinstance(schema := holder.get("openAPIV3Schema"), dict):
            return schema
    return {}


def _sentences(spec: dict, versions: list[dict]) -> str:
    names = spec["names"]
    served = [f"`{version.get('name')}`" for version in versions if version.get("served", True)]
    scope = {"Namespaced": "It belongs to a namespace.", "Cluster": "It belongs to the cluster."}
    short = names.get("shortNames")
    parts = [f"`{names['kind']}` is a custom resource of the API group `{spec.get('group')}`."]
    if served:
        parts.append(f"Versions served: {', '.join(served)}.")
    parts.append(scope.get(str(spec.get("scope")), ""))
    if names.get("plural"):
        parts.append(f"Its plural name is `{names['plural']}`.")
    if isinstance(short, list) and short:
        parts.append(f"Short names: {', '.join(f'`{name}`' for name in short)}.")
    return " ".join(part for part in parts if part)
