"""The TrainJob of Kubeflow Trainer for a training on several nodes: the manifest, and its status.

https://kubeflow.org/docs/components/trainer/operator-guides/runtime-patches/ (Trainer 2.2 or newer:
`runtimePatches` took the place of `podTemplateOverrides`, and `activeDeadlineSeconds` came).

A TrainJob names a runtime, a template of pods that the cluster's owner installs. Its plugin for
PyTorch gives each pod the `PET_*` variables that torchrun reads. What our pods need beyond any
runtime, such as a writable /tmp under a read-only root, is patched in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

GROUP = "trainer.kubeflow.org"
API = "v1alpha1"
PLURAL = "trainjobs"
LABEL = "cncf-llm/trainjob"  # on each node's pod, with the TrainJob's name
ACCOUNT = "cncf-llm-train-node"  # the nodes' service account: it has no rights and no token
SECRET = "cncf-llm-s3"  # noqa: S105 (its name)
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION")
_JOB = _CONTAINER = "node"  # as every runtime of Kubeflow names them
_GRACE = 15  # seconds for a node to end; nothing is lost that the last checkpoint has


@dataclass(frozen=True)
class Nodes:
    """What the nodes of a training are like.

    `requests` and `limits` are of one node; a GPU's name among them is what places the node.
    `deadline` is in seconds from the TrainJob's start. `runtime` is a ClusterTrainingRuntime.
    """

    image: str
    count: int
    processes: int
    requests: Mapping[str, str]
    limits: Mapping[str, str]
    deadline: int
    runtime: str = "torch-distributed"
    shared_memory: str = "8Gi"
    node_selector: Mapping[str, str] = field(default_factory=dict)
    tolerations: Sequence[Mapping[str, str]] = ()
    pull_secrets: Sequence[str] = ()


def manifest(name: str, exchange: str, nodes: Nodes, owner: Mapping[str, str] | None) -> dict:
    """Return the TrainJob `name`, whose nodes train the job in the folder `exchange` (a URL).

    `owner` is the pod that waits for it (`name` and `uid`): with that pod, the TrainJob goes. No
    secret is in the manifest; the nodes get the store's from the Secret `cncf-llm-s3`.
    """
    job = {
        "apiVersion": f"{GROUP}/{API}",
        "kind": "TrainJob",
        "metadata": {
            "name": name,
            "labels": {"app.kubernetes.io/part-of": "cncf-llm", LABEL: name},
        },
        "spec": {
            "runtimeRef": {
                "apiGroup": GROUP,
                "kind": "ClusterTrainingRuntime",
                "name": nodes.runtime,
            },
            "activeDeadlineSeconds": nodes.deadline,
            "trainer": {
                "image": nodes.image,
                # torchrun, by the interpreter that has the package.
                "command": ["python", "-m", "torch.distributed.run"],
                "args": ["--module", "cncf_llm.training.node", exchange],
                "env": _environment(),
                "numNodes": nodes.count,
                # Always said: from CPU limits a runtime would derive one process for each core.
                "numProcPerNode": nodes.processes,
                "resourcesPerNode": {
                    "requests": dict(nodes.requests),
                    "limits": dict(nodes.limits),
                },
            },
            "runtimePatches": [
                {
                    "manager": "cncf-llm/landscape-adapter",
                    "trainingRuntimeSpec": {
                        "template": {
                            "spec": {
                                "replicatedJobs": [
                                    {
                                        "name": _JOB,
                                        "template": {"spec": {"template": _pod(name, nodes)}},
                                    }
                                ]
                            }
                        }
                    },
                }
            ],
        },
    }
    if owner:
        job["metadata"]["ownerReferences"] = owned_by(owner)
    return job


def owned_by(pod: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the owner references of what goes when the pod goes."""
    return [{"apiVersion": "v1", "kind": "Pod", "name": pod["name"], "uid": pod["uid"]}]


def _environment() -> list[dict]:
    return [
        {"name": "HOME", "value": "/tmp"},  # noqa: S108 (an emptyDir)
        {"name": "HF_HUB_OFFLINE", "value": "1"},
        *(
            {
                "name": key,
                # Optional: a cluster may give its pods the right to the bucket by their account.
                "valueFrom": {"secretKeyRef": {"name": SECRET, "key": key, "optional": True}},
            }
            for key in _KEYS
        ),
    ]


def _pod(name: str, nodes: Nodes) -> dict:
    spec: dict[str, object] = {
        "serviceAccountName": ACCOUNT,
        "terminationGracePeriodSeconds": _GRACE,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 1000,
            "fsGroup": 1000,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {
                "name": _CONTAINER,
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                },
                "volumeMounts": [
                    {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108
                    {"name": "shm", "mountPath": "/dev/shm"},  # noqa: S108
                ],
            }
        ],
        "volumes": [
            {"name": "tmp", "emptyDir": {}},
            {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": nodes.shared_memory}},
        ],
    }
    if nodes.node_selector:
        spec["nodeSelector"] = dict(nodes.node_selector)
    if nodes.tolerations:
        spec["tolerations"] = [dict(toleration) for toleration in nodes.tolerations]
    if nodes.pull_secrets:
        spec["imagePullSecrets"] = [{"name": secret} for secret in nodes.pull_secrets]
    labels = {
        LABEL: name,
        "app.kubernetes.io/part-of": "cncf-llm",
        "app.kubernetes.io/component": "train_node",  # network policies select it
    }
    return {"metadata": {"labels": labels}, "spec": spec}


def condition(trainjob: Mapping, kind: str) -> str | None:
    """Return what a TrainJob says of its condition `kind` when that holds, else None.

    Kinds are `Complete`, `Failed` and `Suspended`; each excludes the others.
    """
    for one in trainjob.get("status", {}).get("conditions", []):
        if one["type"] == kind and one["status"] == "True":
            return f"{one['reason']}: {one['message']}" if one.get("message") else one["reason"]
    return None


def pod_state(pod: Mapping) -> str:
    """Return a pod's phase, and what holds it up or ended it, as Kubernetes says it."""
    status = pod.get("status", {})
    phase = status.get("phase", "Pending")
    notes = [
        f"{one['reason']}: {one.get('message', '')}".rstrip(": ")
        for one in status.get("conditions", [])
        if one["type"] == "PodScheduled" and one["status"] == "False" and one.get("reason")
    ]
    for container in status.get("containerStatuses", []):
        state = container.get("state", {})
        waiting = state.get("waiting", {})
        ended = state.get("terminated") or container.get("lastState", {}).get("terminated") or {}
        if waiting.get("reason") and waiting["reason"] != "ContainerCreating":
            notes.append(f"{waiting['reason']}: {waiting.get('message', '')}".rstrip(": "))
        if ended.get("exitCode"):
            notes.append(f"ended with {ended['exitCode']} ({ended.get('reason', 'Error')})")
    return f"{phase} ({'; '.join(notes)[:500]})" if notes else phase
