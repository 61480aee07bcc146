import pytest

from cncf_llm.defs import nodes, pods
from cncf_llm.settings import Settings
from cncf_llm.training import DEFAULT_LORA, Cluster, TrainingError

OWN = {
    "metadata": {"name": "step", "uid": "1"},
    "spec": {
        "containers": [{"image": "registry.example/cncf-llm:1"}],
        "imagePullSecrets": [{"name": "registry"}],
    },
}


def pod_of(asset, count):
    return pods.of(asset, count)["dagster-k8s/config"]


def test_step_that_waits_for_nodes_holds_no_gpu_and_may_make_a_trainjob():
    alone, waits = (pod_of("landscape_adapter", count) for count in (1, 2))
    assert pods.GPU in alone["container_config"]["resources"]["limits"]
    assert pods.GPU not in waits["container_config"]["resources"]["limits"]
    assert "node_selector" not in waits["pod_spec_config"]
    assert waits["pod_spec_config"]["service_account_name"] == "cncf-llm-trainer"
    assert waits["pod_spec_config"]["automount_service_account_token"] is True
    # It outlives its nodes' deadline.
    hours = pods.PODS["landscape_adapter"].hours
    assert waits["pod_spec_config"]["active_deadline_seconds"] > hours * 3600
    assert pod_of("adapter", 1) == pod_of("adapter", 2)


def test_deployment_with_a_gpu_product_does_not_pin_the_step_that_waits():
    added = pods.by_deployment("NVIDIA-H100", 6.0, nodes=2)
    assert "pod_spec_config" not in added["landscape_adapter"]
    assert "pod_spec_config" in added["adapter"]
    assert "pod_spec_config" in pods.by_deployment("NVIDIA-H100", 6.0)["landscape_adapter"]


def test_recipe_names_nodes_and_processes_only_when_there_are_several():
    assert nodes.asked_for(DEFAULT_LORA, Settings(train_nodes=1, train_gpus=8)) == DEFAULT_LORA
    asked = nodes.asked_for(DEFAULT_LORA, Settings(train_nodes=4, train_gpus=2))
    assert (asked.nodes, asked.processes) == (4, 2)
    assert nodes.asked_for(DEFAULT_LORA, Settings(train_nodes=4, train_gpus=0)).processes == 1


def test_nodes_are_as_large_as_the_table_says_and_have_the_image_of_the_step():
    settings = Settings(train_nodes=4, train_gpus=2, gpu_product="NVIDIA-H100")
    made = nodes._nodes(settings, Cluster(None, "cncf-llm", OWN))
    assert (made.count, made.processes) == (4, 2)
    assert made.image == "registry.example/cncf-llm:1"
    assert made.pull_secrets == ["registry"]
    assert made.limits[pods.GPU] == made.requests[pods.GPU] == "2"
    assert made.limits["memory"] == pods.PODS["landscape_adapter"].memory_limit
    assert made.node_selector["nvidia.com/gpu.product"] == "NVIDIA-H100"
    assert made.deadline == pods.PODS["landscape_adapter"].hours * 3600
    on_cpus = nodes._nodes(Settings(train_nodes=2, train_gpus=0), Cluster(None, "cncf-llm", OWN))
    assert pods.GPU not in on_cpus.limits
    assert not on_cpus.tolerations


def test_image_must_be_named_outside_a_pod():
    with pytest.raises(TrainingError, match="CNCF_LLM_TRAIN_IMAGE"):
        nodes._nodes(Settings(train_nodes=2), Cluster(None, "cncf-llm"))
    settings = Settings(train_nodes=2, train_image="x:1")
    assert nodes._nodes(settings, Cluster(None, "cncf-llm")).image == "x:1"
