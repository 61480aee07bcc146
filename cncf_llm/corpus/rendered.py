"""Website pages that are the rendered form of a file in a repository of the same project.

Judged by containment (Broder, 1997, https://doi.org/10.1109/SEQUEN.1997.666900): the share of the
page's word 5-grams that the file has too. Most passages of such a page are duplicates already; what
is left of it are traces of rendering, such as an introduction without its first sentence.
"""

from collections import Counter

import polars as pl

from cncf_llm.corpus.duplicates import shingles

SHARE = 0.8


def rendered_pages(passages: pl.DataFrame, duplicates: pl.DataFrame) -> dict[str, str]:
    """Return the document id of each rendered page with that of the file it was made from.

    `passages` are all of a project, before duplicates are removed, with `passage_id`,
    `document_id`, `source`, `text` and `tokens`; `duplicates` are rows of `duplicates.DUPLICATES`.
    The file is the one that most words of the page's duplicates are kept in.
    """
    pages = passages.filter(pl.col("source") == "website")
    if pages.is_empty():
        return {}
    found = {}
    for page, original in _originals(passages, pages, duplicates).items():
        grams = _grams(pages, page)
        if grams and len(grams & _grams(passages, original)) >= SHARE * len(grams):
            found[page] = original
    return found


def _originals(
    passages: pl.DataFrame, pages: pl.DataFrame, duplicates: pl.DataFrame
) -> dict[str, str]:
    """Return for each page the repository file with most of its words, if there is one."""
    in_files = passages.filter(pl.col("source") == "repository").select(
        pl.col("passage_id").alias("kept_id"), pl.col("document_id").alias("original")
    )
    shared = pages.join(duplicates, on="passage_id").join(in_files, on="kept_id")
    words: dict[str, Counter[str]] = {}
    for page, original, tokens in shared.select("document_id", "original", "tokens").iter_rows():
        words.setdefault(page, Counter())[original] += tokens
    return {
        page: min(counts, key=lambda original: (-counts[original], original))
        for page, counts in sorted(words.items())
    }


def _grams(passages: pl.DataFrame, document: str) -> set[str]:
    texts = passages.filter(pl.col("document_id") == document)["text"]
    return {gram for text in texts for gram in shingles(text)}
