"""What a generator hands over: a fact with its questions, or the reason why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """A fact as one passage, edge or landscape row states it.

    `subject` names it within its kind, project and `version` of the project (empty where the
    document is not about one version). `questions` ask for it in training,
    `held_out` in the benchmark alone. `also` are passages, besides the one in which it was found,
    that it needs.
    """

    kind: str
    subject: str
    answer: str
    questions: tuple[str, ...]
    held_out: tuple[str, ...]
    version: str = ""
    also: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The subject with its version, unique within kind and project."""
        return f"{self.subject} ({self.version})" if self.version else self.subject


@dataclass(frozen=True)
class Drop:
    """A fact that a generator saw but could not use."""

    reason: str
    detail: str


@dataclass(frozen=True)
class Phrasings:
    """How one kind of fact is asked for: templates with {slots}.

    `training` phrasings become pairs. `held_out` phrasings never do: the benchmark asks with them.
    """

    training: Sequence[str]
    held_out: Sequence[str]

    def fact(self, kind: str, subject: str, answer: str, **slots: str) -> Fact:
        """Return the fact with all its questions. Raises `KeyError` when a slot is missing."""
        return Fact(
            kind=kind,
            subject=subject,
            answer=answer,
            questions=tuple(_ask(template, slots) for template in self.training),
            held_out=tuple(_ask(template, slots) for template in self.held_out),
        )


def _ask(template: str, slots: dict[str, str]) -> str:
    question = template.format(**slots)
    if template == "{question}":
        return question  # its author's words
    return question[0].upper() + question[1:] if not question.startswith("`") else question


def drop_row(project: Mapping[str, object], item: str, drop: Drop) -> dict[str, object]:
    """Return a row of DROPS about an item of a project (a row of PROJECTS)."""
    return {
        "project": project["project"],
        "item": item,
        "reason": drop.reason,
        "detail": drop.detail,
    }
