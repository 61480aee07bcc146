"""Licence names as people write them, and SPDX expressions (https://spdx.org/licenses/)."""

import re

UNKNOWN = "unknown"

_CREATIVE_COMMONS = re.compile(
    r"(?:\bcc|\bcreative commons|licenses)[-\s/]+(?:by|attribution)"
    r"(?P<terms>(?:[-\s]+(?:sa|share-?alike|nc|non-?commercial|nd|no-?deriv(?:ative)?s))*)"
    r"[-\s/]+(?:version\s+|v)?(?P<version>[1-4]\.\d)",
    re.IGNORECASE,
)
_TERMS = (("NC", r"nc|non-?commercial"), ("SA", r"sa|share-?alike"), ("ND", r"nd|no-?deriv"))
_NAMES = (
    (
        "Apache-2.0",
        re.compile(
            r"\bapache(?:\s+licen[cs]e)?[,\s-]+(?:version\s+|v)?2(?:\.0)?\b"
            r"|\bapache\.org/licenses/license-2\.0\b",
            re.I,
        ),
    ),
    ("MIT", re.compile(r"\bMIT\b(?:\s+licen[cs]e)?|\bopensource\.org/licenses?/(?:mit|MIT)\b")),
    ("CC0-1.0", re.compile(r"\bCC0(?:[-\s]+1\.0)?", re.IGNORECASE)),
)
_ID = re.compile(r"\b[A-Z][A-Za-z0-9]*(?:-[A-Za-z0-9.+]*[A-Za-z0-9+])+")
_LONGEST = 200


def valid_expression(expression: str) -> str:
    """Return the SPDX expression in its canonical spelling, `unknown` when SPDX knows it not."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    if len(expression) > _LONGEST:
        return UNKNOWN
    try:
        return canonicalize_license_expression(expression)
    except InvalidLicenseExpression:
        return UNKNOWN


def licences_in(sentence: str) -> list[tuple[int, str]]:
    """Return offset and SPDX id of each licence that the sentence names, in its order."""
    found = {}
    for match in _CREATIVE_COMMONS.finditer(sentence):
        said = match["terms"]
        terms = "".join(f"-{term}" for term, words in _TERMS if re.search(words, said, re.I))
        found[match.start()] = valid_expression(f"CC-BY{terms}-{match['version']}")
    for spdx, pattern in _NAMES:
        found |= {match.start(): spdx for match in pattern.finditer(sentence)}
    for match in _ID.finditer(sentence):
        found.setdefault(match.start(), valid_expression(match[0]))
    return sorted((at, spdx) for at, spdx in found.items() if spdx != UNKNOWN)


def licence_named(text: str) -> str:
    """Return the SPDX expression that the text is, or the one licence that it names."""
    expression = valid_expression(text)
    if expression != UNKNOWN:
        return expression
    named = {spdx for _, spdx in licences_in(text[:_LONGEST])}
    return named.pop() if len(named) == 1 else UNKNOWN
