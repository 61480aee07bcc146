"""Releases: what a changelog or a page of release notes says that a version changed."""

import re
from collections.abc import Iterable, Mapping

from cncf_llm.questions.blocks import plain
from cncf_llm.questions.facts import Drop, Fact, Phrasings
from cncf_llm.questions.section import Section, project_name
from cncf_llm.questions.words import word_set, words

CHANGES = Phrasings(
    training=(
        "What changed in {project} {version}?",
        "What is new in version {version} of {project}?",
    ),
    held_out=("I am about to update to {project} {version}. What does it bring?",),
)
GROUP = Phrasings(
    training=(
        "Which {group} came with {project} {version}?",
        "What are the {group} of {project} {version}?",
    ),
    held_out=("Does the release {version} of {project} list any {group}, and which?",),
)

FEWEST_WORDS = 8

_VERSION = r"v?\d+\.\d+(?:\.\d+)?(?:-(?:alpha|beta|rc)[.-]?\d*)?"
_TITLE = re.compile(
    rf"(?:(?:release|version|announcing|changelog for)\s+|[A-Z][\w-]*(?: [A-Z][\w-]*)?\s+)?"
    rf"`?\[?(?P<version>{_VERSION})\]?`?"
    r"(?:\s*(?:[-–—/:]\s*)?(?:\(?\d{4}-\d{2}-\d{2}\)?|\([A-Z][a-z]+ \d{1,2}, \d{4}\)|release"
    r"(?: notes)?|release announcement))?",
    re.IGNORECASE,
)
_GROUPS = {
    "feature": "new features",
    "features": "new features",
    "new features": "new features",
    "enhancements": "enhancements",
    "improvements": "improvements",
    "bug fixes": "bug fixes",
    "bugfixes": "bug fixes",
    "bug or regression": "bug fixes",
    "fixes": "bug fixes",
    "fixed": "bug fixes",
    "breaking changes": "breaking changes",
    "breaking change": "breaking changes",
    "incompatible behavior changes": "incompatible behaviour changes",
    "minor behavior changes": "minor behaviour changes",
    "deprecated": "deprecations",
    "deprecation": "deprecations",
    "deprecations": "deprecations",
    "removed": "removals",
    "removed config or runtime": "removals of configuration or runtime options",
    "security": "security changes",
    "security updates": "security updates",
    "security fixes": "security fixes",
    "performance improvements": "performance improvements",
    "known issues": "known issues",
    "api changes": "API changes",
    "added": "additions",
    "changed": "changes",
    "new plugins": "new plugins",
}
_REFERENCE = re.compile(
    r"\s*[(\[]\s*(?:(?:`?[\w./-]*#\d+`?|`?@[\w-]+`?|by\b|in\b|and\b|PR\b|,)\s*)+[)\]]"
    r"|\s+by @[\w-]+ in \S+|,?\s+(?:[\w./-]+)?#\d+(?=[\s.,;]|$)|\s+[0-9a-f]{7,40}$"
    r"|\s*\[?SIG [\w, -]+\]$",
    re.MULTILINE,
)
_NO_CHANGES = word_set("thanks thank contributors community contributor")


def facts(project: Mapping[str, object], section: Section) -> Iterable[Fact | Drop]:
    """Yield what a section says on one version, where the section is all of it."""
    found = _version_and_group(section)
    if found is None:
        return
    version, group = found
    where = f"{section.title} > {' > '.join(section.heading_path)}"
    if not section.whole:
        yield Drop("answer-incomplete", f"{where}: goes over several passages")
        return
    answer = _REFERENCE.sub("", section.text).strip()
    said = words(plain(answer))
    if len(said) < FEWEST_WORDS or _NO_CHANGES & set(said):
        yield Drop("answer-too-short", f"{where}: says nothing of what changed")
        return
    if len(re.findall(r"^[-*] (?!https?://\S+$)", answer, re.MULTILINE)) == 0:
        yield Drop("answer-incomplete", f"{where}: no list of changes")
        return
    asked = project_name(project, section)
    if group is None:
        yield CHANGES.fact("release", version, answer, project=asked, version=version)
    else:
        subject = f"{group} of {version}"
        yield GROUP.fact("release", subject, answer, project=asked, version=version, group=group)


def _version_and_group(section: Section) -> tuple[str, str | None] | None:
    """Return the version that a section is about, and which group of its changes, if one."""
    path = section.heading_path
    inner = [_TITLE.fullmatch(heading.strip()) for heading in path]
    at = next((number for number, match in enumerate(inner) if match), None)
    match = inner[at] if at is not None else _TITLE.fullmatch(section.title)
    if match is None:
        return None
    below = path[at + 1 :] if at is not None else path
    if not below:
        return match["version"], None
    group = _GROUPS.get(below[-1].strip(" :.").lower())
    return (match["version"], group) if group and len(below) == 1 else None
