import hashlib
import random
from pathlib import Path

import polars as pl

from cncf_llm.entities import train_recognizer
from cncf_llm.entities.examples import with_other_names
from cncf_llm.entities.gazetteer import Gazetteer
from cncf_llm.entities.spans import Span
from cncf_llm.entities.train import ordinary_words, sample_passages
from cncf_llm_tests.entities.conftest import SENTENCES, passages


def digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    named = (path.relative_to(folder).as_posix().encode() + path.read_bytes() for path in files)
    return hashlib.sha256(b"".join(named)).hexdigest()


def test_training_again_gives_the_same_bytes(
    trained: Path, gazetteer: Gazetteer, tmp_path: Path
) -> None:
    reports = []
    facts = train_recognizer(
        passages(*SENTENCES).reverse(),
        gazetteer,
        tmp_path / "again",
        steps=2,
        report=lambda step, steps, loss: reports.append((step, steps)),
    )
    assert digest(tmp_path / "again") == digest(trained)
    assert reports == [(1, 2), (2, 2)]
    assert facts["weak_labels"] > 10
    assert facts["loss_first"] > 0


def test_another_seed_gives_another_pipeline(
    trained: Path, gazetteer: Gazetteer, tmp_path: Path
) -> None:
    train_recognizer(passages(*SENTENCES), gazetteer, tmp_path / "other", steps=2, seed=1)
    assert digest(tmp_path / "other") != digest(trained)


def test_with_nothing_to_learn_from_the_rules_remain(gazetteer: Gazetteer, tmp_path: Path) -> None:
    facts = train_recognizer(passages("nothing here to be found"), gazetteer, tmp_path / "p")
    assert facts["steps"] == 0
    assert facts["weak_labels"] == 0
    train_recognizer(passages(), gazetteer, tmp_path / "q")


def test_the_sample_is_even_over_projects_and_blind_to_order() -> None:
    many = passages(*(f"text {i}" for i in range(20)), project="a")
    few = passages("one", "two", project="b").with_columns("b" + pl.col("passage_id"))
    both = pl.concat([many, few.select(many.columns)])
    sample = sample_passages(both, 6, seed=0)
    assert sample["project"].to_list().count("b") == 2
    assert sample.equals(sample_passages(both.reverse(), 6, seed=0))


def test_replaced_names_keep_their_spans_in_step() -> None:
    text = "Flux and Harbor and Flux again, on 1.2"
    spans = [
        Span(0, 4, "PROJECT", "Flux", "gazetteer"),
        Span(9, 15, "PROJECT", "Harbor", "gazetteer"),
        Span(20, 24, "PROJECT", "Flux", "gazetteer"),
        Span(35, 38, "VERSION", "1.2", "pattern"),
    ]
    seen = set()
    for seed in range(20):
        pools = {
            "PROJECT": ["Some Other Thing"],
            "COMPONENT": [],
            "ORGANIZATION": [],
            "PLATFORM": [],
        }
        new, marks, _ = with_other_names(text, spans, [], pools, random.Random(seed))
        names = [new[a:b] for a, b, _ in marks]
        assert names[0] == names[2]
        assert names[3] == "1.2"
        assert new.startswith(names[0] + " and ")
        seen.add(names[0])
    assert {"Flux", "Some Other Thing"} < seen


def test_ordinary_words_are_those_written_in_lower_case() -> None:
    assert ordinary_words(["the Keep keeps", "the keep", "keep the-thing"]) == {"the", "keep"}
