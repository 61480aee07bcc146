from dataclasses import replace

import pytest

from cncf_llm.store.bucket import Bucket
from cncf_llm.training import TrainingError, exchange
from cncf_llm.training.exchange import Progress
from cncf_llm.training.runtime import Trained
from cncf_llm.training.tables import CURVE
from cncf_llm_tests.training import tiny
from cncf_llm_tests.training.nodes import job_of, upload_folder


@pytest.fixture
def place(s3):
    return Bucket(f"{s3}/_training/job")


@pytest.fixture
def handed(s3, place, tmp_path):
    """Hand over a job whose base model is one file."""
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "config.json").write_text("{}")
    files = upload_folder(Bucket(s3), "model", tmp_path / "base")
    job, tables = job_of(f"{s3}/model", files, tiny.pairs(), tiny.pairs(["red"]), tiny.LORA)
    exchange.hand_over(place, job, tables)
    return job


def adapter(folder, weights=b"weights"):
    folder.mkdir()
    (folder / "adapter_config.json").write_text("{}")
    (folder / "adapter_model.safetensors").write_bytes(weights)
    return folder


def test_nodes_read_the_job_its_pairs_and_the_base_model(place, handed, tmp_path):
    job = exchange.read_job(place)
    assert job == handed
    exchange.bring(place, job, tmp_path / "node")
    assert (tmp_path / "node" / "base" / "config.json").read_text() == "{}"
    assert (tmp_path / "node" / "train.parquet").is_file()


def test_name_is_the_same_for_the_same_training_alone(handed):
    assert replace(handed).name == handed.name
    assert len(handed.name) <= 40  # names of pods are made of it, and end at 63
    others = [
        replace(handed, seed=1),
        replace(handed, code="2"),
        replace(handed, recipe=replace(tiny.LORA, nodes=2)),
        replace(handed, pairs={**handed.pairs, "train": "0" * 64}),
    ]
    assert len({handed.name, *(other.name for other in others)}) == 5


def test_changed_pairs_or_base_model_are_not_trained_on(s3, place, handed, tmp_path):
    place.put_whole("train.parquet", b"something else")
    with pytest.raises(TrainingError, match=r"train\.parquet is not what was handed over"):
        exchange.bring(place, handed, tmp_path / "one")
    Bucket(s3).put_whole("model/config.json", b"[]")
    with pytest.raises(TrainingError, match=r"config\.json is not what was handed over"):
        exchange.bring(place, handed, tmp_path / "two")


def test_names_do_not_lead_out_of_the_folder(place, handed, tmp_path):
    for name in ("../outside", "/outside", "a/../../outside"):
        with pytest.raises(TrainingError, match="no name of a file"):
            exchange.bring(place, replace(handed, base_files={name: "0" * 64}), tmp_path / "node")
    assert not list(tmp_path.rglob("outside"))


def test_folder_without_a_job_is_refused(place):
    with pytest.raises(TrainingError, match=r"has no job\.json"):
        exchange.read_job(place)


def test_result_comes_back_with_its_hashes(place, tmp_path):
    assert exchange.take(place, tmp_path / "taken") is None
    curve = CURVE.frame([{"step": 1, "train_loss": 2.0, "validation_loss": None}])
    trained = Trained({"steps": 1}, curve)
    exchange.give(place, adapter(tmp_path / "given"), trained)
    taken = exchange.take(place, tmp_path / "taken")
    assert taken is not None
    assert taken.facts == {"steps": 1}
    assert taken.curve.equals(curve)
    assert (tmp_path / "taken" / "adapter_model.safetensors").read_bytes() == b"weights"
    place.put_whole("adapter_model.safetensors", b"others")
    with pytest.raises(TrainingError, match="not what was handed over"):
        exchange.take(place, tmp_path / "again")


def test_last_checkpoint_is_kept_and_no_other(place, tmp_path):
    exchange.restore_checkpoint(place, tmp_path / "none")
    assert not (tmp_path / "none").exists()
    for step in (3, 6):
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        (folder / "same.json").write_text("{}")
        (folder / "trainer_state.json").write_text(f'{{"global_step": {step}}}')
        exchange.keep_checkpoint(place, folder)
    assert len(list(place.keys("checkpoint/"))) == 2
    exchange.restore_checkpoint(place, tmp_path / "restored")
    (found,) = (tmp_path / "restored").iterdir()
    assert found.name == "checkpoint-6"
    assert sorted(file.name for file in found.iterdir()) == ["same.json", "trainer_state.json"]


def test_first_failure_is_the_cause_and_a_new_attempt_begins_without_it(place, handed, tmp_path):
    assert exchange.first_failure(place) is None
    exchange.report_failure(place, 0, 20.0, "DistBackendError: the other one is gone")
    exchange.report_failure(place, 3, 10.0, "OutOfMemoryError: of the GPU")
    assert exchange.first_failure(place) == "process 3: OutOfMemoryError: of the GPU"
    exchange.tell(place, Progress(5, 10, [{"step": 5, "train_loss": 1.0}]))
    assert exchange.told(place) == Progress(5, 10, [{"step": 5, "train_loss": 1.0}])
    tables = {"train": b"", "validation": b""}
    exchange.hand_over(place, handed, tables)
    assert exchange.first_failure(place) is None
    assert exchange.told(place) is None
    exchange.clear(place)
    assert list(place.keys("")) == []
