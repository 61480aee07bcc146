import polars as pl

from cncf_llm.corpus import encodings, languages_dropped, replacements


def test_what_was_dropped_is_counted_by_language():
    drops = pl.DataFrame(
        {
            "reason": ["not-english", "not-english", "too-short", "not-english"],
            "detail": ["zh", "de", "See.", "zh"],
        }
    )
    assert languages_dropped(drops) == {"zh": 2, "de": 1}
    assert languages_dropped(drops.clear()) == {}


def test_replacements_and_encodings_are_counted():
    documents = pl.DataFrame(
        {"replaced": [["EMAIL", "TOKEN"], [], ["EMAIL"]], "encoding": ["utf-8", None, "utf-8"]}
    )
    assert replacements(documents) == {"EMAIL": 2, "TOKEN": 1}
    assert encodings(documents) == {"utf-8": 2}
