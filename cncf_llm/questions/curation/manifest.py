"""Is the YAML of an answer valid, and what Kubernetes would take?

Manifests of built-in kinds are validated against the OpenAPI schemas of one Kubernetes release,
which `kubernetes.md` beside this file tells the origin of. Other kinds, which custom resource
definitions add, must have the form that all have: apiVersion, kind, a name.
"""

import gzip
import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

from cncf_llm.corpus.parsers.blocks import Unreadable
from cncf_llm.corpus.parsers.safe_yaml import NotYaml, load_all
from cncf_llm.questions.curation.case import Case
from cncf_llm.questions.facts import Drop

_BLOCK = re.compile(r"```ya?ml[^\n]*\n(.*?)\n?```", re.DOTALL | re.IGNORECASE)
_TEMPLATE = re.compile(r"\{\{|\{%|\$\{|^\s*\.\.\.\s*\w|^\s*(?:#\s*)?\.{3,}\s*$|…", re.MULTILINE)
_API_VERSION = re.compile(r"(?:[a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?v\d+(?:(?:alpha|beta)\d+)?")
_KIND = re.compile(r"[A-Z][A-Za-z0-9]*")
_NAME = re.compile(r"[a-z0-9]([a-z0-9.:-]*[a-z0-9])?")
_PLACEHOLDER = re.compile(r"<[^<>]+>|\[[A-Z_ -]+\]|[A-Z][A-Z0-9_-]+|\$\w+")
_MOST_DOCUMENTS = 20


def has_valid_manifests(case: Case) -> Drop | None:
    """Refuse an answer with broken YAML, or with a manifest that Kubernetes would not take.

    Templates and manifests with parts left out ("...") are not judged.
    """
    for text in _BLOCK.findall(case.answer):
        if _TEMPLATE.search(text):
            continue
        try:
            documents = [each for each in load_all(text) if each is not None]
        except (NotYaml, Unreadable) as error:
            return Drop("broken-yaml", " ".join(str(error).split())[:200])
        for document in documents[:_MOST_DOCUMENTS]:
            if wrong := manifest_error(document, whole=case.kind == "yaml"):
                return Drop("invalid-manifest", wrong)
    return None


def manifest_error(document: object, *, whole: bool = True) -> str | None:
    """Return what is wrong with a parsed manifest; None for one that is right, or that is none.

    Unless it must be `whole`, required fields may be missing: a documentation shows what matters.
    """
    if not isinstance(document, dict) or not {"apiVersion", "kind"} <= document.keys():
        return None
    version, kind = document["apiVersion"], document["kind"]
    if not isinstance(version, str) or not isinstance(kind, str):
        return "apiVersion and kind must be text"
    if _PLACEHOLDER.fullmatch(version) or _PLACEHOLDER.fullmatch(kind):
        return None
    validator = _validator(version, kind)
    if validator is None:
        return _form_error(document, version, kind)
    error = next(
        (
            each
            for each in validator.iter_errors(_as_json(document))
            if not _is_placeholder(each) and (whole or each.validator != "required")
        ),
        None,
    )
    if error is None:
        return None
    place = ".".join(map(str, error.absolute_path))
    return f"{kind} {version}: {place or 'top level'}: {error.message[:200]}"


def _form_error(document: dict[Any, Any], version: str, kind: str) -> str | None:
    if not _API_VERSION.fullmatch(version):
        return f"{version!r} is no apiVersion"
    if not _KIND.fullmatch(kind):
        return f"{kind!r} is no kind"
    metadata = document.get("metadata", {})
    if not isinstance(metadata, dict):
        return f"{kind} {version}: metadata is no mapping"
    name = metadata.get("name", "x")
    if not isinstance(name, str) or not (_NAME.fullmatch(name) or _PLACEHOLDER.search(name)):
        return f"{kind} {version}: {name!r} is no name"
    return None


def _as_json(document: object) -> object:
    """Return a document as Kubernetes reads it: dates are text, keys are text."""
    return json.loads(json.dumps(document, default=str))


def _is_placeholder(error: Any) -> bool:
    return isinstance(error.instance, str) and bool(_PLACEHOLDER.fullmatch(error.instance))


@cache
def _validator(version: str, kind: str) -> Any:
    """Return the validator of a built-in kind, or None. Building takes longer than use."""
    from jsonschema import Draft202012Validator

    name = _kinds().get((version, kind))
    if name is None:
        return None
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": _schemas()})


@cache
def _schemas() -> dict[str, Any]:
    packed = (files(__package__ or "") / "kubernetes-1.37.json.gz").read_bytes()
    return json.loads(gzip.decompress(packed))


@cache
def _kinds() -> dict[tuple[str, str], str]:
    found = {}
    for name, schema in _schemas().items():
        for each in schema.get("x-kubernetes-group-version-kind", ()):
            group = f"{each['group']}/" if each["group"] else ""
            found.setdefault((f"{group}{each['version']}", each["kind"]), name)
    return found
