"""Which licences let a document into the corpus."""

import re
from collections.abc import Collection, Iterator

_WORD = re.compile(r"[()]|[^\s()]+")


def permitted(expression: str, allowed: Collection[str]) -> bool:
    """Return whether an SPDX expression can be met with the allowed licences alone.

    `A AND B` needs both, `A OR B` one of them, `A WITH exception` is allowed as `A` is: exceptions
    only add to what a licence permits. AND binds tighter than OR
    (https://spdx.github.io/spdx-spec/v3.0.1/annexes/spdx-license-expressions/). An expression that
    cannot be read is not permitted.
    """
    lower = {licence.lower() for licence in allowed}
    words = iter(_WORD.findall(expression))
    try:
        return _either(words, lower, nested=False)
    except _Unreadable:
        return False


class _Unreadable(Exception):
    pass


def _either(words: Iterator[str], allowed: Collection[str], *, nested: bool) -> bool:
    """Return the value of alternatives up to the closing parenthesis or the end."""
    alternatives = [_one(words, allowed)]
    for word in words:
        if word == ")" and nested:
            return any(alternatives)
        if word.upper() == "OR":
            alternatives.append(_one(words, allowed))
        elif word.upper() == "AND":
            alternatives[-1] &= _one(words, allowed)
        elif word.upper() == "WITH":
            next(words, None)
        else:
            raise _Unreadable
    if nested:
        raise _Unreadable
    return any(alternatives)


def _one(words: Iterator[str], allowed: Collection[str]) -> bool:
    word = next(words, ")")
    if word == "(":
        return _either(words, allowed, nested=True)
    if word == ")" or word.upper() in ("AND", "OR", "WITH"):
        raise _Unreadable
    return word.lower() in allowed
