"""The table of pods: every asset has a row, and each value is one that Kubernetes takes."""

import json
import re

import pytest

from cncf_llm.definitions import defs
from cncf_llm.defs import pods

_QUANTITY = re.compile(r"(\d+)(m|Mi|Gi)?")
_UNIT = {None: 1.0, "m": 0.001, "Mi": 2.0**20, "Gi": 2.0**30}


def amount(quantity: str) -> float:
    match = _QUANTITY.fullmatch(quantity)
    assert match, quantity
    return int(match[1]) * _UNIT[match[2]]


def test_every_asset_that_is_executed_has_a_row_and_none_is_left_over():
    graph = defs.resolve_asset_graph()
    executable = {key.to_user_string() for key in graph.executable_asset_keys}
    assert set(pods.PODS) == executable


def test_every_asset_is_tagged_with_its_own_row():
    graph = defs.resolve_asset_graph()
    for key in graph.executable_asset_keys:
        name = key.to_user_string()
        tags = graph.get(key).assets_def.op.tags
        assert pods.of(name)["dagster-k8s/config"] == json.loads(tags["dagster-k8s/config"]), name


@pytest.mark.parametrize(("name", "pod"), pods.PODS.items())
def test_values_of_a_row(name, pod):
    assert 0 < amount(pod.cpu) <= amount(pod.cpu_limit)
    assert 0 < amount(pod.memory) <= amount(pod.memory_limit)
    assert 0 < amount(pod.disk) <= amount(pod.disk_limit)
    assert 0 < pod.hours <= 48
    # Memory that lies in /dev/shm counts against the limit: half of it is left for the process.
    if pod.shm:
        assert amount(pod.shm) <= amount(pod.memory_limit) / 2
    assert bool(pod.gpus) == bool(pod.shm)


def test_no_gpu_idles_while_pairs_are_written_or_a_model_is_downloaded():
    gpu = {name for name, pod in pods.PODS.items() if pod.gpus}
    assert gpu == {"adapter", "landscape_adapter", "benchmark_scores", "landscape_scores"}


def test_no_step_with_a_gpu_reaches_the_internet():
    assert not [name for name, pod in pods.PODS.items() if pod.gpus and pod.egress]


def test_the_deployment_chooses_the_gpu_and_how_long_a_pod_may_wait():
    added = pods.by_deployment("NVIDIA-L4", wait_hours=6)
    assert added["adapter"]["pod_spec_config"] == {
        "node_selector": {"nvidia.com/gpu.product": "NVIDIA-L4"}
    }
    assert "pod_spec_config" not in added["landscape"]
    # Its own hours, the wait, and ten minutes to be told why.
    deadline = added["landscape"]["job_spec_config"]["active_deadline_seconds"]
    assert deadline == (1 + 6) * 3600 + 600
    assert "pod_spec_config" not in pods.by_deployment(None, wait_hours=6)["adapter"]


def test_an_asset_without_a_row_is_an_error():
    with pytest.raises(KeyError, match="nothing"):
        pods.of("nothing")
