"""dagster.yaml and the pod sizes, read by Dagster's own loaders, as far as no cluster is needed."""

import json

import dagster as dg
import pytest
import yaml

from cncf_llm.defs import pods
from cncf_llm.defs.executor import executor
from cncf_llm_tests.deploy.conftest import DEPLOY

pytestmark = pytest.mark.slow

CONFIG = DEPLOY / "base" / "config"


@pytest.fixture(scope="session", autouse=True)
def _dagster_k8s():
    pytest.importorskip("dagster_k8s", reason="the extra `kubernetes` is not installed")
    pytest.importorskip("dagster_postgres", reason="the extra `kubernetes` is not installed")


def step_job(op_tags):
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
    assert instance.run_launcher_data.class_name == "K8sRunLauncher"
    assert instance.storage_data.class_name == "DagsterPostgresStorage"
    assert instance.settings["run_monitoring"]["max_resume_run_attempts"] == 0
    assert instance.settings["telemetry"] == {"enabled": False}


def test_the_launchers_configuration_has_no_unknown_field():
    from dagster._config import process_config
    from dagster_k8s import K8sRunLauncher

    config = yaml.safe_load((CONFIG / "dagster.yaml").read_text())["run_launcher"]["config"]
    assert process_config(K8sRunLauncher.config_type(), config).success
    result = process_config(K8sRunLauncher.config_type(), {**config, "job_namspace": "x"})
    assert "job_namspace" in result.errors[0].message


def test_a_gpu_step_asks_for_a_gpu_tolerates_its_taint_and_ends_by_a_deadline():
    spec = step_job(pods.GPU)
    pod = spec["template"]["spec"]
    resources = pod["containers"][0]["resources"]
    assert resources["limits"]["nvidia.com/gpu"] == "1"
    assert resources["requests"]["nvidia.com/gpu"] == "1"
    assert [t["key"] for t in pod["tolerations"]] == ["nvidia.com/gpu"]
    assert spec["active_deadline_seconds"] == 24 * 3600


@pytest.mark.parametrize("tags", [pods.SMALL, pods.CPU])
def test_a_step_without_gpu_stays_off_gpu_nodes(tags):
    spec = step_job(tags)
    assert not spec["template"]["spec"]["tolerations"]
    assert "nvidia.com/gpu" not in spec["template"]["spec"]["containers"][0]["resources"]["limits"]
    assert spec["active_deadline_seconds"] > 0


@pytest.mark.parametrize("tags", [pods.SMALL, pods.CPU, pods.GPU])
def test_a_step_keeps_what_the_launcher_says_of_privileges(tags):
    pod = step_job(tags)["template"]["spec"]
    assert pod["security_context"]["run_as_non_root"] is True
    assert pod["containers"][0]["security_context"]["allow_privilege_escalation"] is False


def test_executors_by_name():
    assert executor("kubernetes").name == "k8s"
    assert executor("local") is dg.in_process_executor
    with pytest.raises(ValueError, match="no executor 'k8s'"):
        executor("k8s")
