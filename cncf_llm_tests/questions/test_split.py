from collections import Counter

from cncf_llm.questions.split import common_split, split_of
from cncf_llm.store import stable_id


def test_shares_are_about_80_10_10():
    counts = Counter(split_of(stable_id("doc", number)) for number in range(5000))
    assert 0.77 < counts["train"] / 5000 < 0.83
    assert 0.08 < counts["validation"] / 5000 < 0.12
    assert 0.08 < counts["test"] / 5000 < 0.12


def test_the_split_of_a_document_is_fixed():
    # Frozen: a change would move documents between training and benchmark.
    tests = [number for number in range(40) if split_of(f"doc-{number}") == "test"]
    assert tests == [3, 19, 24, 34]


def test_documents_share_a_split_or_do_not():
    documents = [f"doc-{number}" for number in range(40)]
    train = [each for each in documents if split_of(each) == "train"]
    test = [each for each in documents if split_of(each) == "test"]
    assert common_split(train) == "train"
    assert common_split([*train, *test]) is None
