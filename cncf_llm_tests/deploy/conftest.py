import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture(scope="session")
def render() -> Callable[[str], list[dict]]:
    """Render a kustomization of `deploy/` to its objects."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed")
    version = subprocess.run(
        [kubectl, "version", "--client", "-o", "json"], capture_output=True, text=True, check=False
    ).stdout
    if "kustomizeVersion" not in json.loads(version or "{}"):
        pytest.skip("this kubectl brings a kustomize older than version 4.5")

    def render(folder: str) -> list[dict]:
        done = subprocess.run(
            [kubectl, "kustomize", DEPLOY / folder], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return list(yaml.safe_load_all(done.stdout))

    return render
