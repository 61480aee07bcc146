import json
import socket
from dataclasses import replace

import polars as pl
import pytest

from cncf_llm.training import TrainingError, train_adapter
from cncf_llm.training.checkpoints import last_checkpoint
from cncf_llm.training.progress import curve_of
from cncf_llm_tests.training import tiny
from cncf_llm_tests.training.digests import digests

LINEAR = ["down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj"]


def train(base, folder, **options):
    (folder / "scratch").mkdir(parents=True, exist_ok=True)
    return train_adapter(
        base,
        tiny.pairs(),
        tiny.pairs(["red", "blue"]),
        folder / "adapter",
        scratch=folder / "scratch",
        recipe=tiny.LORA,
        **options,
    )


@pytest.fixture(scope="module")
def trained(tiny_model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lora")
    return train(tiny_model, folder), folder / "adapter"


def test_adapter_has_the_layout_of_peft_and_no_path_in_it(trained, tiny_model):
    _, adapter = trained
    assert sorted(digests(adapter)) == ["adapter_config.json", "adapter_model.safetensors"]
    config = json.loads((adapter / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "base_model"
    modules = config["target_modules"]
    assert sorted({module.rpartition(".")[2] for module in modules}) == LINEAR
    assert modules == sorted(modules)
    assert config["r"] == 4
    assert str(tiny_model) not in (adapter / "adapter_config.json").read_text()


def test_loss_falls_and_the_curve_reaches_the_last_step(trained):
    result, _ = trained
    curve = result.curve
    assert curve["step"].to_list() == [6, 8]
    assert curve["train_loss"][-1] < curve["train_loss"][0]
    assert curve["validation_loss"].null_count() == 0
    assert result.facts["steps"] == 8
    assert result.facts["pairs"] == 8


def test_interrupted_training_goes_on_to_the_same_bytes(trained, tiny_model, tmp_path):
    def stop(done, total, message):
        if done == 7:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        train(tiny_model, tmp_path, report=stop)
    again = train(tiny_model, tmp_path)
    whole, adapter = trained
    assert again.facts["resumed_at_step"] == 6
    assert again.curve.equals(whole.curve)
    assert digests(tmp_path / "adapter") == digests(adapter)


def test_training_prints_nothing_and_reaches_for_no_network(
    tiny_model, tmp_path, monkeypatch, capsys
):
    def refuse(self, address):
        raise AssertionError(f"tried to reach {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    reports = []
    train(tiny_model, tmp_path, report=lambda *report: reports.append(report))
    assert capsys.readouterr().out == ""
    assert (8, 8, "training the adapter") in reports


def test_training_without_validation_pairs(tiny_model, tmp_path):
    result = train_adapter(
        tiny_model,
        tiny.pairs(),
        tiny.pairs([]),
        tmp_path / "adapter",
        scratch=tmp_path,
        recipe=tiny.LORA,
    )
    assert result.facts["validation_loss"] is None
    assert result.curve["validation_loss"].null_count() == result.curve.height


def test_few_pairs_still_get_the_least_steps(tiny_model, tmp_path):
    result = train_adapter(
        tiny_model,
        tiny.pairs(["red"]),
        tiny.pairs([]),
        tmp_path / "adapter",
        scratch=tmp_path,
        recipe=replace(tiny.LORA, min_steps=5),
    )
    assert result.facts["steps"] == 5


def test_no_pairs_are_refused(tiny_model, tmp_path):
    with pytest.raises(TrainingError, match="no question-answer pairs"):
        train_adapter(
            tiny_model, tiny.pairs([]), tiny.pairs([]), tmp_path / "adapter", scratch=tmp_path
        )


def test_four_bit_needs_a_gpu(tiny_model, tmp_path):
    import torch

    from cncf_llm.training import LoraRecipe

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(TrainingError, match="CUDA"):
        train_adapter(
            tiny_model,
            tiny.pairs(),
            tiny.pairs([]),
            tmp_path / "adapter",
            scratch=tmp_path,
            recipe=LoraRecipe(four_bit=True),
        )


def test_half_written_checkpoint_is_removed(tmp_path):
    whole = tmp_path / "checkpoint-50"
    whole.mkdir()
    (whole / "trainer_state.json").write_text('{"global_step": 50}')
    for name, state in (("checkpoint-100", None), ("checkpoint-150", '{"global_st')):
        (tmp_path / name).mkdir()
        if state:
            (tmp_path / name / "trainer_state.json").write_text(state)
    assert last_checkpoint(tmp_path) == whole
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-50"]
    assert last_checkpoint(tmp_path / "missing") is None


def test_curve_joins_both_losses_of_a_step():
    history = [
        {"step": 5, "loss": 2.0, "grad_norm": 1.0},
        {"step": 5, "eval_loss": 2.5},
        {"step": 7, "train_runtime": 3.0},
    ]
    assert curve_of(history).rows() == [(5, 2.0, 2.5)]
    assert curve_of([]).schema == {
        "step": pl.Int64,
        "train_loss": pl.Float64,
        "validation_loss": pl.Float64,
    }
