"""Find the licence that holds for a file: in the file, beside it, or up the tree.

Ids and expressions are those of SPDX (https://spdx.org/licenses/). A GNU licence text does not say
whether later versions are allowed, so the stricter `-only` is given.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from cncf_llm.ingest.licences.names import UNKNOWN, licence_named, valid_expression
from cncf_llm.ingest.licences.statement import DocumentationStatement

_TITLES = (
    ("Apache-2.0", r"apache license,? version 2\.0"),
    ("CC-BY-SA-4.0", r"attribution-sharealike 4\.0 international|licenses/by-sa/4\.0"),
    ("CC-BY-SA-3.0", r"attribution-sharealike 3\.0|licenses/by-sa/3\.0"),
    ("CC-BY-NC-4.0", r"attribution-noncommercial 4\.0 international|licenses/by-nc/4\.0"),
    ("CC-BY-4.0", r"attribution 4\.0|licenses/by/4\.0"),
    ("CC-BY-3.0", r"attribution 3\.0|licenses/by/3\.0"),
    ("CC0-1.0", r"cc0 1\.0 universal"),
    ("MPL-2.0", r"mozilla public license,? version 2\.0"),
    ("EPL-2.0", r"eclipse public license - v 2\.0"),
    ("AGPL-3.0-only", r"gnu affero general public license version 3"),
    ("LGPL-3.0-only", r"gnu lesser general public license version 3"),
    ("LGPL-2.1-only", r"gnu lesser general public license version 2\.1"),
    ("GPL-3.0-only", r"gnu general public license version 3"),
    ("GPL-2.0-only", r"gnu general public license version 2"),
    ("Unlicense", r"this is free and unencumbered software"),
    ("MIT", r"permission is hereby granted, free of charge, to any person obtaining a copy"),
    ("ISC", r"permission to use, copy, modify, and(/or)? distribute this software for any purpose"),
    ("BSD-3-Clause", r"redistribution and use in source and binary forms.*neither the name"),
    ("BSD-2-Clause", r"redistribution and use in source and binary forms"),
)
_PATTERNS = tuple((spdx, re.compile(pattern)) for spdx, pattern in _TITLES)
_HEADER = re.compile(
    r"^[^\w\n]*SPDX-License-Identifier:[ \t]*"
    r"(?P<expression>\(?[A-Za-z0-9.+-]+\)?(?:[ \t]+(?:AND|OR|WITH)[ \t]+\(?[A-Za-z0-9.+-]+\)?)*)",
    re.MULTILINE,
)
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<lines>.*?)^---[ \t]*$", re.MULTILINE | re.DOTALL)
_KEY = re.compile(r"^licen[cs]e:[ \t]*(?P<value>[^\s#].*)$", re.MULTILINE)


@dataclass(frozen=True)
class RepositoryLicences:
    """What a repository says of its licences.

    `folders`: folder -> licence and licence file. `beside`: document -> licence of its REUSE file
    (https://reuse.software/spec/), `<document>.license`. `named`: the files of the REUSE folder
    `LICENSES`, named by SPDX id. `statement`: what the README says of the documentation.
    """

    folders: Mapping[PurePosixPath, tuple[str, str]] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    named: tuple[str, ...] = ()
    statement: DocumentationStatement | None = None


def document_licence(
    path: str, media_type: str, content: bytes, licences: RepositoryLicences
) -> tuple[str, str | None]:
    """Return the licence of a document and the file that says so.

    The first that speaks: SPDX header of the file, `<path>.license`, `license:` in its front
    matter, licence file of a folder below the top, README, licence file at the top, `LICENSES/`.
    One that names no licence known to SPDX makes the document `unknown`: it may forbid something.
    """
    if media_type != "application/pdf" and (header := licence_in_header(content)):
        return header, path
    if beside := licences.beside.get(path):
        return beside, f"{path}.license"
    prose = media_type not in ("application/yaml", "application/schema+json")
    if prose and (own := licence_in_front_matter(content)):
        return own, path
    licence, source = nearest_licence(path, licences.folders)
    if source is not None and "/" in source:
        return licence, source
    said = licences.statement
    if said and said.licence != licence and prose and said.covers(path):
        return said.licence, said.source
    if source is None and licences.named:
        one = len(licences.named) == 1
        name = PurePosixPath(licences.named[0]).stem
        return (valid_expression(name), licences.named[0]) if one else (UNKNOWN, "LICENSES")
    return licence, source


def attribution(licence: str, who: str, url: str) -> str | None:
    """Return whom to name, where to find the work and its licence, if the licence asks for it.

    Creative Commons licences but CC0 do (https://creativecommons.org/licenses/by/4.0/, section 3).
    """
    return f"{who}, {url}, {licence}" if "CC-BY" in licence else None


def licence_of_text(text: str) -> str:
    """Return the SPDX id of a licence text, by the title or phrase that comes first in it."""
    words = " ".join(text[:60_000].lower().split())
    found = [
        (match.start(), rank, spdx)
        for rank, (spdx, pattern) in enumerate(_PATTERNS)
        if (match := pattern.search(words))
    ]
    return min(found)[2] if found else UNKNOWN


def licence_in_header(content: bytes) -> str | None:
    """Return the SPDX expression that a comment in the file's first 20 lines declares.

    `unknown` when SPDX does not know what it says, None when it says nothing. A code block may
    show such a line as an example, so the search ends at the first one.
    """
    head = content[:4000].split(b"```", 1)[0]
    if b"SPDX-License-Identifier" not in head:
        return None
    lines = head.decode("utf-8", "replace").splitlines()[:20]
    found = _HEADER.search("\n".join(lines))
    return valid_expression(found["expression"]) if found else None


def licence_in_front_matter(content: bytes) -> str | None:
    """Return the licence under the key `license` of the YAML between `---` lines.

    `unknown` when SPDX does not know what it says, None when it says nothing.
    """
    if not content.startswith(b"---"):
        return None
    matter = _FRONT_MATTER.match(content[:4000].decode("utf-8", "replace").replace("\r\n", "\n"))
    found = _KEY.search(matter["lines"]) if matter else None
    return licence_named(found["value"].strip(" \t\"'")) if found else None


def folder_licences(files: Mapping[str, str]) -> dict[PurePosixPath, tuple[str, str]]:
    """Return licence and licence file of each folder that has one.

    `files` maps the path of each licence file to what its text was recognised as. Of several in
    one folder, one for code only (`LICENSE-CODE`) does not count and one for documentation
    (`LICENSE-docs`) goes first; what remains is joined: `OR` for files that name alternatives
    (`LICENSE-MIT`, `LICENSE-APACHE`), else `AND`.
    """
    by_folder: dict[PurePosixPath, list[str]] = {}
    for file in sorted(files):
        by_folder.setdefault(PurePosixPath(file).parent, []).append(file)
    licences = {}
    for folder, here in by_folder.items():
        known = [file for file in here if files[file] != UNKNOWN]
        known = [file for file in known if "code" not in _name(file)] or known
        known = [file for file in known if re.search("doc|content", _name(file))] or known
        alternatives = all("-" in _name(file) for file in known)
        expression = (" OR " if alternatives else " AND ").join(sorted({files[f] for f in known}))
        licences[folder] = (expression or UNKNOWN, (known or here)[0])
    return licences


def nearest_licence(
    path: str, folders: Mapping[PurePosixPath, tuple[str, str]]
) -> tuple[str, str | None]:
    """Return licence and licence file that hold for `path`: those nearest up the tree."""
    for folder in PurePosixPath(path).parents:
        if folder in folders:
            return folders[folder]
    return UNKNOWN, None


def _name(path: str) -> str:
    return PurePosixPath(path).name.lower()
