"""What the status of a pod says, as a sentence for people who do not read Kubernetes.

Plain functions over the API's JSON, so that they need no cluster.
Fields: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

# The kubelet goes on trying after these, but they do not mend themselves.
_CANNOT_START = {
    "ErrImagePull",
    "ImagePullBackOff",
    "ErrImageNeverPull",
    "InvalidImageName",
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
}
_SIGNALS = {137: "SIGKILL", 143: "SIGTERM"}


@dataclass(frozen=True)
class Seen:
    """What a step's pod is doing. `why` is a clause whose subject is the pod: "waits for ..."."""

    state: Literal["waiting", "stuck", "starting", "running", "ended", "killed"]
    why: str
    again: bool = False  # killed by its surroundings: another attempt may end well


def seen(job: Mapping[str, Any], pods: Sequence[Mapping[str, Any]]) -> Seen:
    """Return what the step's Job, given by its status, and its pods are doing."""
    failed = [_said(c) for c in job.get("conditions") or [] if c["type"] == "Failed" and _true(c)]
    if any(said.startswith("DeadlineExceeded") for said in failed):
        return Seen("killed", "ran into the deadline of its Job, which counts the wait as well")
    looks = [look(pod) for pod in pods]
    for state in ("running", "starting", "stuck", "waiting"):
        if active := [one for one in looks if one.state == state]:
            return active[0]
    killed = [one for one in looks if one.state == "killed"]
    if failed or job.get("failed"):
        # A pod that somebody deleted leaves nothing but the count of the Job.
        gone = Seen("killed", f"was deleted ({'; '.join(failed) or 'no pod is left'})", again=True)
        return killed[0] if killed else gone
    if job.get("succeeded"):
        return Seen("ended", "ended without a result: it was replaced while it ran", again=True)
    return killed[0] if killed else Seen("waiting", "has not been made yet")


def look(pod: Mapping[str, Any]) -> Seen:
    """Return what one pod is doing."""
    status = pod.get("status") or {}
    phase = status.get("phase")
    containers = status.get("containerStatuses") or []
    states = [container.get("state") or {} for container in containers]
    if phase == "Failed":
        return _killed(pod, status, states)
    if phase == "Succeeded":
        return Seen("ended", "ended")
    if phase == "Running":
        return Seen("running", f"runs on {pod['spec'].get('nodeName')}")
    for state in states:
        waiting = state.get("waiting") or {}
        if waiting.get("reason") in _CANNOT_START:
            return Seen("stuck", f"cannot start: {_said(waiting)}")
    if pod["spec"].get("nodeName"):
        return Seen("starting", f"is being started on {pod['spec']['nodeName']}")
    conditions = {c["type"]: c for c in status.get("conditions") or []}
    placed = conditions.get("PodScheduled") or {}
    return Seen("waiting", f"waits for {wants(pod)}: {placed.get('message') or 'not placed yet'}")


def wants(pod: Mapping[str, Any]) -> str:
    """Return what the pod asks a node for: the scarcest first, and the labels it must have."""
    requests = [
        (container.get("resources") or {}).get("requests") or {}
        for container in pod["spec"]["containers"]
    ]
    asked = [(n, str(q)) for each in requests for n, q in each.items() if n != "ephemeral-storage"]
    asked.sort(key=lambda one: ("/" not in one[0], one[0]))
    labels = [f"{key}={value}" for key, value in (pod["spec"].get("nodeSelector") or {}).items()]
    on = f" on a node with {', '.join(labels)}" if labels else ""
    return ", ".join(f"{quantity} {name}" for name, quantity in asked) + on


def duration(seconds: float) -> str:
    """Return a length of time in its two largest units: `3 min 20 s`."""
    whole = int(seconds)
    units = ((whole // 3600, "h"), (whole % 3600 // 60, "min"), (whole % 60, "s"))
    first = next((i for i, (count, _) in enumerate(units) if count), 2)
    return " ".join(f"{count} {unit}" for count, unit in units[first : first + 2])


def _killed(pod: Mapping[str, Any], status: Mapping[str, Any], states: Sequence[Any]) -> Seen:
    ended = [state["terminated"] for state in states if state.get("terminated")]
    if any(state.get("reason") == "OOMKilled" for state in ended):
        limit = [
            (container.get("resources") or {}).get("limits", {}).get("memory", "none")
            for container in pod["spec"]["containers"]
        ]
        return Seen(
            "killed",
            f"was killed for using more memory than its limit of {limit[0]} (OOMKilled): "
            "raise it in cncf_llm/defs/pods.py",
        )
    reason = status.get("reason")
    if reason == "DeadlineExceeded":
        hours = pod["spec"].get("activeDeadlineSeconds", 0)
        return Seen("killed", f"was killed after its {duration(hours)} (DeadlineExceeded)")
    if reason == "Evicted":
        said = status.get("message") or ""
        # Its own doing: it would fill the disk again.
        own = "ephemeral" in said.lower() or "emptydir" in said.lower()
        return Seen("killed", f"was evicted from its node: {said}", again=not own)
    if reason:
        return Seen("killed", f"was killed: {_said(status)}", again=True)
    for state in ended:
        if code := state.get("exitCode"):
            name = f" ({_SIGNALS[code]})" if code in _SIGNALS else ""
            said = f": {state['message']}" if state.get("message") else ""
            return Seen("killed", f"ended with exit code {code}{name}{said}", again=True)
    return Seen("killed", "failed, and Kubernetes does not say why", again=True)


def _said(what: Mapping[str, Any]) -> str:
    return ": ".join(filter(None, (what.get("reason"), what.get("message"))))


def _true(condition: Mapping[str, Any]) -> bool:
    return condition.get("status") == "True"
