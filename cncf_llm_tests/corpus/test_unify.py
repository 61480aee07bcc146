import polars as pl
from polars.testing import assert_frame_equal

from cncf_llm.corpus import PASSAGES, unify
from cncf_llm.store import DROPS, content_hash, count_reasons, stable_id

ENGLISH = "The server keeps all the data in memory and writes it to disk every few minutes."
GERMAN = "Der Server hält alle Daten im Speicher und schreibt sie alle paar Minuten auf die Platte."


def row(path: str, content: str | bytes, media_type: str = "text/markdown", **other) -> dict:
    content = content.encode() if isinstance(content, str) else content
    return {
        "document_id": stable_id("doc", "repository", "o/r", path),
        "project": "demo",
        "source": "repository",
        "repository": "o/r",
        "path": path,
        "revision": "c0ffee",
        "url": f"https://example.org/{path}",
        "media_type": media_type,
        "licence": "Apache-2.0",
        "licence_source": "LICENSE",
        "attribution": None,
        "content": content,
        "content_hash": content_hash(content),
    } | other


def documents(*rows: dict) -> pl.DataFrame:
    return pl.DataFrame(rows, schema_overrides={"attribution": pl.String})


A = row(
    "a.md", f"# Page A\n\n{ENGLISH}\n\n## Use\n\nUse the option `--a` to start the first server.\n"
)
B = row("b.md", "# Page B\n\nThis page is about something that no other page of the project has.\n")
C = row("c.md", f"# Page A\n\n{ENGLISH}\n")


def test_passages_carry_their_origin():
    corpus = unify(documents(A), None)
    assert corpus.passages.schema == PASSAGES.schema
    first = corpus.passages.row(1, named=True)
    assert first["heading_path"] == ["Use"]
    assert first["title"] == "Page A"
    assert (first["position"], first["tokens"]) == (1, 9)
    assert (first["revision"], first["licence"], first["path"]) == ("c0ffee", "Apache-2.0", "a.md")
    assert corpus.passages["passage_id"].str.starts_with("psg-").all()


def test_every_document_has_passages_or_a_reason():
    rows = [
        A,
        C,
        row("de.md", (GERMAN + "\n\n") * 3),
        row("empty.md", " \n"),
        row("headings.md", "# Only\n\n## Headings\n"),
        row("short.md", "See."),
        row("odd.bin", "x", "application/octet-stream"),
        row("bad.pdf", "%PDF-1.4", "application/pdf"),
        row("long.md", "```\n" + "word " * 2000 + "\n```"),
    ]
    corpus = unify(documents(*rows), None)
    paths = {one["document_id"]: one["path"] for one in rows}
    reasons = {
        paths[key]: reason
        for key, reason in corpus.documents.select("document_id", "drop_reason").iter_rows()
    }
    assert reasons == {
        "a.md": None,
        "c.md": "all-duplicates",
        "de.md": "not-english",
        "empty.md": "empty",
        "headings.md": "no-text",
        "short.md": "too-short",
        "odd.bin": "unreadable-media-type",
        "bad.pdf": "unreadable-pdf-damaged",
        "long.md": "too-long",
    }
    assert corpus.drops.schema == DROPS.schema
    dropped = set(corpus.drops["item"])
    assert all((key in dropped) == (reasons[path] is not None) for key, path in paths.items())
    assert corpus.drops.filter(pl.col("reason") == "not-english")["detail"].to_list() == ["de"]


def test_a_mixed_page_keeps_its_english_passages():
    page = (
        f"# Page\n\n{ENGLISH} {ENGLISH}\n\n## Mehr\n\n{GERMAN} {GERMAN}\n\n## More\n\n{ENGLISH}\n"
    )
    corpus = unify(documents(row("mixed.md", page)), None)
    assert corpus.passages["heading_path"].to_list() == [[], ["More"]]
    assert count_reasons(corpus.drops) == {"not-english": 1}


def test_a_duplicate_names_the_passage_that_is_kept():
    corpus = unify(documents(C, A), None)
    kept = corpus.passages.filter(pl.col("path") == "a.md")["passage_id"][0]
    duplicate = corpus.drops.row(by_predicate=pl.col("reason") == "exact-duplicate", named=True)
    assert duplicate["detail"] == kept


def test_only_what_changed_is_read_and_the_result_is_that_from_scratch():
    before = unify(documents(A, B, C), None)
    changed = row(
        "b.md", "# Page B\n\nThis page was changed and now it says something else entirely.\n"
    )
    moved = C | {"revision": "beef", "url": "https://example.org/moved"}
    added = row(
        "d.md", "# Page D\n\nA page that was not there before and that is about monitoring.\n"
    )
    now = documents(changed, moved, added)

    after = unify(now, before.tables)

    assert (after.parsed, after.reused, after.removed) == (2, 1, 1)
    scratch = unify(now, None)
    assert after.tables.keys() == scratch.tables.keys()
    for name, table in scratch.tables.items():
        assert_frame_equal(after.tables[name], table)
    # The page that was a duplicate of the deleted one has its passage back, from the new commit.
    back = after.passages.filter(pl.col("path") == "c.md")
    assert back["revision"].to_list() == ["beef"]


def test_nothing_changed_nothing_read():
    before = unify(documents(A, B), None)
    after = unify(documents(B, A), before.tables)
    assert (after.parsed, after.reused, after.removed) == (0, 2, 0)
    assert_frame_equal(after.passages, before.passages)


def test_another_media_type_is_a_change():
    before = unify(documents(A), None)
    after = unify(documents(A | {"media_type": "text/plain"}), before.tables)
    assert after.parsed == 1


def test_no_documents():
    empty = unify(documents(A).clear(), None)
    assert empty.passages.is_empty()
    assert empty.documents.is_empty()
    assert empty.drops.is_empty()


def test_a_document_whose_licence_is_not_allowed_is_left_out_and_counted():
    unknown = row("a-copy.md", A["content"], licence="unknown", licence_source=None)
    corpus = unify(documents(A, unknown, B), None, allowed_licences=["Apache-2.0"])
    assert corpus.parsed == 2
    assert set(corpus.passages["path"]) == {"a.md", "b.md"}
    assert count_reasons(corpus.drops) == {"licence-not-allowed": 1}
    (reason,) = corpus.documents.filter(pl.col("document_id") == unknown["document_id"])[
        "drop_reason"
    ]
    assert reason == "licence-not-allowed"
    assert corpus.drops["detail"][0] == "unknown, found in no file: o/r/a-copy.md"
    let_in = unify(documents(unknown), None, allowed_licences=["Apache-2.0", "unknown"])
    assert let_in.passages.height == 2


def test_secrets_are_replaced_in_all_that_is_kept_and_counted():
    page = (
        "# Ask jane@cncf.io\n\n## Or john@cncf.io\n\nWrite to jane@cncf.io about the first server, "
        "not to you@example.com.\n\nSee.\n\n## Short\n\nTo jane@cncf.io\n"
    )
    corpus = unify(documents(row("a.md", page)), None)
    passage = corpus.passages.row(0, named=True)
    assert passage["title"] == "Ask <EMAIL>"
    assert passage["heading_path"] == ["Or <EMAIL>"]
    assert passage["text"].startswith("Write to <EMAIL> about")
    assert "you@example.com" in passage["text"]
    assert corpus.documents["replaced"].to_list() == [["EMAIL"] * 4]
    for table in corpus.tables.values():
        assert "@cncf.io" not in str(table.to_dicts())


def test_encoding_and_damage_are_recorded():
    text = f"# Page\n\n{ENGLISH} It is the café of Zoë and Renée.\n"
    rows = [
        row("a.md", text),
        row("b.md", text.replace("Page", "Other").replace("the", "a").encode("cp1252")),
        row("c.md", b"\xff\xfe" + text.replace("It", "This").encode("utf-16-le")),
        row("d.md", text.replace("It", "That").encode().decode("cp1252")),
        row("e.pdf", "%PDF-1.4", "application/pdf"),
        row("f.html", text.encode("latin-1") + b"<meta charset=latin-1>", "text/html"),
    ]
    index = unify(documents(*rows), None).documents
    found = {row["document_id"]: (row["encoding"], row["damaged"]) for row in index.to_dicts()}
    assert [found[one["document_id"]] for one in rows] == [
        ("utf-8", 0),
        ("windows-1252", 0),
        ("utf-16-le", 0),
        ("utf-8", 1),
        (None, 0),
        ("latin-1", 0),
    ]


def test_a_page_rendered_from_a_file_is_dropped_whole_and_names_it():
    words = " ".join(f"Sentence {n} says how the part {n} of it works." for n in range(20))
    source = row(
        "docs/a.md", f"---\ntitle: A\ndescription: About A.\n---\n{ENGLISH}\n\n## B\n\n{words}"
    )
    html = f"<main><h1>A</h1><p>{ENGLISH}</p><h2>B</h2><p>{words}</p></main>"
    page = row("/a.html", html, "text/html", source="website", document_id="doc-page")
    corpus = unify(documents(source, page), None)
    assert corpus.passages["document_id"].unique().to_list() == [source["document_id"]]
    dropped = corpus.drops.filter(pl.col("item") == "doc-page").row(0, named=True)
    assert dropped["reason"] == "rendered-from-repository"
    assert dropped["detail"] == source["document_id"]
    other = row("/b.html", html.replace("part", "other thing"), "text/html", source="website")
    assert unify(documents(source, other), None).passages["source"].unique().len() == 2
