from pathlib import Path

import pytest
import spacy

from cncf_llm.entities import RecognizerError, load_recognizer, pipeline_digest, train_recognizer
from cncf_llm.entities.gazetteer import Gazetteer
from cncf_llm.entities.plain import units
from cncf_llm.entities.reading import recognize
from cncf_llm_tests.entities.conftest import SENTENCES, passages


def pipeline(folder: Path, label: str = "PROJECT") -> Path:
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns(  # type: ignore[attr-defined]
        [{"label": label, "pattern": "Quux"}, {"label": label, "pattern": "Prometheus server"}]
    )
    nlp.to_disk(folder)
    return folder


def test_its_entities_win_and_the_rules_fill_the_rest(tmp_path: Path, gazetteer: Gazetteer) -> None:
    chosen, folder = pipeline(tmp_path / "chosen"), tmp_path / "recognizer"
    facts = train_recognizer(passages(*SENTENCES), gazetteer, folder, pipeline=chosen)
    assert facts["steps"] == 0
    (unit,) = units("Quux feeds the Prometheus server over gRPC.")
    (one,) = recognize(load_recognizer(folder), [(unit, None)])
    assert [(span.name, span.label, span.method) for span in one.spans] == [
        ("Quux", "PROJECT", "model"),
        ("Prometheus server", "PROJECT", "model"),
        ("gRPC", "STANDARD", "gazetteer"),
    ]


def test_the_digest_names_the_content(tmp_path: Path) -> None:
    one, other = pipeline(tmp_path / "a"), pipeline(tmp_path / "b", "COMPONENT")
    assert pipeline_digest(one) == pipeline_digest(one)
    assert pipeline_digest(one) != pipeline_digest(other)


def test_what_is_no_pipeline_is_refused(tmp_path: Path, gazetteer: Gazetteer) -> None:
    with pytest.raises(RecognizerError, match="no spaCy pipeline"):
        pipeline_digest(tmp_path / "missing")
    strange = pipeline(tmp_path / "strange", "ANIMAL")
    with pytest.raises(RecognizerError, match="ANIMAL"):
        train_recognizer(passages(*SENTENCES), gazetteer, tmp_path / "r", pipeline=strange)


@pytest.mark.parametrize("name", ["code.py", "model.pkl"])
def test_code_and_pickles_are_refused(tmp_path: Path, name: str) -> None:
    folder = pipeline(tmp_path / "chosen")
    (folder / name).write_text("x")
    with pytest.raises(RecognizerError, match="no code and no pickles"):
        pipeline_digest(folder)


def test_links_are_refused(tmp_path: Path) -> None:
    folder = pipeline(tmp_path / "chosen")
    (folder / "more").symlink_to(tmp_path)
    with pytest.raises(RecognizerError, match="links"):
        pipeline_digest(folder)


def test_an_unknown_component_is_named(tmp_path: Path, gazetteer: Gazetteer) -> None:
    folder = pipeline(tmp_path / "chosen")
    config = (folder / "config.cfg").read_text()
    (folder / "config.cfg").write_text(
        config.replace('factory = "entity_ruler"', 'factory = "no_such_thing"')
    )
    with pytest.raises(RecognizerError, match="no_such_thing"):
        train_recognizer(passages(*SENTENCES), gazetteer, tmp_path / "r", pipeline=folder)
