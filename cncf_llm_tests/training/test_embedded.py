import json
from dataclasses import replace

import pytest

from cncf_llm.training import TrainingError, train_embedded_model
from cncf_llm.training.tiny_llama import rate
from cncf_llm_tests.training import tiny
from cncf_llm_tests.training.digests import digests


def train(folder, recipe=tiny.RECIPE, **options):
    (folder / "scratch").mkdir(parents=True, exist_ok=True)
    return train_embedded_model(
        tiny.texts(), folder / "model", scratch=folder / "scratch", recipe=recipe, **options
    )


def test_folder_holds_model_and_tokenizer_but_no_pickle(tiny_model):
    names = {path.name for path in tiny_model.iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"} <= names
    assert not [name for name in names if name.endswith((".bin", ".pt"))]
    config = json.loads((tiny_model / "config.json").read_text())
    assert config["architectures"] == ["LlamaForCausalLM"]
    assert config["hidden_size"] == 32


def test_equal_runs_give_equal_bytes_and_curves(tmp_path, tiny_model):
    trained = train(tmp_path)
    assert digests(tmp_path / "model") == digests(tiny_model)
    assert trained.curve["step"].to_list() == [4, 8, 12]
    assert trained.curve["train_loss"][-1] < trained.curve["train_loss"][0]
    assert trained.facts["held_out_texts"] > 0


def test_another_seed_gives_another_model(tmp_path, tiny_model):
    train(tmp_path, seed=1)
    assert digests(tmp_path / "model") != digests(tiny_model)


def test_interrupted_training_goes_on_to_the_same_bytes(tmp_path, tiny_model):
    def stop(done, total, message):
        if done == 6:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        train(tmp_path, report=stop)
    assert not (tmp_path / "model").exists()
    trained = train(tmp_path)
    assert trained.facts["resumed_at_step"] == 4
    assert trained.curve["step"].to_list() == [4, 8, 12]
    assert digests(tmp_path / "model") == digests(tiny_model)


def test_checkpoint_of_another_recipe_is_not_resumed(tmp_path):
    train(tmp_path)
    trained = train(tmp_path, recipe=replace(tiny.RECIPE, steps=8))
    assert trained.facts["resumed_at_step"] == 0


def test_epochs_bound_the_steps_of_a_small_corpus(tmp_path):
    trained = train(tmp_path, recipe=replace(tiny.RECIPE, epochs=0.5))
    assert trained.facts["steps"] < tiny.RECIPE.steps


def test_too_little_text_is_refused(tmp_path):
    with pytest.raises(TrainingError, match="needs more than 256 tokens"):
        train_embedded_model(
            ["One sentence."], tmp_path / "model", scratch=tmp_path, recipe=tiny.RECIPE
        )


def test_rate_rises_then_falls():
    assert rate(1, 100, 10) == 0.1
    assert rate(10, 100, 10) == 1.0
    assert rate(100, 100, 10) == pytest.approx(0.1)
