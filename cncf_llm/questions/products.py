"""Products of a project: what Argo CD is to Argo, and the HTTP add-on to KEDA."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from cncf_llm.questions.blocks import plain
from cncf_llm.questions.words import word_set, words

Products = Mapping[tuple[str, str], str]  # repository and folder to the product's name

_INDEX = re.compile(r"(?:_?index|readme)\.\w+", re.IGNORECASE)
_VERSION = re.compile(
    r"(?:version-|release-)?v?\d+(?:\.(?:\d+|x))*|latest|next|main", re.IGNORECASE
)
_NO_PRODUCT = word_set("website www docs doc documentation community org io dev com site content")


def products(rows: Iterable[Mapping[str, Any]]) -> Products:
    """Return the products that have a repository, or a folder, of their own.

    `rows` are rows of PASSAGES. A product is known by the title of its index page: the project's
    name and that of the repository, or of a folder of versions, and nothing else, as "Argo CD" of
    argoproj/argo-cd. Beside a folder named like the project, its own name is enough, when
    the page begins with what it is: "Flagger is".
    """
    rows = list(rows)
    found: dict[tuple[str, str], str] = {}
    places = {(row["repository"], (row["path"] or "").rpartition("/")[0]) for row in rows}
    for row in rows:
        *folders, file = (row["path"] or "").split("/")
        if row["source"] != "repository" or not _INDEX.fullmatch(file):
            continue
        if not folders:
            place, called = "", row["repository"].rpartition("/")[2]
        elif len(folders) > 1 and _VERSION.fullmatch(folders[-1]):
            place, called = "/".join(folders[:-1]), folders[-2]
        elif (row["repository"], "/".join((*folders[:-1], row["project"]))) in places:
            name = folders[-1].capitalize()
            if row["title"] == name and row["text"].startswith(f"{name} is "):
                found[row["repository"], "/".join(folders)] = f"{row['title']} ({row['project']})"
            continue
        else:
            continue
        title = plain(row["title"] or "")
        name = _name(title, set(words(row["project"])), set(words(called)))
        if name:
            found.setdefault((row["repository"], place), name)
    return found


def product_of(row: Mapping[str, Any], known: Products) -> str | None:
    """Return the product that a row of PASSAGES is about: that of the deepest folder."""
    folders = (row["path"] or "").split("/")[:-1]
    for depth in range(len(folders), -1, -1):
        name = known.get((row["repository"], "/".join(folders[:depth])))
        if name:
            return name
    return None


def _name(title: str, project: set[str], called: set[str]) -> str | None:
    short = re.split(r"\s[-–—|]\s|:\s", title)[0].strip()
    is_product = called - project and not called & _NO_PRODUCT
    return short if is_product and set(words(short)) == project | called else None
