import json
import os
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
OVERLAYS = sorted(file.parent.name for file in DEPLOY.glob("overlays/*/kustomization.yaml"))


@cache
def _kubectl() -> str | None:
    """Return a kubectl that brings kustomize 4.5 or newer; the first on PATH may be older."""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        found = shutil.which("kubectl", path=folder)
        if found is None:
            continue
        said = subprocess.run(
            [found, "version", "--client", "-o", "json"],
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        if "kustomizeVersion" in json.loads(said or "{}"):
            return found
    return None


@pytest.fixture(scope="session")
def render() -> Callable[[Path | str], list[dict]]:
    """Render a kustomization, of `deploy/` if the path is relative, to its objects."""
    kubectl = _kubectl()
    if kubectl is None:
        pytest.skip("no kubectl on PATH brings kustomize 4.5 or newer")

    def render(folder: Path | str) -> list[dict]:
        done = subprocess.run(
            [kubectl, "kustomize", DEPLOY / folder], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return list(yaml.safe_load_all(done.stdout))

    return render


@pytest.fixture(scope="session", params=OVERLAYS)
def objects(request, render) -> list[dict]:
    """Return the objects of an overlay."""
    return render(f"overlays/{request.param}")


def of_kind(objects: list[dict], kind: str) -> dict[str, dict]:
    """Return the objects of one kind by name."""
    return {found["metadata"]["name"]: found for found in objects if found["kind"] == kind}


def templates(objects: list[dict]) -> dict[str, dict]:
    """Return the pod template of everything that makes pods, by its name."""
    return {
        found["metadata"]["name"]: found["spec"]["template"]
        for found in objects
        if found["kind"] in ("Deployment", "StatefulSet", "DaemonSet", "Job")
    }


def containers(template: dict) -> list[dict]:
    """Return the containers of a pod template, those before the start included."""
    return template["spec"].get("initContainers", []) + template["spec"]["containers"]


def dagster_yaml(objects: list[dict]) -> dict:
    """Return what the instance's ConfigMap says."""
    (config,) = [
        found["data"]["dagster.yaml"]
        for name, found in of_kind(objects, "ConfigMap").items()
        if name.startswith("cncf-llm-dagster-")
    ]
    return yaml.safe_load(config)
