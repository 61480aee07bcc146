"""The pod of each asset's step on Kubernetes, in one table. Other executors ignore it.

An asset names its row: `@dg.asset(op_tags=pods.of("adapter"))`. Tags of a job would not do: they
reach the pod of the run alone. What is kept goes to the store; a pod's disk is gone with it.

- A pod is placed by its requests. With a higher limit it may use what happens to be idle.
- `disk` is the node's: files outside the image, so /tmp and other emptyDir volumes. A pod that
  writes more than its limit is evicted.
- `shm` is /dev/shm, through which PyTorch's processes hand tensors to each other; the runtime's
  default is 64 MiB. It is memory, and counts against the memory limit.
- `hours` run from the pod's start on its node: waiting for a place is not counted, and has a
  deadline of its own (`CNCF_LLM_POD_WAIT_HOURS`).
- `egress` is a label that network policies select: `internet`, or `endpoint` for the language
  model alone. A pod without it reaches the database, the store and MLflow.
- `account`: the service account of the step. Only one that calls the Kubernetes API gets a token.

Pairs are written on a CPU pod, because their model is an endpoint's; a local model folder in
`CNCF_LLM_LLM_MODEL` would run on that CPU, too, so serve it instead. `base_model` downloads, or
trains the small embedded model: neither is worth a GPU's wait.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

# A pod that ignores SIGTERM is killed after this many seconds, and its GPU is free.
GRACE = 20
# The label and taint of nodes with a GPU: of NVIDIA's GPU feature discovery and device plugin.
_GPU_NODE = {"nvidia.com/gpu.present": "true"}
_GPU_TAINT = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}
GPU = "nvidia.com/gpu"
STEP = "cncf-llm-step"  # service accounts, of deploy/base/rbac.yaml
TRAINER = "cncf-llm-trainer"  # may create a TrainJob
_GPU_PRODUCT = "nvidia.com/gpu.product"
_EGRESS = "cncf-llm/egress"


@dataclass(frozen=True)
class Pod:
    """What a step asks for: requests, and limits at most; Kubernetes quantities."""

    cpu: str
    cpu_limit: str
    memory: str
    memory_limit: str
    disk: str
    disk_limit: str
    hours: int
    egress: Literal["internet", "endpoint"] | None = None
    gpus: int = 0
    shm: str | None = None
    gpu_product: str | None = None  # label nvidia.com/gpu.product; None: CNCF_LLM_GPU_PRODUCT
    account: str = STEP


# fmt: off
#                             cpu:         memory:          disk:            hours, egress,
#                             of, up to    of, up to        of, up to        GPUs, shared memory
PODS: Mapping[str, Pod] = {
    "landscape":             Pod("250m", "1", "512Mi", "2Gi",  "256Mi", "2Gi",   1, "internet"),
    "repository_documents":  Pod("250m", "2", "512Mi", "4Gi",  "1Gi",   "20Gi",  2, "internet"),
    "website_documents":     Pod("250m", "1", "512Mi", "2Gi",  "1Gi",   "10Gi",  6, "internet"),
    "stackoverflow_threads": Pod("250m", "1", "512Mi", "2Gi",  "256Mi", "2Gi",   2, "internet"),
    "unified_corpus":        Pod("500m", "4", "2Gi",   "8Gi",  "1Gi",   "10Gi",  6),
    "entity_recognizer":     Pod("500m", "4", "2Gi",   "8Gi",  "1Gi",   "10Gi",  6),
    "entity_graph":          Pod("500m", "4", "2Gi",   "8Gi",  "1Gi",   "10Gi",  6),
    "landscape_graph":       Pod("250m", "2", "512Mi", "4Gi",  "256Mi", "4Gi",   2),
    "written_pairs":         Pod("250m", "1", "512Mi", "4Gi",  "256Mi", "4Gi",  24, "endpoint"),
    "qa_pairs":              Pod("250m", "2", "512Mi", "4Gi",  "256Mi", "4Gi",   6, "endpoint"),
    "qa_dataset":            Pod("250m", "2", "512Mi", "4Gi",  "256Mi", "4Gi",   2),
    "base_model":            Pod("500m", "8", "2Gi",   "16Gi", "1Gi",   "60Gi",  6, "internet"),
    "adapter":               Pod("1",    "8", "4Gi",   "32Gi", "2Gi",   "60Gi", 24, None, 1, "8Gi"),
    "landscape_adapter":     Pod("1",    "8", "4Gi",   "32Gi", "2Gi",   "60Gi", 48, None, 1, "8Gi"),
    "benchmark_questions":   Pod("250m", "1", "512Mi", "2Gi",  "256Mi", "2Gi",   1),
    "benchmark_scores":      Pod("1",    "8", "4Gi",   "32Gi", "2Gi",   "60Gi", 12, None, 1, "2Gi"),
    "landscape_scores":      Pod("1",    "8", "4Gi",   "32Gi", "2Gi",   "60Gi", 24, None, 1, "2Gi"),
    "leaderboard":           Pod("250m", "1", "512Mi", "2Gi",  "256Mi", "2Gi",   1),
    "dataset_release":       Pod("250m", "1", "512Mi", "4Gi",  "256Mi", "10Gi",  2),
    "model_release":         Pod("250m", "1", "512Mi", "4Gi",  "2Gi",   "60Gi",  2),
}
# fmt: on
# The step of landscape_adapter when several nodes train it: it starts a TrainJob, and waits for it
# longer than its nodes may take. The nodes are of the size that the table says.
LAUNCHER = Pod("100m", "1", "512Mi", "4Gi", "256Mi", "10Gi", 96, account=TRAINER)


def table(nodes: int) -> Mapping[str, Pod]:
    """Return the table of a deployment that trains the landscape adapter on so many nodes."""
    return PODS if nodes == 1 else {**PODS, "landscape_adapter": LAUNCHER}


def of(asset: str, nodes: int = 1) -> Mapping[str, object]:
    """Return the `op_tags` of the asset's step. Raises `KeyError` for one without a row."""
    return {"dagster-k8s/config": config(table(nodes)[asset])}


def config(pod: Pod) -> dict[str, dict[str, object]]:
    """Return the pod as dagster-k8s takes it (snake_case fields of the Kubernetes API)."""
    requests = {"cpu": pod.cpu, "memory": pod.memory, "ephemeral-storage": pod.disk}
    limits = {
        "cpu": pod.cpu_limit,
        "memory": pod.memory_limit,
        "ephemeral-storage": pod.disk_limit,
    }
    container: dict[str, object] = {"resources": {"requests": requests, "limits": limits}}
    spec: dict[str, object] = {
        "termination_grace_period_seconds": GRACE,
        "active_deadline_seconds": pod.hours * 3600,
        "service_account_name": pod.account,
        "automount_service_account_token": pod.account != STEP,
    }
    if pod.gpus:
        # Kubernetes takes whole GPUs only, and the request must equal the limit.
        requests[GPU] = limits[GPU] = str(pod.gpus)
        product = {_GPU_PRODUCT: pod.gpu_product} if pod.gpu_product else {}
        spec["node_selector"] = {**_GPU_NODE, **product}
        spec["tolerations"] = [_GPU_TAINT]
    if pod.shm:
        spec["volumes"] = [
            {"name": "shm", "empty_dir": {"medium": "Memory", "size_limit": pod.shm}}
        ]
        container["volume_mounts"] = [{"name": "shm", "mount_path": "/dev/shm"}]  # noqa: S108
    labels = {_EGRESS: pod.egress} if pod.egress else {}
    return {
        "container_config": container,
        "pod_spec_config": spec,
        "pod_template_spec_metadata": {"labels": labels},
    }


def by_deployment(
    gpu_product: str | None, wait_hours: float, nodes: int = 1
) -> dict[str, dict[str, Any]]:
    """Return what a deployment's settings add to each asset's pod, as the executor takes it.

    The Job's deadline counts its wait as well. It is for a pod that nobody watches any more: the
    executor ends a wait after `wait_hours`, and the pod ends itself after its own hours.
    """
    added: dict[str, dict[str, Any]] = {}
    for asset, pod in table(nodes).items():
        seconds = int((pod.hours + wait_hours) * 3600) + 600
        added[asset] = {"job_spec_config": {"active_deadline_seconds": seconds}}
        if pod.gpus and gpu_product and not pod.gpu_product:
            added[asset]["pod_spec_config"] = {"node_selector": {_GPU_PRODUCT: gpu_product}}
    return added
