"""Recognise licences by their text, and find the one that holds for a file.

Ids and expressions are those of SPDX (https://spdx.org/licenses/). A GNU licence text does not say
whether later versions are allowed, so the stricter `-only` is given.
"""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

UNKNOWN = "unknown"

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

    A code block may show such a line as an example, so the search ends at the first one.
    """
    head = content[:4000].split(b"```", 1)[0]
    if b"SPDX-License-Identifier" not in head:
        return None
    lines = head.decode("utf-8", "replace").splitlines()[:20]
    found = _HEADER.search("\n".join(lines))
    return found["expression"] if found else None


def nearest_licence(path: str, licence_files: Mapping[str, str]) -> tuple[str, str | None]:
    """Return licence and licence file that hold for `path`: those nearest up the tree.

    `licence_files` maps the path of each licence file to what its text was recognised as. Of
    several in one folder, one for code only (`LICENSE-CODE`) does not count and one for
    documentation (`LICENSE-docs`) goes first; what remains is joined: `OR` for files that name
    alternatives (`LICENSE-MIT`, `LICENSE-APACHE`), else `AND`.
    """
    for folder in PurePosixPath(path).parents:
        here = [file for file in sorted(licence_files) if PurePosixPath(file).parent == folder]
        known = [file for file in here if licence_files[file] != UNKNOWN]
        if not here:
            continue
        if not known:
            return UNKNOWN, here[0]
        known = [file for file in known if "code" not in _name(file)] or known
        known = [file for file in known if re.search("doc|content", _name(file))] or known
        licences = sorted({licence_files[file] for file in known})
        alternatives = all("-" in _name(file) for file in known)
        return (" OR " if alternatives else " AND ").join(licences), known[0]
    return UNKNOWN, None


def _name(path: str) -> str:
    return PurePosixPath(path).name.lower()
