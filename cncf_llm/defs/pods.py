"""How large a pod each asset gets on Kubernetes. Other executors ignore it.

An asset names one: `@dg.asset(op_tags=pods.GPU)`. A pod is placed by its request, and a pod
that asks for more than is free waits; with a limit it may use what happens to be idle.
"""

from collections.abc import Mapping

# The taint that the NVIDIA device plugin's nodes have, and that keeps all else off them.
_GPU_NODES = {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}


def pod(
    *, cpu: tuple[str, str], memory: tuple[str, str], gpus: int = 0, hours: int
) -> Mapping[str, object]:
    """Return the `op_tags` of a step pod.

    `cpu` and `memory` are (request, limit) as Kubernetes quantities. `hours` is the deadline after
    which the step fails; it runs from the pod's creation, so it also ends a wait for a GPU.
    """
    requests = {"cpu": cpu[0], "memory": memory[0]}
    limits = {"cpu": cpu[1], "memory": memory[1]}
    spec: dict[str, object] = {}
    if gpus:
        # Kubernetes takes whole GPUs only, and the request must equal the limit.
        requests["nvidia.com/gpu"] = limits["nvidia.com/gpu"] = str(gpus)
        spec["tolerations"] = [_GPU_NODES]
    return {
        "dagster-k8s/config": {
            "container_config": {"resources": {"requests": requests, "limits": limits}},
            "pod_spec_config": spec,
            "job_spec_config": {"active_deadline_seconds": hours * 3600},
        }
    }


#               request, limit          request, limit
SMALL = pod(cpu=("250m", "1"), memory=("512Mi", "2Gi"), hours=1)  # tables, calls to endpoints
CPU = pod(cpu=("500m", "4"), memory=("2Gi", "8Gi"), hours=6)  # parsing, spaCy, near duplicates
PATIENT = pod(cpu=("250m", "1"), memory=("512Mi", "4Gi"), hours=24)  # waits for a model's replies
GPU = pod(cpu=("1", "8"), memory=("4Gi", "32Gi"), gpus=1, hours=24)  # training, scoring
