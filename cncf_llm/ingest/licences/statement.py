"""What a README says about the licence of the documentation, as opposed to the code.

Only a sentence counts that has documentation as its subject and names a licence, such as
"Documentation is distributed under CC BY 4.0" or "- Docs: CC-BY-4.0".
"""

import re
from dataclasses import dataclass

from cncf_llm.ingest.licences.names import licences_in

_LINK = re.compile(r"\[([^\[\]]{1,200})\]\(([^()\s]{0,500})\)")
_BLOCK = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*+]|\d+\.)\s)|\n(?=#)")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_SUBJECT = re.compile(r"\b(?:documentation|docs|contents?|prose)\b", re.IGNORECASE)
_OTHER = re.compile(r"\b(?:code|software|source|except|unless|not|without|other)\b", re.IGNORECASE)
_GRANT = re.compile(
    r"\b(?:is|are)\s+(?:\w+\s+){0,3}?(?:licen[cs]ed|distributed|released|available|published|"
    r"provided|covered|shared)\s+(?:\w+\s+){0,4}?(?:under|by|with)\b|\blicen[cs]ed\s+under\b",
    re.IGNORECASE,
)
_FOLDER = re.compile(r"[\"'`*]?(?P<name>[\w.-]+(?:/[\w.-]+)*)/?[\"'`*]*\s+(?:folder|directory)\b")
_FILE = re.compile(r"[\w./-]+\.(?:md|mdx|rst|adoc|txt)\b")
_WORDS_FOR_ALL = {"this", "the", "same", "root", "main", "top-level", "documentation"}
_LONGEST = 2000
_FARTHEST = 80


@dataclass(frozen=True)
class DocumentationStatement:
    """The licence of documentation, the file that states it, and what it is limited to, if so."""

    licence: str
    source: str
    folders: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    def covers(self, path: str) -> bool:
        """Return whether the statement speaks of the file."""
        if not self.folders and not self.files:
            return True
        return path in self.files or path.startswith(tuple(f"{name}/" for name in self.folders))


def documentation_statement(readme: str, source: str) -> DocumentationStatement | None:
    """Return what the README says; None when it says nothing, or says different things."""
    found = []
    for block in _BLOCK.split(_LINK.sub(r"\1 (\2)", readme[:200_000])):
        if len(block) < _LONGEST and _SUBJECT.search(block):
            sentences = _SENTENCE.split(" ".join(block.split()))
            found += [said for sentence in sentences if (said := _stated(sentence, source))]
    return found[0] if len({said.licence for said in found}) == 1 else None


def _stated(sentence: str, source: str) -> DocumentationStatement | None:
    grant = _GRANT.search(sentence)
    named_at_once = re.search(r":[\s*_`]*", sentence)
    verb = grant or named_at_once
    if verb is None:
        return None
    subject, rest = sentence[: verb.start()], sentence[verb.end() :]
    named = licences_in(rest)
    if not named or not _SUBJECT.search(subject) or _OTHER.search(subject):
        return None
    at, licence = named[0]
    if at > (_FARTHEST if grant else 0) + 1 or _OTHER.search(rest[:at]):
        return None
    folders = {match["name"] for match in _FOLDER.finditer(subject)} - _WORDS_FOR_ALL
    files = set(_FILE.findall(subject))
    return DocumentationStatement(licence, source, tuple(sorted(folders)), tuple(sorted(files)))
