"""dagster.yaml and the pod sizes, read by Dagster's own loaders, as far as no cluster is needed."""

import json

import dagster as dg
import pytest
import yaml

from cncf_llm.defs import pods
from cncf_llm.defs.executor import executor
from cncf_llm.settings import Settings
from cncf_llm_tests.deploy.conftest import DEPLOY

pytestmark = pytest.mark.slow

CONFIG = DEPLOY / "base" / "config"


@pytest.fixture(scope="session", autouse=True)
def _dagster_k8s():
    pytest.importorskip("dagster_k8s", reason="the extra `kubernetes` is not installed")
    pytest.importorskip("dagster_postgres", reason="the extra `kubernetes` is not installed")


def step_job(op_tags, per_step=None):
    """Make the Job that k8s_job_executor would create for a step with these tags."""
    from dagster_k8s.container_context import K8sContainerContext
    from dagster_k8s.job import (
        DagsterK8sJobConfig,
        UserDefinedDagsterK8sConfig,
        construct_dagster_k8s_job,
        get_user_defined_k8s_config,
    )

    launcher = yaml.safe_load((CONFIG / "dagster.yaml").read_text())["run_launcher"]["config"]
    tags = {name: json.dumps(value) for name, value in op_tags.items()}
    base = UserDefinedDagsterK8sConfig.from_dict(launcher["run_k8s_config"])
    merged = K8sContainerContext(run_k8s_config=base).merge(
        K8sContainerContext(run_k8s_config=get_user_defined_k8s_config(tags))
    )
    if per_step:
        merged = merged.merge(
            K8sContainerContext(run_k8s_config=UserDefinedDagsterK8sConfig.from_dict(per_step))
        )
    return construct_dagster_k8s_job(
        job_config=DagsterK8sJobConfig(
            job_image="localhost/cncf-llm:0", dagster_home="/opt/dagster"
        ),
        args=["dagster", "api", "execute_step"],
        job_name="step",
        user_defined_k8s_config=merged.run_k8s_config,
    ).to_dict()["spec"]


def test_dagster_loads_the_instance():
    from dagster._core.instance.ref import InstanceRef

    instance = InstanceRef.from_dir(str(CONFIG))
    assert instance.run_launcher_data.class_name == "RunLauncher"
    assert instance.storage_data.class_name == "DagsterPostgresStorage"
    assert instance.settings["run_monitoring"]["max_resume_run_attempts"] == 0
    assert instance.settings["telemetry"] == {"enabled": False}


def test_the_launchers_configuration_has_no_unknown_field(monkeypatch):
    monkeypatch.setenv("SETTINGS_CONFIG_MAP", "cncf-llm-settings-1")
    from dagster._config import process_config
    from dagster_k8s import K8sRunLauncher

    config = yaml.safe_load((CONFIG / "dagster.yaml").read_text())["run_launcher"]["config"]
    assert process_config(K8sRunLauncher.config_type(), config).success
    result = process_config(K8sRunLauncher.config_type(), {**config, "job_namspace": "x"})
    assert "job_namspace" in result.errors[0].message


@pytest.mark.parametrize("asset", [name for name, pod in pods.PODS.items() if pod.gpus])
def test_a_gpu_step_asks_for_a_gpu_on_a_node_that_has_one(asset):
    pod = step_job(pods.of(asset))["template"]["spec"]
    resources = pod["containers"][0]["resources"]
    assert resources["limits"]["nvidia.com/gpu"] == "1"
    assert resources["requests"]["nvidia.com/gpu"] == "1"
    assert [t["key"] for t in pod["tolerations"]] == ["nvidia.com/gpu"]
    assert pod["node_selector"] == {"nvidia.com/gpu.present": "true"}
    shm = next(volume for volume in pod["volumes"] if volume["name"] == "shm")
    assert shm["empty_dir"]["medium"] == "Memory"
    mounts = {mount["name"]: mount["mount_path"] for mount in pod["containers"][0]["volume_mounts"]}
    assert mounts["shm"] == "/dev/shm"


@pytest.mark.parametrize("asset", [name for name, pod in pods.PODS.items() if not pod.gpus])
def test_a_step_without_gpu_stays_off_gpu_nodes(asset):
    pod = step_job(pods.of(asset))["template"]["spec"]
    assert not pod["tolerations"]
    assert "nvidia.com/gpu" not in pod["containers"][0]["resources"]["limits"]


@pytest.mark.parametrize("asset", pods.PODS)
def test_a_step_ends_soon_when_told_to_and_by_a_deadline(asset):
    pod = step_job(pods.of(asset))["template"]["spec"]
    assert pod["termination_grace_period_seconds"] < 60
    assert pod["active_deadline_seconds"] == pods.PODS[asset].hours * 3600


@pytest.mark.parametrize("asset", pods.PODS)
def test_a_step_keeps_what_the_launcher_says_of_privileges(asset):
    pod = step_job(pods.of(asset))["template"]["spec"]
    assert pod["security_context"]["run_as_non_root"] is True
    assert pod["containers"][0]["security_context"]["allow_privilege_escalation"] is False
    assert pod["automount_service_account_token"] is False


def test_a_step_says_whether_it_leaves_the_cluster():
    def labels(asset):
        return step_job(pods.of(asset))["template"]["metadata"]["labels"]

    assert labels("website_documents")["cncf-llm/egress"] == "internet"
    assert labels("written_pairs")["cncf-llm/egress"] == "endpoint"
    assert "cncf-llm/egress" not in labels("adapter")


def test_what_a_deployment_adds_reaches_the_step():
    added = pods.by_deployment("NVIDIA-L4", wait_hours=6)["adapter"]
    spec = step_job(pods.of("adapter"), added)
    assert spec["template"]["spec"]["node_selector"] == {
        "nvidia.com/gpu.present": "true",
        "nvidia.com/gpu.product": "NVIDIA-L4",
    }
    # Of the Job, should nobody watch it: longer than its own hours and the wait together.
    assert spec["active_deadline_seconds"] > (24 + 6) * 3600
    assert spec["template"]["spec"]["active_deadline_seconds"] == 24 * 3600


def test_tags_of_a_job_do_not_reach_a_step():
    """What makes a table of assets needed: dagster-k8s leaves the run's own tags out of steps."""
    import inspect

    from dagster_k8s.executor import K8sStepHandler

    assert "include_run_tags=False" in inspect.getsource(K8sStepHandler._get_container_context)


def test_executors_by_name():
    assert executor(Settings(executor="kubernetes")).name == "k8s"
    assert executor(Settings(executor="local")) is dg.in_process_executor


@pytest.mark.parametrize("asset", ["landscape", "adapter"])
def test_a_step_writes_to_its_own_volumes_alone(asset):
    pod = step_job(pods.of(asset))["template"]["spec"]
    (container,) = pod["containers"]
    assert container["security_context"]["read_only_root_filesystem"] is True
    assert container["security_context"]["capabilities"]["drop"] == ["ALL"]
    mounts = {mount["name"]: mount["mount_path"] for mount in container["volume_mounts"]}
    assert mounts.items() >= {"tmp": "/tmp", "scratch": "/scratch"}.items()
    assert ("shm" in mounts) == (asset == "adapter")
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    assert set(mounts) <= set(volumes)
    assert all(volumes[name].get("empty_dir") for name in mounts)
