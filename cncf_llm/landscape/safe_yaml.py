"""Load YAML that a stranger wrote: no objects, no alias bombs, no deep nesting."""

from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader is about ten times faster


class UnsafeYamlError(ValueError):
    """The YAML is well formed, but not to be built. `reason` is a short code."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def load_yaml(text: str | bytes, *, max_depth: int = 60, max_nodes: int = 2_000_000) -> Any:
    """Return the one document in `text` as plain Python values.

    `max_depth` counts nested collections. `max_nodes` counts nodes after aliases are expanded, so
    that "billion laughs" files are refused before anything walks them. Raises `UnsafeYamlError`
    when a limit is passed, `yaml.YAMLError` (with line and column) when the text is not YAML, has a
    tag other than the standard ones, or more than one document.
    """
    check_size(text, max_depth, max_nodes)
    try:
        return yaml.load(text, Loader=_LOADER)  # noqa: S506 - both loaders are safe ones
    except ValueError as error:  # for example a date such as 2024-13-45
        raise UnsafeYamlError("bad-value", f"a value cannot be read: {error}") from error


def check_size(text: str | bytes, max_depth: int, max_nodes: int) -> None:
    """Walk the parser's events, which needs no recursion, and add up what aliases stand for.

    Raises `UnsafeYamlError` with the reason `nested-too-deep`, `alias-bomb` or `bad-alias`, and
    `yaml.YAMLError` when the text is not YAML.
    """
    sizes: dict[str, int] = {}  # anchor -> nodes below it
    open_nodes: list[tuple[str | None, int]] = []  # anchor, nodes counted before it
    nodes = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in sizes:
                raise UnsafeYamlError(
                    "bad-alias",
                    f"line {line}: alias *{event.anchor} refers to itself or nothing",
                )
            nodes += sizes[event.anchor]
        elif isinstance(event, yaml.ScalarEvent):
            nodes += 1
            if event.anchor:
                sizes[event.anchor] = 1
        elif isinstance(event, yaml.CollectionStartEvent):
            open_nodes.append((event.anchor, nodes))
            nodes += 1
            if len(open_nodes) > max_depth:
                raise UnsafeYamlError(
                    "nested-too-deep", f"line {line}: nested more than {max_depth} levels deep"
                )
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_nodes.pop()
            if anchor:
                sizes[anchor] = nodes - before
        if nodes > max_nodes:
            raise UnsafeYamlError(
                "alias-bomb", f"line {line}: more than {max_nodes} nodes with aliases expanded"
            )
