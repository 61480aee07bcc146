"""Writes values.yaml, for Dagster's official Helm chart, out of the manifests in ../base.

So both ways of installing say the same. `python deploy/helm/make_values.py` writes the file;
with `--check` it fails when the file is not what it would write.
"""

import sys
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
BASE = HERE.parent / "base"
CHART = "1.13.27"  # of the same version as the package dagster
HEADER = f"""\
# Values for Dagster's Helm chart {CHART}. Made by make_values.py out of ../base, which is where to
# change things.
# How to install with it: README.md in this folder.
"""

# Parts of dagster.yaml that the chart has words of its own for.
_OF_DAEMON = ("sensors", "schedules")
_ELSEWHERE = (
    "storage",
    "run_launcher",
    "run_monitoring",
    "compute_logs",
    "retention",
    "telemetry",
)


def main() -> int:
    """Write or check the file; the exit code is 1 when a check fails."""
    target = HERE / "values.yaml"
    text = HEADER + yaml.safe_dump(values(), sort_keys=False, width=100)
    if "--check" not in sys.argv[1:]:
        target.write_text(text)
    elif not target.exists() or target.read_text() != text:
        print(f"{target} is not up to date: run python deploy/helm/make_values.py", file=sys.stderr)
        return 1
    return 0


def values() -> dict[str, Any]:
    """Return the chart's values. Raises `KeyError` where the base lacks what the chart needs."""
    instance = yaml.safe_load((BASE / "config" / "dagster.yaml").read_text())
    workspace = yaml.safe_load((BASE / "config" / "workspace.yaml").read_text())
    (location,) = (each["grpc_server"] for each in workspace["load_from"])
    code, webserver, daemon = (_pod(name) for name in ("code-server", "webserver", "daemon"))
    launcher = _launcher(instance["run_launcher"])
    database = instance["storage"]["postgres"]["postgres_db"]
    server = {key: location[key] for key in ("host", "port")} | {"name": location["location_name"]}
    first = code["containers"][0]
    return {
        "fullnameOverride": "cncf-llm",
        # Accounts and roles are those of base/rbac.yaml; webserver and daemon share one here.
        "rbacEnabled": False,
        "serviceAccount": {"create": False, "name": daemon["serviceAccountName"]},
        "global": {
            "dagsterHome": "/opt/dagster",
            "postgresqlSecretName": "cncf-llm-helm-postgres",
        },
        "generatePostgresqlPasswordSecret": False,
        "postgresql": {
            "enabled": False,
            "postgresqlHost": "cncf-llm-postgres",
            "postgresqlUsername": "dagster",
            "postgresqlDatabase": "dagster",
            "postgresqlParams": database.get("params", {}),
            "service": {"port": 5432},
        },
        "generateCeleryConfigSecret": False,
        "rabbitmq": {"enabled": False},
        "redis": {"enabled": False},
        "dagsterWebserver": {
            **_server(webserver, "webserver"),
            "replicaCount": 1,
            "service": {"port": webserver["containers"][0]["ports"][0]["containerPort"]},
            "workspace": {"enabled": True, "servers": [server]},
        },
        "dagsterDaemon": {
            **_server(daemon, "daemon"),
            # `concurrency`, below, says how many runs there may be.
            "runCoordinator": {"enabled": False},
            "runMonitoring": _camel(instance["run_monitoring"]),
            **{key: _camel(instance[key]) for key in _OF_DAEMON if key in instance},
        },
        "dagster-user-deployments": {
            "enabled": True,
            "enableSubchart": True,
            # An account without rights: nobody asks the code server to do anything in the cluster.
            "serviceAccount": {"create": False, "name": "cncf-llm-step"},
            "deployments": [
                {
                    **_server(code, "code"),
                    "name": location["host"],
                    "dagsterApiGrpcArgs": first["args"][first["args"].index("--module-name") :],
                    "port": location["port"],
                    # Runs get all from the launcher, and an account of their own.
                    "includeConfigInLaunchedRuns": {"enabled": False},
                }
            ],
        },
        "runLauncher": {
            "type": "CustomRunLauncher",
            "config": {"customRunLauncher": launcher},
        },
        "computeLogManager": {
            "type": "CustomComputeLogManager",
            "config": {"customComputeLogManager": instance["compute_logs"]},
        },
        "retention": {"enabled": True, **_camel(instance["retention"])},
        "telemetry": instance["telemetry"],
        "additionalInstanceConfig": {
            key: instance[key] for key in instance if key not in (*_ELSEWHERE, *_OF_DAEMON)
        },
    }


def _settings() -> list[dict[str, str]]:
    lines = (BASE / "config" / "settings.env").read_text().splitlines()
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return [{"name": name, "value": value} for name, value in pairs]


def _pod(name: str) -> dict[str, Any]:
    found = yaml.safe_load_all((BASE / f"{name}.yaml").read_text())
    (deployment,) = (each for each in found if each["kind"] == "Deployment")
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    return {**deployment["spec"]["template"]["spec"], "labels": labels}


def _image(container: dict[str, Any]) -> dict[str, str]:
    repository, _, tag = container["image"].partition(":")
    return {"repository": repository, "tag": tag, "pullPolicy": container["imagePullPolicy"]}


def _server(pod: dict[str, Any], component: str) -> dict[str, Any]:
    """Return what the chart takes for each of its Deployments."""
    container = pod["containers"][0]
    # The chart mounts dagster.yaml itself.
    own = [volume for volume in pod["volumes"] if "configMap" not in volume]
    names = {volume["name"] for volume in own}
    return {
        "image": _image(container),
        "env": _settings(),
        "envSecrets": [each["secretRef"] for each in container["envFrom"] if "secretRef" in each],
        # The network policies know pods by it.
        "labels": {
            key: value
            for key, value in pod["labels"].items()
            if key not in ("app.kubernetes.io/name",)
        },
        "podSecurityContext": pod["securityContext"],
        "securityContext": container["securityContext"],
        "resources": container["resources"],
        "volumes": own,
        "volumeMounts": [m for m in container["volumeMounts"] if m["name"] in names],
    }


def _launcher(named: dict[str, Any]) -> dict[str, Any]:
    """Return the run launcher as it is, but for the ConfigMaps, which the chart names otherwise."""
    config = {key: value for key, value in named["config"].items() if key != "env_config_maps"}
    config["instance_config_map"] = "cncf-llm-instance"
    config["env_vars"] = [f"{each['name']}={each['value']}" for each in _settings()]
    return {**named, "config": config}


def _camel(node: object) -> Any:
    if not isinstance(node, dict):
        return node
    return {_camel_name(name): _camel(value) for name, value in node.items()}


def _camel_name(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


if __name__ == "__main__":
    sys.exit(main())
