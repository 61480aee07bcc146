import json
import shutil

import pytest

from cncf_llm.training import BaseModelError, resolve_base_model
from cncf_llm.training.licence import read_licence
from cncf_llm_tests.training.digests import digests

CARD = "---\nlicense: apache-2.0\n---\n# A model\n"


@pytest.fixture
def local(tiny_model, tmp_path):
    folder = tmp_path / "given"
    shutil.copytree(tiny_model, folder)
    (folder / "README.md").write_text(CARD)
    return folder


def resolve(source, target, allowed=("Apache-2.0",), offline=True):
    return resolve_base_model(str(source), target, offline=offline, allowed_licences=allowed)


def test_embedded_is_left_to_the_caller(tmp_path):
    model = resolve("embedded", tmp_path / "model")
    assert (model.kind, model.revision) == ("embedded", None)
    assert not (tmp_path / "model").exists()


def test_local_folder_is_copied_without_what_is_not_needed(local, tmp_path):
    (local / "modeling_evil.py").write_text("boom")
    (local / "pytorch_model.bin").write_bytes(b"pickle")
    model = resolve(local, tmp_path / "model")
    assert (model.kind, model.name, model.licence) == ("local", "given", "apache-2.0")
    expected = digests(local)
    del expected["modeling_evil.py"], expected["pytorch_model.bin"]
    assert digests(tmp_path / "model") == expected


def test_revision_is_the_digest_of_the_files(local, tmp_path):
    first = resolve(local, tmp_path / "a").revision
    assert resolve(local, tmp_path / "b").revision == first
    (local / "generation_config.json").write_text("{}")
    assert resolve(local, tmp_path / "c").revision != first


def test_pickle_weights_are_refused(local, tmp_path):
    (local / "model.safetensors").rename(local / "pytorch_model.bin")
    with pytest.raises(BaseModelError, match=r"pickle files \(pytorch_model.bin\)"):
        resolve(local, tmp_path / "model")


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json"])
def test_code_of_its_own_is_refused(local, tmp_path, name):
    facts = json.loads((local / name).read_text())
    (local / name).write_text(json.dumps(facts | {"auto_map": {"AutoModel": "evil.Model"}}))
    with pytest.raises(BaseModelError, match=f"auto_map in {name}"):
        resolve(local, tmp_path / "model")


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ("---\nlicense: cc-by-nc-4.0\n---\n", "has the licence 'cc-by-nc-4.0'"),
        ("---\nlicense: other\nlicense_name: llama3.2\n---\n", "has the licence 'llama3.2'"),
        ("# No front matter\n", "states no licence"),
        ("---\nlicense: [\n---\n", "states no licence"),
    ],
)
def test_licence_that_is_not_allowed_is_refused(local, tmp_path, card, message):
    (local / "README.md").write_text(card)
    with pytest.raises(BaseModelError, match=message):
        resolve(local, tmp_path / "model")


def test_licence_file_counts_when_the_card_is_silent(tmp_path):
    (tmp_path / "LICENSE").write_text("                  Apache License\n    Version 2.0\n")
    assert read_licence(tmp_path) == "Apache-2.0"
    (tmp_path / "LICENSE").write_text("All rights reserved.")
    assert read_licence(tmp_path) == "unknown"


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("config.json", "no config.json"),
        ("tokenizer.json", "no tokenizer"),
        ("model.safetensors", "no weights"),
    ],
)
def test_incomplete_folder_is_refused(local, tmp_path, missing, message):
    (local / missing).unlink()
    with pytest.raises(BaseModelError, match=message):
        resolve(local, tmp_path / "model")


def test_damaged_files_are_refused(local, tmp_path):
    weights = (local / "model.safetensors").read_bytes()
    (local / "model.safetensors").write_bytes(weights[: len(weights) // 2])
    with pytest.raises(BaseModelError, match="is damaged"):
        resolve(local, tmp_path / "model")
    (local / "config.json").write_text("{")
    with pytest.raises(BaseModelError, match="not JSON"):
        resolve(local, tmp_path / "model")


def test_missing_shard_is_named(local, tmp_path):
    index = {"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}}
    (local / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(BaseModelError, match=r"lacks model-2\.safetensors"):
        resolve(local, tmp_path / "model")


def test_hub_is_not_asked_while_offline(tmp_path):
    with pytest.raises(BaseModelError, match=r"tried to reach the model hub for 'org/model'"):
        resolve("org/model", tmp_path / "model")


@pytest.mark.parametrize("name", ["/no/such/folder", "../up", "a b", "model", "https://x/y/z"])
def test_name_that_is_nothing_is_refused(tmp_path, name):
    with pytest.raises(BaseModelError, match="neither a folder nor a hub id"):
        resolve(name, tmp_path / "model", offline=False)
