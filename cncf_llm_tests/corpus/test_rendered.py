import polars as pl

from cncf_llm.corpus.duplicates import DUPLICATES
from cncf_llm.corpus.rendered import rendered_pages

INTRO = "The server pulls samples from its targets at an interval and keeps them on its own disk."
LONG = " ".join(f"word{n}" for n in range(80))


def passages(*rows: tuple[str, str, str, str]) -> pl.DataFrame:
    columns = ("passage_id", "document_id", "source", "text")
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    return frame.with_columns(pl.col("text").str.split(" ").list.len().alias("tokens"))


def duplicates(**pairs: str) -> pl.DataFrame:
    rows = [(one, other, "exact-duplicate") for one, other in pairs.items()]
    return pl.DataFrame(rows, schema=DUPLICATES, orient="row")


def test_a_page_of_which_a_file_holds_most_is_rendered_from_it():
    found = rendered_pages(
        passages(
            ("f1", "file", "repository", f"About the server.\n\n{INTRO}"),
            ("f2", "file", "repository", LONG),
            ("p1", "page", "website", INTRO),
            ("p2", "page", "website", LONG),
        ),
        duplicates(p2="f2"),
    )
    assert found == {"page": "file"}


def test_a_page_with_much_of_its_own_is_none():
    own = " ".join(f"own{n}" for n in range(60))
    rows = passages(
        ("f2", "file", "repository", LONG),
        ("p1", "page", "website", own),
        ("p2", "page", "website", LONG),
    )
    assert rendered_pages(rows, duplicates(p2="f2")) == {}


def test_a_file_is_never_rendered_from_a_page_or_another_file():
    rows = passages(
        ("f1", "file", "repository", LONG),
        ("g1", "other", "repository", LONG),
        ("p1", "page", "website", LONG),
        ("q1", "copy", "website", LONG),
    )
    assert rendered_pages(rows, duplicates(g1="f1", q1="p1")) == {}
