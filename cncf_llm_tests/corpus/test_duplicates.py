import numpy
import polars as pl

from cncf_llm.corpus.duplicates import (
    BAND_NUMBERS,
    BANDS,
    equal_key,
    find_duplicates,
    keep_order,
    shingles,
    signature_of,
)

WORDS = [f"word{number}" for number in range(120)]


def candidate(name: str, text: str, heading: str = "Page", prose: str | None = None) -> dict:
    return {
        "passage_id": name,
        "equal": equal_key(heading, text),
        "text": text,
        "signature": signature_of(text, text if prose is None else prose),
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
        ("repository", "r", "docs/v3.10/a.md"),
        ("repository", "r", "docs/v3.9/a.md"),
        ("repository", "r", "i18n/de/a.md"),
        ("website", "h", "a"),
        ("stackoverflow", "s", "1"),
    ]
    assert sorted([*places[3:], *places[:3]], key=lambda place: keep_order(*place)) == places


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
