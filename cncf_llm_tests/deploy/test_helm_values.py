"""The values for Dagster's Helm chart say what the manifests say, in words that the chart knows."""

import importlib.util
import shutil
import subprocess
import sys

import dagster
import pytest
import yaml

from cncf_llm_tests.deploy.conftest import DEPLOY

HELM = DEPLOY / "helm"
VALUES = yaml.safe_load((HELM / "values.yaml").read_text())

# Of the chart's values.schema.json: the keys that each object may have. It refuses others.
SERVER = {
    "image", "env", "envConfigMaps", "envSecrets", "deploymentLabels", "labels", "nodeSelector",
    "affinity", "tolerations", "podSecurityContext", "securityContext", "resources", "annotations",
    "readinessProbe", "livenessProbe", "startupProbe", "schedulerName", "volumeMounts", "volumes",
}  # fmt: skip
KNOWN = {
    (): {
        "dagsterWebserver", "dagster-user-deployments", "postgresql", "rabbitmq", "redis", "flower",
        "generatePostgresqlPasswordSecret", "generateCeleryConfigSecret", "ingress", "scheduler",
        "imagePullSecrets", "computeLogManager", "runLauncher", "pythonLogs", "dagsterDaemon",
        "busybox", "migrate", "telemetry", "serviceAccount", "global", "retention",
        "additionalInstanceConfig", "fullnameOverride", "nameOverride", "rbacEnabled",
    },
    ("dagsterWebserver",): SERVER | {
        "replicaCount", "nameOverride", "pathPrefix", "service", "workspace", "enableReadOnly",
        "dbStatementTimeout", "dbPoolRecycle", "logLevel",
    },
    ("dagsterDaemon",): SERVER | {
        "enabled", "runCoordinator", "heartbeatTolerance", "runMonitoring", "runRetries", "sensors",
        "schedules",
    },
    ("dagsterDaemon", "runCoordinator"): {"enabled", "type", "config"},
    ("dagsterDaemon", "runMonitoring"): {
        "enabled", "startTimeoutSeconds", "cancelTimeoutSeconds", "maxResumeRunAttempts",
        "pollIntervalSeconds", "freeSlotsAfterRunEndSeconds",
    },
    ("dagsterWebserver", "workspace"): {"enabled", "servers", "externalConfigmap"},
    ("runLauncher",): {"type", "config"},
    ("runLauncher", "config"): {"celeryK8sRunLauncher", "k8sRunLauncher", "customRunLauncher"},
    ("runLauncher", "config", "customRunLauncher"): {"module", "class", "config"},
    ("computeLogManager",): {"type", "config"},
    ("computeLogManager", "config", "customComputeLogManager"): {"module", "class", "config"},
    ("postgresql",): {
        "image", "enabled", "postgresqlHost", "postgresqlUsername", "postgresqlPassword",
        "postgresqlDatabase", "postgresqlParams", "postgresqlScheme", "service",
    },
    ("retention",): {"enabled", "sensor", "schedule", "autoMaterialize"},
    ("dagster-user-deployments",): {
        "enabled", "enableSubchart", "imagePullSecrets", "deployments", "serviceAccount",
    },
}  # fmt: skip
DEPLOYMENT = SERVER | {
    "name", "dagsterApiGrpcArgs", "codeServerArgs", "includeConfigInLaunchedRuns", "port",
}  # fmt: skip


def generator():
    spec = importlib.util.spec_from_file_location("make_values", HELM / "make_values.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_file_is_what_the_manifests_say():
    command = [sys.executable, HELM / "make_values.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_change_in_the_manifests_is_noticed(tmp_path, monkeypatch, capsys):
    module = generator()
    changed = tmp_path / "base"
    shutil.copytree(DEPLOY / "base", changed)
    settings = changed / "config" / "settings.env"
    settings.write_text(settings.read_text() + "CNCF_LLM_SEED=1\n")
    monkeypatch.setattr(module, "BASE", changed)
    monkeypatch.setattr(sys, "argv", ["make_values.py", "--check"])
    assert module.main() == 1
    assert "not up to date" in capsys.readouterr().err


@pytest.mark.parametrize("path", sorted(KNOWN), ids=".".join)
def test_the_chart_knows_every_key(path):
    node = VALUES
    for name in path:
        node = node[name]
    assert set(node) - KNOWN[path] == set()


def test_the_chart_knows_every_key_of_the_code_server():
    (deployment,) = VALUES["dagster-user-deployments"]["deployments"]
    assert set(deployment) - DEPLOYMENT == set()


def test_the_chart_is_of_dagsters_version():
    assert dagster.__version__ == generator().CHART
    assert f"--version {dagster.__version__}" in (HELM / "README.md").read_text()


def test_nothing_of_the_instance_is_lost():
    instance = yaml.safe_load((DEPLOY / "base" / "config" / "dagster.yaml").read_text())
    launcher = VALUES["runLauncher"]["config"]["customRunLauncher"]
    ours = instance["run_launcher"]
    assert (launcher["module"], launcher["class"]) == (ours["module"], ours["class"])
    same = set(ours["config"]) - {"env_config_maps", "instance_config_map", "env_vars"}
    assert {k: launcher["config"][k] for k in same} == {k: ours["config"][k] for k in same}
    module = generator()
    elsewhere = {*module._ELSEWHERE, *module._OF_DAEMON}
    for key in module._OF_DAEMON:
        assert len(VALUES["dagsterDaemon"].get(key, {})) == len(instance.get(key, {}))
    assert set(VALUES["additionalInstanceConfig"]) == set(instance) - elsewhere


def test_no_secret_is_in_the_values():
    text = (HELM / "values.yaml").read_text().lower()
    assert "password:" not in text
    assert "access_key" not in text


def test_dagster_loads_the_launcher():
    pytest.importorskip("dagster_k8s", reason="the extra `kubernetes` is not installed")
    import importlib

    from dagster._config import process_config

    named = VALUES["runLauncher"]["config"]["customRunLauncher"]
    launcher = getattr(importlib.import_module(named["module"]), named["class"])
    result = process_config(launcher.config_type(), named["config"])
    assert result.success, result.errors
