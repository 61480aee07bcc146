"""Load YAML that a stranger wrote: no objects, no alias bombs, no deep nesting."""

from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader is about ten times faster

# What PyYAML's constructors of numbers, dates and keys raise beside `yaml.YAMLError`.
CONSTRUCTION_ERRORS = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
)


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
    tag other than the standard ones, or more than one document. Of equal keys the last one counts.
    """
    return load_with_duplicates(text, max_depth=max_depth, max_nodes=max_nodes)[0]


def load_with_duplicates(
    text: str | bytes, *, max_depth: int = 60, max_nodes: int = 2_000_000
) -> tuple[Any, list[tuple[int, str]]]:
    """Return as `load_yaml`, and (line, key) of each key that its mapping has again later."""
    check_size(text, max_depth, max_nodes)
    loader = _LOADER(text)
    try:
        node = loader.get_single_node()
        duplicates = _duplicates(node)  # before merge keys are resolved, which adds equal ones
        return loader.construct_document(node) if node else None, duplicates
    except CONSTRUCTION_ERRORS as error:  # for example a date such as 2024-13-45
        raise UnsafeYamlError("bad-value", f"a value cannot be read: {error}") from error
    finally:
        loader.dispose()


def _duplicates(root: yaml.Node | None) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    waiting = [root] if root else []
    seen: set[int] = set()  # an alias is the node that it stands for
    while waiting:
        node = waiting.pop()
        if id(node) in seen or isinstance(node, yaml.ScalarNode):
            continue
        seen.add(id(node))
        if not isinstance(node, yaml.MappingNode):
            waiting.extend(node.value)
            continue
        lines: dict[str, int] = {}
        for key, value in node.value:
            waiting.append(value)
            if isinstance(key, yaml.ScalarNode):
                if key.value in lines:
                    found.append((lines[key.value], key.value))
                lines[key.value] = key.start_mark.line + 1
    return sorted(found)


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
