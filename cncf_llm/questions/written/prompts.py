"""The prompts: one Markdown file each under `prompts/`, with its version on top."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template

import yaml

KINDS = ("factoid", "how_to", "troubleshooting", "multi_passage", "yaml", "unanswerable")
"""The kinds of pairs, in the order in which a budget is shared out."""


@dataclass(frozen=True)
class Prompt:
    """A prompt. `name` and `version` go into each pair's `generator`; `pairs` is how many to ask
    for. `template` has the slots $project, $mark, $least and $most."""

    name: str
    version: str
    pairs: int
    template: str

    def text(self, project: str, mark: str) -> str:
        """Return the prompt for a project; `mark` is what fences the material."""
        slots = {"project": project, "mark": mark, "least": "1", "most": str(self.pairs)}
        return Template(self.template).substitute(slots)


@cache
def pair_prompt(kind: str) -> Prompt:
    """Return the prompt that asks for pairs of a kind: the common rules and those of the kind.

    Its version is that of the kind's file and of the common one: "2.1".
    """
    rules, common = _read("common")
    own, text = _read(kind)
    version = f"{own['version']}.{rules['version']}"
    return Prompt(kind, version, int(str(own["pairs"])), f"{common}\n\n{text}")


@cache
def paraphrase_prompt() -> Prompt:
    """Return the prompt that asks for other wordings of pairs."""
    own, text = _read("paraphrase")
    return Prompt("paraphrase", str(own["version"]), 0, text)


def _read(name: str) -> tuple[dict[str, object], str]:
    source = (files(__package__ or "") / "prompts" / f"{name}.md").read_text("utf-8")
    _, front, text = source.split("---\n", 2)
    return yaml.safe_load(front), text.strip()
