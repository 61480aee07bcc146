"""What a filter judges: a pair with its source in sight."""

import re
from dataclasses import dataclass

from cncf_llm.questions.blocks import plain

_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)


@dataclass(frozen=True)
class Case:
    """A question and an answer, and the texts that they come from.

    `sources` are the cited passages with their titles and headings; none where a pair has no
    passages (external sets). `project` is the name that a reader knows the project by.
    """

    question: str
    answer: str
    subject: str = ""
    project: str = ""
    kind: str = ""
    sources: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        return "\n\n".join(self.sources)


def prose_of(text: str) -> str:
    """Return a text without its blocks of code, on one line."""
    return plain(_CODE.sub(" ", text))
