"""A passage with what a generator has to know around it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from cncf_llm.questions.blocks import Block, blocks, plain, without_links
from cncf_llm.questions.products import product_of, products
from cncf_llm.store import digest

_VERSION = re.compile(
    r"(?:version-|release-)v?(\d+(?:\.\d+)*)|v?(\d+(?:\.(?:\d+|x))+)(?:-docs)?", re.IGNORECASE
)
_PART_FOLDERS = {
    "plugin": "plugin",
    "plugins": "plugin",
    "explugins": "external plugin",
    "scalers": "scaler",
    "exporters": "exporter",
    "filters": "filter",
    "receivers": "receiver",
}
_NAMED_LABELS = ("COMPONENT", "PROJECT", "KUBERNETES_KIND", "CONCEPT")


@dataclass(frozen=True)
class Section:
    """A passage as generators read it.

    `whole` says that the passage is all there is under its heading: no second part, no
    subheadings. `names` maps the names that the entity stage found in it to their labels.
    `version` is set for documents of one version of the project, such as "v3.4".
    `part` is the part of the project that the document is about, such as "the cache plugin".
    `product` is its own name where a project has several: "Argo CD" of Argo. `before` is what a
    Stack Overflow thread asks: ids and texts of the passages before its first answer.
    `raw` is the text with the links that `text` has no more.
    """

    passage_id: str
    document_id: str
    title: str
    heading_path: tuple[str, ...]
    text: str
    path: str
    whole: bool
    names: Mapping[str, str]
    version: str | None
    part: str | None
    repository: str = ""
    source: str = "repository"
    product: str | None = None
    before: tuple[tuple[str, str], ...] = ()
    raw: str = ""

    @property
    def heading(self) -> str:
        return self.heading_path[-1] if self.heading_path else self.title

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        return blocks(self.text)

    def key(self, content_hash: str) -> str:
        """Return a hash of all that generators see of this section."""
        return digest(
            {
                "content": content_hash,
                "title": self.title,
                "path": self.path,
                "repository": self.repository,
                "whole": self.whole,
                "names": dict(self.names),
                "product": self.product,
                "before": list(self.before),
            }
        )


def sections(passages: pl.DataFrame, nodes: pl.DataFrame) -> list[Section]:
    """Return a section for each row of PASSAGES, in order. `nodes` is the project's NODES table."""
    named = _names_by_passage(nodes)
    parts: dict[tuple[str, ...], int] = {}
    parents: set[tuple[str, ...]] = set()
    rows = passages.to_dicts()
    for row in rows:
        place = (row["document_id"], *(row["heading_path"] or ()))
        parts[place] = parts.get(place, 0) + 1
        parents.update(place[:depth] for depth in range(1, len(place)))
    named_products = products(rows)
    asked: dict[str, tuple[tuple[str, str], ...]] = {}
    found = []
    for row in rows:
        place = (row["document_id"], *(row["heading_path"] or ()))
        if row["source"] == "stackoverflow" and not row["heading_path"]:
            part = (row["passage_id"], row["text"])
            asked[row["document_id"]] = (*asked.get(row["document_id"], ()), part)
        found.append(
            Section(
                passage_id=row["passage_id"],
                document_id=row["document_id"],
                title=plain(row["title"] or ""),
                heading_path=tuple(plain(heading) for heading in row["heading_path"] or ()),
                text=without_links(row["text"]),
                raw=row["text"],
                path=row["path"],
                whole=parts[place] == 1 and place not in parents,
                names=named.get(row["passage_id"], {}),
                version=version_of(row["path"]),
                part=_part(row["path"]),
                repository=row["repository"] or "",
                source=row["source"],
                product=product_of(row, named_products),
                before=asked.pop(row["document_id"], ()) if row["heading_path"] else (),
            )
        )
    return found


def project_name(project: Mapping[str, object], section: Section | None = None) -> str:
    """Return the name to use in questions: "Prometheus", "etcd v3.4" for versioned documents."""
    name = section.product if section and section.product else None
    name = name or re.sub(r"\s*\([^()]*\)$", "", str(project["name"]))
    return f"{name} {section.version}" if section and section.version else name


def with_version(phrase: str, project: Mapping[str, object], section: Section) -> str:
    """Return a phrase in which the project's name has its version, where the section has one."""
    if section.version is None:
        return phrase
    asked = project_name(project, section)
    name = asked.removesuffix(f" {section.version}")
    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w| v?\d)", lambda _: asked, phrase, count=1)


def _names_by_passage(nodes: pl.DataFrame) -> dict[str, dict[str, str]]:
    named: dict[str, dict[str, str]] = {}
    wanted = nodes.filter(pl.col("label").is_in(_NAMED_LABELS)).sort("name", "label")
    for row in wanted.select("name", "label", "passage_ids").to_dicts():
        for passage_id in row["passage_ids"]:
            named.setdefault(passage_id, {}).setdefault(row["name"], row["label"])
    return named


def version_of(path: str) -> str | None:
    for folder in path.split("/")[:-1]:
        match = _VERSION.fullmatch(folder)
        if match:
            return f"v{match[1] or match[2]}"
    return None


def _part(path: str) -> str | None:
    folders = path.split("/")
    stem = folders[-1].rpartition(".")[0]
    for number, folder in enumerate(folders[:-1]):
        noun = _PART_FOLDERS.get(folder.lower())
        if noun and stem.lower() not in ("readme", "index", "_index"):
            return f"the {stem} {noun}"
        if noun and number + 2 == len(folders) - 1:
            return f"the {folders[number + 1]} {noun}"
    return None
