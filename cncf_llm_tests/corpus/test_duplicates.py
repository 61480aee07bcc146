import numpy
import polars as pl
import pytest

from cncf_llm.corpus.clusters import largest_clusters
from cncf_llm.corpus.duplicates import (
    BAND_NUMBERS,
    BANDS,
    DUPLICATES,
    equal_key,
    find_duplicates,
    shingles,
    signature_of,
)
from cncf_llm.corpus.pages import keep_order, page_of

WORDS = [f"word{number}" for number in range(120)]


def candidate(
    name: str, text: str, heading: str = "Page", prose: str | None = None, place: str = "page"
) -> dict:
    return {
        "passage_id": name,
        "equal": equal_key(heading, text),
        "text": text,
        "signature": signature_of(text, text if prose is None else prose),
        "place": place,
    }


def found(*candidates: dict) -> list[tuple]:
    frame = pl.DataFrame(candidates, schema_overrides={"signature": pl.Binary})
    return find_duplicates(frame).rows()


def test_equal_texts_are_exact_duplicates_of_the_first():
    text = " ".join(WORDS)
    spaced = text.upper().replace(" ", "\n")
    assert found(candidate("a", text), candidate("b", spaced)) == [("b", "a", "exact-duplicate")]


def test_short_equal_texts_differ_by_their_headings():
    one, other = candidate("a", "Default: none.", "--x"), candidate("b", "Default: none.", "--y")
    assert found(one, other) == []
    assert found(one, candidate("c", "Default: none.", "--x")) == [("c", "a", "exact-duplicate")]


def test_texts_with_few_changes_are_near_duplicates():
    changed = " ".join([*WORDS[:60], "other", *WORDS[61:]])
    assert found(candidate("a", " ".join(WORDS)), candidate("b", changed)) == [
        ("b", "a", "near-duplicate")
    ]


def test_texts_with_many_changes_are_kept():
    changed = " ".join(word if number % 8 else "other" for number, word in enumerate(WORDS))
    assert found(candidate("a", " ".join(WORDS)), candidate("b", changed)) == []


def test_templated_reference_pages_do_not_collapse():
    pages = [
        candidate(
            f"page{number}",
            f"Shows the status of {kind} objects.\n\n```\ntool get {kind} [flags]\n"
            + "      --help      help for the command\n      --output    format of output\n" * 8
            + "```",
            prose=f"Shows the status of {kind} objects.",
        )
        for number, kind in enumerate(["pod", "node", "service", "job", "secret"])
    ]
    assert found(*pages) == []


def templated(filled_in: str, number: int) -> str:
    """A page of which all but one sentence is on each page of its kind."""
    shared = [f"{' '.join(WORDS[start : start + 12])}." for start in range(0, 108, 12)]
    return " ".join([*shared[:4], f"{filled_in} {number}.", *shared[4:]])


def test_pages_that_share_boilerplate_are_judged_by_what_is_their_own():
    talks = ["We spoke in Paris", "A talk in Chicago", "Nothing", "Two updates", "See the report"]
    pages = [
        candidate(name, templated(talk, 7), place=f"{name}/report.md")
        for name, talk in zip("abcde", talks, strict=True)
    ]
    assert found(*pages) == []
    # Four are too few to tell what is boilerplate: they pass for copies.
    assert [one[2] for one in found(*pages[:4])] == ["near-duplicate"] * 3


def test_versions_of_a_section_are_compared_as_a_whole():
    versions = [
        candidate(str(number), templated("Since version", number), place="upgrade.md")
        for number in range(6)
    ]
    assert [one[1] for one in found(*versions)] == ["0"] * 5


def test_pages_that_name_themselves_are_not_copies():
    def pair(one: str, other: str) -> list[tuple]:
        return found(
            candidate("a", templated(f"The {one} rate limit", 1), place=f"{one}-limit.md"),
            candidate("b", templated(f"The {other} rate limit", 1), place=f"{other}-limit.md"),
        )

    assert pair("global", "local") == []
    same = templated("The rate limit", 1)
    moved = candidate("b", same + " Moved.", place="local.md")
    assert len(found(candidate("a", same, place="global.md"), moved)) == 1


def test_a_series_is_not_made_of_copies():
    notes = [
        candidate(name, templated("Fixed", number), place=f"releases/{name}.md > Fixes")
        for number, name in enumerate(["v1.7.4", "v1.8.1"])
    ]
    assert found(*notes) == []


def test_the_largest_cluster_is_counted_by_pages():
    rows = [
        {"passage_id": name, "page": page, "place": f"{page} > Use", "text": "Text."}
        for name, page in [("a", "x.md"), ("b", "x.md"), ("c", "y.md"), ("d", "z.md")]
    ]
    near = [("b", "a", "near-duplicate"), ("c", "a", "near-duplicate")]
    duplicates = pl.DataFrame([*near, ("d", "a", "exact-duplicate")], DUPLICATES, orient="row")
    clusters = largest_clusters(duplicates, pl.DataFrame(rows))
    assert clusters.rows() == [("x.md > Use", 2, 3, "Text.")]
    assert largest_clusters(duplicates.clear(), pl.DataFrame(rows)).is_empty()


@pytest.mark.parametrize(
    "path",
    [
        "content/en/docs/v3.6/op-guide/a.md",
        "content/docs/v3.4/op-guide/a.md",
        "content/zh/docs/op-guide/a.md",
        "content/latest/op-guide/a.md",
        "content/2-edge/op-guide/a.md",
        "content/v1.20-docs/op-guide/a.md",
        "versioned_docs/version-3/op-guide/a.md",
        "i18n/de/docusaurus-plugin-content-docs/current/op-guide/a.md",
    ],
)
def test_versions_and_translations_are_one_page(path):
    assert page_of("o/r", path) == "o/r/op-guide/a.md"


@pytest.mark.parametrize("path", ["notes/v1.5.md", "notes/v1.6.md", "blog/2021/a.md", "sig-docs/a"])
def test_other_pages_are_pages_of_their_own(path):
    assert page_of("o/r", path) == f"o/r/{path}"


def test_near_duplicates_do_not_chain():
    versions = [
        " ".join(
            f"v{version}" if position < version * 6 else word for position, word in enumerate(WORDS)
        )
        for version in range(5)
    ]
    dropped = found(*(candidate(str(number), text) for number, text in enumerate(versions)))
    assert 0 < len(dropped) < 4  # the last shares far too little with the first


def test_signatures_are_the_same_in_every_process_and_absent_for_short_texts():
    text = " ".join(WORDS)
    signature = signature_of(text, text)
    assert signature == signature_of(text, text)
    assert len(signature or b"") == 256
    assert signature_of("a few words", "a few words") is None


def test_which_of_two_equal_passages_is_kept():
    places = [
        ("repository", "r", "docs/a.md"),
        ("repository", "r", "2-edge/a.md"),
        ("repository", "r", "latest/a.md"),
        ("repository", "r", "docs/v3.10/a.md"),
        ("repository", "r", "v3.9-docs/a.md"),
        ("repository", "r", "docs/v3.8/a.md"),
        ("repository", "r", "i18n/de/a.md"),
        ("website", "h", "a"),
        ("stackoverflow", "s", "1"),
    ]
    assert sorted([*places[4:], *places[:4]], key=lambda place: keep_order(*place)) == places


def test_passages_proposed_by_bands_are_those_of_the_library():
    from datasketch import MinHash, MinHashLSH

    texts = [
        " ".join(word if number >= changed else f"x{changed}" for number, word in enumerate(WORDS))
        for changed in range(0, 40, 2)
    ]
    index = MinHashLSH(threshold=0.75, num_perm=64)
    assert (index.r, index.b) == (BAND_NUMBERS, BANDS)
    expected, kept = [], {}
    for name, text in enumerate(texts):
        signature = numpy.frombuffer(signature_of(text, text) or b"", dtype="<u4")
        sketch = MinHash(num_perm=64, seed=1)
        sketch.hashvalues = signature.astype(numpy.uint32)
        near = sorted(int(str(one)) for one in index.query(sketch))
        grams = shingles(text)
        same = [one for one in near if len(grams & kept[one]) / len(grams | kept[one]) >= 0.85]
        if same:
            expected.append((str(name), str(same[0]), "near-duplicate"))
            continue
        kept[name] = grams
        index.insert(str(name), sketch)
    assert expected
    assert found(*(candidate(str(name), text) for name, text in enumerate(texts))) == expected
