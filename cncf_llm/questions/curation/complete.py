"""Is the answer whole, and free of the markup of its page?"""

import re

from cncf_llm.questions.curation.case import Case
from cncf_llm.questions.facts import Drop

_LEFTOVER = re.compile(r"\{\{|\}\}|\{%|<!--|</?[a-z]+[^>`]*>\s*</|\[\^?\d+\]|:::|&[a-z]+;")
_AWAY = re.compile(
    r"\b(?:see|shown|described|mentioned|listed|explained|defined|given|discussed|noted)"
    r" (?:above|below|earlier|previously|later)\b"
    r"|\bthe (?:above|below|following|next|previous|preceding|last) (?:section|chapter|page|table|"
    r"paragraph|figure|diagram|document)s?\b|\b(?:TODO|TBD|FIXME)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)


def is_complete(case: Case) -> Drop | None:
    """Refuse an answer that breaks off, sends the reader elsewhere, or shows its page's markup."""
    answer = case.answer.rstrip()
    if answer.count("```") % 2:
        return Drop("answer-incomplete", "a block of code has no end")
    prose = _CODE.sub("", answer)
    if not answer.endswith("```") and answer.endswith((":", ",", "...", "…", "(")):
        return Drop("answer-incomplete", f"ends with {answer[-30:]!r}")
    if prose.count("(") > prose.count(")") and "```" not in answer:
        return Drop("answer-incomplete", "a parenthesis has no end")
    if found := _LEFTOVER.search(prose):
        return Drop("answer-incomplete", f"markup {found[0]!r}")
    if found := _AWAY.search(prose):
        return Drop("answer-incomplete", f"points at {found[0]!r}")
    return None
