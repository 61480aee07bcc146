"""All of a project's documents as one table of English passages without duplicates."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from cncf_llm.corpus.duplicates import Candidate, Duplicate, find_duplicates, keep_order
from cncf_llm.corpus.licences import permitted
from cncf_llm.corpus.reading import read_documents
from cncf_llm.corpus.tables import DOCUMENTS, PASSAGES, READ_DOCUMENTS, READ_DROPS, READ_PASSAGES
from cncf_llm.corpus.version import VERSION
from cncf_llm.store import DROPS, carry_over

_PROVENANCE = [
    "document_id",
    "source",
    "repository",
    "path",
    "revision",
    "url",
    "licence",
    "attribution",
]


@dataclass(frozen=True)
class Corpus:
    """The result of `unify`.

    `tables` holds passages, documents and drops, which are the result, and read_passages,
    read_documents, read_drops and inputs, which the next call reuses. `parsed`, `reused` and
    `removed` count documents. `largest_cluster` is how many passages were dropped in favour of the
    same one as near duplicates: a large number means that templated pages collapsed.
    """

    tables: dict[str, pl.DataFrame]
    parsed: int
    reused: int
    removed: int
    largest_cluster: int

    @property
    def passages(self) -> pl.DataFrame:
        return self.tables[PASSAGES.name]

    @property
    def documents(self) -> pl.DataFrame:
        return self.tables[DOCUMENTS.name]

    @property
    def drops(self) -> pl.DataFrame:
        return self.tables[DROPS.name]


def unify(
    documents: pl.DataFrame,
    previous: Mapping[str, pl.DataFrame] | None,
    *,
    allowed_licences: Collection[str] | None = None,
    workers: int = 1,
) -> Corpus:
    """Return the passages of all documents (rows of `ingest.DOCUMENTS`) of one project.

    `previous` is the `tables` of an earlier result: documents whose content is unchanged are not
    read again. The result is the same with and without `previous`, for any number of `workers`
    (processes that read large inputs), and for any order of the documents. Each document is in the
    documents table, with a `drop_reason` when no passage of it was kept, and then also in drops.
    One whose licence cannot be met with `allowed_licences` (SPDX ids; None: any) is not read at all
    (`licence-not-allowed`).
    """
    every = documents.sort("document_id")
    refused = _refused(every, allowed_licences)
    ordered = every.filter(~pl.col("licence").is_in(refused))
    # The media type decides the parser, so it is part of what a document's passages depend on.
    inputs = ordered.with_columns(pl.concat_str("content_hash", "media_type").alias("content_hash"))
    carried = carry_over(
        inputs,
        previous,
        lambda changed: read_documents(changed, workers),
        key="document_id",
        recipe=f"corpus {VERSION}",
    )
    read_passages = carried.tables[READ_PASSAGES.name]
    duplicates = find_duplicates(_candidates(read_passages, ordered))
    dropped_ids = pl.Series([one.passage_id for one in duplicates], dtype=pl.String)
    kept = read_passages.filter(~pl.col("passage_id").is_in(dropped_ids.implode()))
    index, drops = _account(carried.tables, kept, read_passages, duplicates)
    not_read = every.filter(pl.col("licence").is_in(refused))
    index = pl.concat([index, DOCUMENTS.frame(_not_read(row) for row in _places(not_read))])
    drops = pl.concat([drops, DROPS.frame(_not_allowed(row) for row in _places(not_read))])
    clusters = Counter(one.kept_id for one in duplicates if one.reason == "near-duplicate")
    return Corpus(
        tables={
            PASSAGES.name: _with_provenance(kept, ordered),
            DOCUMENTS.name: index,
            DROPS.name: drops,
            **carried.tables,
        },
        parsed=carried.computed,
        reused=carried.reused,
        removed=carried.removed,
        largest_cluster=max(clusters.values(), default=0),
    )


def _refused(documents: pl.DataFrame, allowed: Collection[str] | None) -> list[str]:
    """Return the licences among the documents' that are not permitted."""
    found = documents["licence"].unique().sort()
    return [] if allowed is None else [one for one in found if not permitted(one, allowed)]


def _places(documents: pl.DataFrame) -> list[dict]:
    return documents.select(
        "document_id", "project", "repository", "path", "licence", "licence_source"
    ).to_dicts()


def _not_read(row: dict) -> dict:
    unread = {"title": None, "language": None, "passages": 0, "drop_reason": "licence-not-allowed"}
    return {"document_id": row["document_id"], "project": row["project"], **unread}


def _not_allowed(row: dict) -> dict:
    detail = f"{row['licence']}, found in {row['licence_source'] or 'no file'}: "
    detail += f"{row['repository']}/{row['path'].lstrip('/')}"
    return _drop(row["project"], row["document_id"], "licence-not-allowed", detail)


def _candidates(read_passages: pl.DataFrame, documents: pl.DataFrame) -> list[Candidate]:
    """Return the passages in the order in which the first of equal ones is kept."""
    places = documents.select("document_id", "source", "repository", "path").iter_rows()
    order = {document_id: keep_order(*place) for document_id, *place in places}
    columns = (
        "document_id",
        "position",
        "passage_id",
        "title",
        "heading_path",
        "text",
        "signature",
    )
    rows = sorted(
        read_passages.select(columns).iter_rows(),
        key=lambda row: (order[row[0]], row[0], row[1]),
    )
    return [
        Candidate(passage_id, " > ".join([title, *path]), text, signature)
        for _, _, passage_id, title, path, text, signature in rows
    ]


def _with_provenance(kept: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """Join what may change while the content does not: the commit, the permalink, the licence."""
    provenance = documents.select(_PROVENANCE)
    joined = kept.join(provenance, on="document_id", how="left", maintain_order="left")
    return joined.select(list(PASSAGES.columns)).cast(PASSAGES.schema)  # pyright: ignore[reportArgumentType]


def _account(
    tables: Mapping[str, pl.DataFrame],
    kept: pl.DataFrame,
    read_passages: pl.DataFrame,
    duplicates: list[Duplicate],
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the documents and drops tables, with the duplicates taken into account."""
    left = dict(kept.group_by("document_id").len().iter_rows())
    index = []
    drops = tables[READ_DROPS.name].select(list(DROPS.columns)).to_dicts()
    project_of = dict(read_passages.select("passage_id", "project").iter_rows())
    for row in tables[READ_DOCUMENTS.name].to_dicts():
        row["passages"] = left.get(row["document_id"], 0)
        if row["passages"] == 0 and row["drop_reason"] is None:
            row["drop_reason"] = "all-duplicates"
            detail = "each of its passages is in another document"
            drops.append(_drop(row["project"], row["document_id"], "all-duplicates", detail))
        index.append(row)
    drops.extend(
        _drop(project_of[one.passage_id], one.passage_id, one.reason, one.kept_id)
        for one in sorted(duplicates, key=lambda one: one.passage_id)
    )
    return DOCUMENTS.frame(index), DROPS.frame(drops)


def _drop(project: str, item: str, reason: str, detail: str) -> dict:
    return {"project": project, "item": item, "reason": reason, "detail": detail}
