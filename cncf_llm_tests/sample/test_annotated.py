"""The annotated sentences of the sample keep to the rules for annotating."""

import json

import pytest

from cncf_llm import sample
from cncf_llm.entities import LABELS, RELATIONS, breaks_signature

ROWS = [json.loads(line) for line in sample.ANNOTATED.read_text(encoding="utf-8").splitlines()]


def test_there_are_enough_of_each_label():
    labels = [entity["label"] for row in ROWS for entity in row["entities"]]
    assert len(ROWS) == len({row["text"] for row in ROWS}) == 60
    assert min(labels.count(label) for label in LABELS) >= 4


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_spans_hold_names_and_relations_fit(row):
    end = 0
    for entity in row["entities"]:
        name = row["text"][entity["start"] : entity["end"]]
        assert name
        assert name == name.strip(" .,`\"'")
        assert entity["start"] >= end
        end = entity["end"]
    for relation in row["relations"]:
        ends = [row["entities"][relation[end]]["label"] for end in ("head", "tail")]
        assert relation["type"] in RELATIONS
        assert breaks_signature(relation["type"], *ends) is None


def test_no_sentence_is_one_of_the_documents():
    """Otherwise the recognizer would be scored on what it has read."""
    folder = sample.LANDSCAPE.parent
    files = [file for file in folder.rglob("*") if file.suffix in (".md", ".rst", ".html", ".txt")]
    read = " ".join(" ".join(file.read_text(encoding="utf-8").split()) for file in files)
    assert [row["text"] for row in ROWS if row["text"] in read] == []
