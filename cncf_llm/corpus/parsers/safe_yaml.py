"""YAML from strangers: loaded with the safe loader, after its depth and size are known."""

import yaml

from cncf_llm.corpus.parsers.blocks import Unreadable
from cncf_llm.landscape.safe_yaml import CONSTRUCTION_ERRORS, UnsafeYamlError, check_size

MAX_DEPTH = 200  # Argo CD's largest CRD reaches about 80
MAX_NODES = 2_000_000  # with every alias counted as the nodes that it stands for

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class NotYaml(Exception):
    """The text is not YAML that the safe loader reads: a template, custom tags, a mistake."""


def load_all(text: str) -> list[object]:
    """Return the documents of a YAML stream.

    Raises `NotYaml` for text that is not plain YAML, and `Unreadable` for nesting deeper than
    `MAX_DEPTH` or aliases that would expand to more than `MAX_NODES` nodes. Both are found from
    the parser's events, before anything is built.
    """
    try:
        check_size(text, MAX_DEPTH, MAX_NODES)
        return list(yaml.load_all(text, Loader=_LOADER))
    except UnsafeYamlError as error:
        if error.reason == "bad-alias":
            raise NotYaml(str(error)) from error
        raise Unreadable(f"unreadable-{error.reason}", str(error)) from error
    except (yaml.YAMLError, *CONSTRUCTION_ERRORS) as error:
        # The constructors of dates, numbers and mapping keys raise the plain Python errors.
        raise NotYaml(" ".join(str(error).split())[:200]) from error
