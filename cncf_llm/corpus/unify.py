"""All of a project's documents as one table of English passages without duplicates."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from cncf_llm.corpus.clusters import largest_clusters
from cncf_llm.corpus.duplicates import find_duplicates
from cncf_llm.corpus.licences import permitted
from cncf_llm.corpus.pages import keep_order, page_of
from cncf_llm.corpus.reading import read_documents
from cncf_llm.corpus.rendered import rendered_pages
from cncf_llm.corpus.tables import DOCUMENTS, PASSAGES, READ_DOCUMENTS, READ_DROPS, READ_PASSAGES
from cncf_llm.corpus.version import VERSION
from cncf_llm.store import DROPS, carry_over

REUSED = (READ_PASSAGES.name, READ_DOCUMENTS.name, READ_DROPS.name, "inputs")
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
    `removed` count documents. `clusters` are the largest clusters of near duplicates (`CLUSTERS`):
    many pages in one mean that templated pages collapsed.
    """

    tables: dict[str, pl.DataFrame]
    parsed: int
    reused: int
    removed: int
    clusters: pl.DataFrame

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
    documents: pl.DataFrame | pl.LazyFrame,
    previous: Mapping[str, pl.DataFrame] | None,
    *,
    allowed_licences: Collection[str] | None = None,
    workers: int = 0,
) -> Corpus:
    """Return the passages of all documents (rows of `ingest.DOCUMENTS`) of one project.

    `previous` is the `tables` of an earlier result (`REUSED` names those that are needed):
    documents whose content is unchanged are not read again. The result is the same with and without
    `previous`, for any number of `workers` (see `read_documents`), and for any order of the
    documents. Each document is in the documents table, with a `drop_reason` when no passage of it
    was kept, and then also in drops. One whose licence cannot be met with `allowed_licences` (SPDX
    ids; None: any) is not read at all (`licence-not-allowed`). Of lazy documents, only the content
    of the changed ones is loaded.
    """
    contents = documents.lazy()
    every = contents.drop("content").collect().sort("document_id")
    refused = _refused(every, allowed_licences)
    ordered = every.filter(~pl.col("licence").is_in(refused))
    # The media type decides the parser, so it is part of what a document's passages depend on.
    inputs = ordered.with_columns(pl.concat_str("content_hash", "media_type").alias("content_hash"))
    carried = carry_over(
        inputs,
        previous,
        lambda changed: read_documents(_of(contents, changed), workers),
        key="document_id",
        recipe=f"corpus {VERSION}",
    )
    read_passages = carried.tables[READ_PASSAGES.name]
    compared = _in_keep_order(read_passages, ordered)
    duplicates = find_duplicates(compared)
    rendered = rendered_pages(
        read_passages.join(ordered.select("document_id", "source"), on="document_id"), duplicates
    )
    kept = read_passages.join(
        duplicates, on="passage_id", how="anti", maintain_order="left"
    ).filter(~pl.col("document_id").is_in(list(rendered)))
    index, drops = _account(carried.tables, kept, read_passages, duplicates, rendered)
    not_read = every.filter(pl.col("licence").is_in(refused))
    index = pl.concat([index, DOCUMENTS.frame(_not_read(row) for row in _places(not_read))])
    drops = pl.concat([drops, DROPS.frame(_not_allowed(row) for row in _places(not_read))])
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
        clusters=largest_clusters(duplicates, compared),
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
    return {
        "document_id": row["document_id"],
        "project": row["project"],
        "title": None,
        "language": None,
        "encoding": None,
        "damaged": 0,
        "replaced": [],
        "passages": 0,
        "drop_reason": "licence-not-allowed",
    }


def _not_allowed(row: dict) -> dict:
    detail = f"{row['licence']}, found in {row['licence_source'] or 'no file'}: "
    detail += f"{row['repository']}/{row['path'].lstrip('/')}"
    return {
        "project": row["project"],
        "item": row["document_id"],
        "reason": "licence-not-allowed",
        "detail": detail,
    }


def _of(documents: pl.LazyFrame, changed: pl.DataFrame) -> pl.DataFrame:
    """Return the changed documents with their content, in their order."""
    if changed.is_empty():
        return documents.clear().collect()
    wanted = documents.filter(pl.col("document_id").is_in(changed["document_id"].implode()))
    return wanted.collect().sort("document_id")


def _in_keep_order(read_passages: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """Return the passages in the order in which the first of equal ones is kept."""
    places = documents.select("source", "repository", "path", "document_id").iter_rows()
    ordered = sorted(
        (keep_order(source, repository, path), document_id, page_of(repository, path))
        for source, repository, path, document_id in places
    )
    schema = {"document_id": pl.String, "page": pl.String}
    pages = pl.DataFrame([one[1:] for one in ordered], schema=schema, orient="row")
    columns = ("passage_id", "document_id", "position", "heading_path", "equal", "text")
    ranked = read_passages.select(*columns, "signature").join(
        pages.with_row_index("rank"), on="document_id"
    )
    place = pl.concat_str("page", pl.col("heading_path").list.join(" > "), separator=" > ")
    return ranked.with_columns(place.alias("place")).sort("rank", "position")


def _with_provenance(kept: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """Join what may change while the content does not: the commit, the permalink, the licence."""
    provenance = documents.select(_PROVENANCE)
    joined = kept.join(provenance, on="document_id", how="left", maintain_order="left")
    return joined.select(list(PASSAGES.columns)).cast(PASSAGES.schema)  # pyright: ignore[reportArgumentType]


def _account(
    tables: Mapping[str, pl.DataFrame],
    kept: pl.DataFrame,
    read_passages: pl.DataFrame,
    duplicates: pl.DataFrame,
    rendered: Mapping[str, str],
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the documents and drops tables, with duplicates and rendered pages accounted for."""
    left = kept.group_by("document_id").agg(pl.len().cast(pl.Int64).alias("passages"))
    read = tables[READ_DOCUMENTS.name].drop("passages")
    counted = read.join(left, on="document_id", how="left", maintain_order="left").with_columns(
        pl.col("passages").fill_null(0)
    )
    all_gone = (pl.col("passages") == 0) & pl.col("drop_reason").is_null()
    original = pl.col("document_id").replace_strict(rendered, default=None, return_dtype=pl.String)
    reason = pl.when(original.is_not_null()).then(pl.lit("rendered-from-repository"))
    reason = reason.otherwise(pl.lit("all-duplicates"))
    documents = counted.filter(all_gone).select(
        "project",
        pl.col("document_id").alias("item"),
        reason.alias("reason"),
        original.fill_null("each of its passages is in another document").alias("detail"),
    )
    index = counted.with_columns(
        pl.when(all_gone).then(reason).otherwise("drop_reason").alias("drop_reason")
    )
    passages = (
        duplicates.join(read_passages.select("passage_id", "project"), on="passage_id")
        .sort("passage_id")
        .select(
            "project",
            pl.col("passage_id").alias("item"),
            "reason",
            pl.col("kept_id").alias("detail"),
        )
    )
    drops = pl.concat([tables[READ_DROPS.name].select(list(DROPS.columns)), documents, passages])
    return index.select(list(DOCUMENTS.columns)), drops
