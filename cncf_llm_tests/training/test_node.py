from dataclasses import replace

import pytest

from cncf_llm.store.bucket import Bucket
from cncf_llm.training import exchange, train_adapter
from cncf_llm_tests.training import tiny
from cncf_llm_tests.training.digests import digests
from cncf_llm_tests.training.nodes import job_of, start, upload_folder

RECIPE = replace(tiny.LORA, nodes=2, processes=1)
VALIDATION = ["red", "blue"]


@pytest.fixture
def job(s3, tiny_model):
    files = upload_folder(Bucket(s3), "model", tiny_model)
    return job_of(f"{s3}/model", files, tiny.pairs(), tiny.pairs(VALIDATION), RECIPE)


def run_nodes(place, folder):
    """Run both nodes to their end."""
    command = ["python", "-m", "torch.distributed.run", "--module", "cncf_llm.training.node"]
    nodes = start([*command, place.url], 2, 1, folder, {})
    try:
        codes = [node.wait(timeout=600) for node in nodes]
    finally:
        for node in nodes:
            node.kill()
    return codes, [(folder / f"node-{rank}.log").read_text() for rank in range(2)]


@pytest.mark.slow
def test_two_nodes_train_what_one_does(s3, job, tiny_model, tmp_path):
    """Through torchrun, gloo and an S3 server; then again from the checkpoint that is left."""
    job, tables = job
    place = Bucket(f"{s3}/_training/{job.name}")
    exchange.hand_over(place, job, tables)
    codes, logs = run_nodes(place, tmp_path / "first")
    assert codes == [0, 0], logs
    together = exchange.take(place, tmp_path / "together")

    alone = train_adapter(
        tiny_model,
        tiny.pairs(),
        tiny.pairs(VALIDATION),
        tmp_path / "alone",
        scratch=tmp_path,
        recipe=tiny.LORA,
    )
    assert together is not None
    assert sorted(digests(tmp_path / "together")) == sorted(digests(tmp_path / "alone"))
    config = "adapter_config.json"
    assert digests(tmp_path / "together")[config] == digests(tmp_path / "alone")[config]
    assert together.facts["processes"] == 2
    assert (together.facts["steps"], together.facts["pairs"]) == (8, 8)
    assert together.curve["step"].to_list() == alone.curve["step"].to_list()
    # The same pairs in each step, so the same loss but for the order of sums.
    for column in ("train_loss", "validation_loss"):
        distance = (together.curve[column] - alone.curve[column]).abs().max()
        assert distance is not None
        assert distance < 0.01
    told = exchange.told(place)
    assert told is not None
    assert (told.done, told.total) == (8, 8)

    place.delete(["result.json"])
    codes, logs = run_nodes(place, tmp_path / "second")
    assert codes == [0, 0], logs
    again = exchange.take(place, tmp_path / "again")
    assert again is not None
    assert again.facts["resumed_at_step"] == 8
    assert again.curve.equals(together.curve)
    assert digests(tmp_path / "again") == digests(tmp_path / "together")


@pytest.mark.slow
def test_node_says_in_the_store_why_it_ended(s3, job, tmp_path):
    job, tables = job
    place = Bucket(f"{s3}/_training/{job.name}")
    exchange.hand_over(place, replace(job, recipe=replace(RECIPE, nodes=4)), tables)
    codes, _ = run_nodes(place, tmp_path)
    assert 0 not in codes
    reason = exchange.first_failure(place)
    assert reason is not None
    assert "2 processes were started for a recipe of 4 nodes with 1 each" in reason
