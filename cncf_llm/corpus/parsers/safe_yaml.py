"""YAML from strangers: loaded with the safe loader, after its depth and size are known."""

import yaml

from cncf_llm.corpus.parsers.blocks import Unreadable

MAX_DEPTH = 200  # Argo CD's largest CRD reaches about 80
MAX_NODES = 2_000_000  # with every alias counted as the nodes that it stands for

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PARSER = getattr(yaml, "CLoader", yaml.Loader)  # used for its events only: constructs nothing


class NotYaml(Exception):
    """The text is not YAML that the safe loader reads: a template, custom tags, a mistake."""


def load_all(text: str) -> list[object]:
    """Return the documents of a YAML stream.

    Raises `NotYaml` for text that is not plain YAML, and `Unreadable` for nesting deeper than
    `MAX_DEPTH` or aliases that would expand to more than `MAX_NODES` nodes. Both are found from
    the parser's events, before anything is built.
    """
    try:
        _check(text)
        return list(yaml.load_all(text, Loader=_LOADER))
    except (yaml.YAMLError, ValueError, TypeError, OverflowError) as error:
        # The constructors of dates, numbers and mapping keys raise the plain Python errors.
        raise NotYaml(" ".join(str(error).split())[:200]) from error


def _check(text: str) -> None:
    sizes: dict[str, int] = {}
    open_nodes: list[tuple[str | None, int]] = []  # (anchor, nodes counted when it began)
    nodes = 0
    for event in yaml.parse(text, Loader=_PARSER):
        if isinstance(event, yaml.AliasEvent):
            nodes += sizes.get(event.anchor or "", 1)
        elif isinstance(event, yaml.ScalarEvent):
            nodes += 1
            if event.anchor:
                sizes[event.anchor] = 1
        elif isinstance(event, yaml.CollectionStartEvent):
            open_nodes.append((event.anchor, nodes))
            nodes += 1
            if len(open_nodes) > MAX_DEPTH:
                raise Unreadable("unreadable-nested-too-deep", f"YAML deeper than {MAX_DEPTH}")
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_nodes.pop()
            if anchor:
                sizes[anchor] = nodes - before
        if nodes > MAX_NODES:
            raise Unreadable("unreadable-alias-bomb", f"expands to more than {MAX_NODES} nodes")
