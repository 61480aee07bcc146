import json
from pathlib import Path

import pytest

from cncf_llm.entities import AnnotationError, score_recognizer
from cncf_llm.entities.score import score_spans

SHARED = Path(__file__).resolve().parents[3] / "shared"


def test_exact_and_relaxed_agreement() -> None:
    gold = [[(0, 4, "PROJECT"), (10, 20, "CONCEPT")], [(0, 3, "VERSION")]]
    found = [[(0, 4, "PROJECT"), (12, 20, "CONCEPT")], [(5, 8, "VERSION"), (0, 3, "METRIC")]]
    table = score_spans(gold, found)

    def row(label: str, match: str) -> tuple:
        return table.filter(label=label, match=match).select("precision", "recall", "f1").row(0)

    assert row("PROJECT", "exact") == (1.0, 1.0, 1.0)
    assert row("CONCEPT", "exact") == (0.0, 0.0, 0.0)
    assert row("CONCEPT", "relaxed") == (1.0, 1.0, 1.0)
    assert row("METRIC", "exact") == (0.0, None, None)
    assert row("LANGUAGE", "exact") == (None, None, None)
    assert row("micro", "exact") == (1 / 4, 1 / 3, pytest.approx(2 / 7))
    assert row("micro without CONCEPT", "relaxed") == (1 / 3, 1 / 2, pytest.approx(0.4))


def test_a_bad_line_is_named(trained: Path, tmp_path: Path) -> None:
    good = json.dumps({"text": "Flux", "entities": [{"start": 0, "end": 4, "label": "PROJECT"}]})
    (tmp_path / "a.jsonl").write_text(f"{good}\n{{}}\n")
    with pytest.raises(AnnotationError, match="line 2"):
        score_recognizer(trained, tmp_path / "a.jsonl")


def test_the_rules_hold_on_the_development_set(trained: Path) -> None:
    annotated = SHARED / "datasets" / "entities" / "dev.jsonl"
    if not annotated.exists():
        pytest.skip("the annotated development set is not here")
    table = score_recognizer(trained, annotated).filter(match="exact")
    assert table.filter(label="micro without CONCEPT")["f1"][0] > 0.7
    assert table.filter(label="PROJECT")["precision"][0] > 0.85
