"""The pods that a person starts by hand are as bounded and restricted as the platform's."""

import pytest
import yaml

from cncf_llm_tests.deploy.conftest import DEPLOY

TASKS = sorted(DEPLOY.glob("tasks/*.yaml"))


@pytest.fixture(params=TASKS, ids=lambda file: file.stem)
def task(request) -> dict:
    return yaml.safe_load(request.param.read_text())


def test_a_task_is_restricted_bounded_and_ends(task):
    spec = task["spec"]["template"]["spec"] if task["kind"] == "Job" else task["spec"]
    assert spec["securityContext"]["runAsNonRoot"]
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    assert spec["restartPolicy"] == "Never"
    assert task["spec"]["activeDeadlineSeconds"] <= 86400
    (container,) = spec["containers"]
    assert container["image"] == "cncf-llm:0.1.0", "as in the base; `set image` names yours"
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["limits"].keys() >= {"cpu", "memory"}


def test_a_task_is_valid(task):
    validate = pytest.importorskip("kubernetes_validate")
    name = {"name": task["metadata"].get("generateName", "") + "x"} | task["metadata"]
    validate.validate({**task, "metadata": name}, "1.35", strict=True)


def test_the_loader_fills_the_claim_that_the_overlay_mounts(render):
    loader = yaml.safe_load((DEPLOY / "tasks" / "mirror-loader.yaml").read_text())
    (volume,) = loader["spec"]["volumes"]
    (claim,) = [
        found
        for found in render("overlays/air-gapped")
        if found["kind"] == "PersistentVolumeClaim" and "mirror" in found["metadata"]["name"]
    ]
    assert volume["persistentVolumeClaim"] == {"claimName": claim["metadata"]["name"]}
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
