"""Stands in for Kubeflow Trainer, which is not installed: acts on the TrainJobs of one namespace.

As the real one does, it makes a pod for each node, which belongs to the TrainJob, and says in the
TrainJob's status how it ended. The pods are objects alone, which no scheduler sees: what they would
run is run, or pretended, on this machine.
"""

import base64
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from kubernetes import client

from cncf_llm.training.trainjob import API, GROUP, PLURAL
from cncf_llm_tests.training.nodes import start


class Work(Protocol):
    """What the nodes of a TrainJob do: `ended` is None, or whether it went well."""

    def ended(self) -> bool | None: ...
    def stop(self) -> None: ...


class Pretended:
    """Nodes that end when the test says so."""

    def __init__(self) -> None:
        self.well: bool | None = None
        self.stopped = False

    def ended(self) -> bool | None:
        return self.well

    def stop(self) -> None:
        self.stopped = True


class Processes:
    """Nodes that are processes of this machine, each a torchrun as the TrainJob commands it."""

    def __init__(self, core: Any, job: dict, folder: Path) -> None:
        namespace, trainer = job["metadata"]["namespace"], job["spec"]["trainer"]
        self._nodes = start(
            trainer["command"] + trainer["args"],
            trainer["numNodes"],
            trainer["numProcPerNode"],
            folder,
            dict(_variables(core, namespace, trainer["env"])),
        )

    def ended(self) -> bool | None:
        codes = [node.poll() for node in self._nodes]
        if any(codes):
            self.stop()  # as a JobSet ends its other Jobs
            return False
        return None if None in codes else True

    def stop(self) -> None:
        for node in self._nodes:
            node.terminate()
        for node in self._nodes:
            node.wait(timeout=60)


class StandIn:
    """The controller. `phase` is what its pods are in once they are made."""

    def __init__(
        self,
        admin: client.ApiClient,
        namespace: str,
        work: Callable[[dict], Work],
        phase: str = "Running",
    ) -> None:
        self.works: dict[str, Work] = {}  # by uid of the TrainJob
        self.made: list[dict] = []
        self._objects: Any = client.CustomObjectsApi(admin)
        self._core: Any = client.CoreV1Api(admin)
        self._place = (GROUP, API, namespace, PLURAL)
        self._namespace, self._work, self._phase = namespace, work, phase
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "StandIn":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(timeout=90)

    def _run(self) -> None:
        ended: set[str] = set()
        while not self._over.wait(0.2):
            jobs = self._objects.list_namespaced_custom_object(*self._place)["items"]
            present = {job["metadata"]["uid"]: job for job in jobs}
            for uid in set(self.works) - set(present) - ended:
                self.works[uid].stop()
                ended.add(uid)
            for uid, job in present.items():
                if uid not in self.works:
                    self.made.append(job)
                    self.works[uid] = self._work(job)
                    self._pods(job)
                well = self.works[uid].ended()
                if well is not None and uid not in ended:
                    ended.add(uid)
                    self._say(job, well)
        for uid in set(self.works) - ended:
            self.works[uid].stop()

    def _pods(self, job: dict) -> None:
        patch = job["spec"]["runtimePatches"][0]["trainingRuntimeSpec"]["template"]["spec"]
        template = patch["replicatedJobs"][0]["template"]["spec"]["template"]
        name = job["metadata"]["name"]
        owner = {key: job["metadata"][key] for key in ("name", "uid")}
        for rank in range(job["spec"]["trainer"]["numNodes"]):
            pod = {
                "metadata": {
                    "name": f"{name}-node-0-{rank}",
                    "labels": template["metadata"]["labels"],
                    "ownerReferences": [
                        {"apiVersion": f"{GROUP}/{API}", "kind": "TrainJob", **owner}
                    ],
                },
                "spec": {
                    "schedulerName": "nobody",
                    "serviceAccountName": template["spec"]["serviceAccountName"],
                    "containers": [{"name": "node", "image": job["spec"]["trainer"]["image"]}],
                },
            }
            _until(lambda pod=pod: self._core.create_namespaced_pod(self._namespace, pod))
            self._core.patch_namespaced_pod_status(
                pod["metadata"]["name"], self._namespace, {"status": {"phase": self._phase}}
            )

    def _say(self, job: dict, well: bool) -> None:
        condition = {
            "type": "Complete" if well else "Failed",
            "status": "True",
            "reason": "AllJobsCompleted" if well else "FailedJobs",
            "message": "all jobs have completed"
            if well
            else "jobset failed due to one or more job failures",
            "lastTransitionTime": "2026-01-01T00:00:00Z",
        }
        self._objects.patch_namespaced_custom_object_status(
            *self._place, job["metadata"]["name"], {"status": {"conditions": [condition]}}
        )


def _until(make: Callable[[], object]) -> None:
    """Make a pod; one of that name may still be going with the TrainJob before."""
    for _ in range(100):
        try:
            make()
        except client.ApiException as error:
            if error.status != 409:
                raise
            time.sleep(0.2)
        else:
            return
    raise TimeoutError("a pod of the TrainJob before did not go")


def _variables(core: Any, namespace: str, env: list[dict]):
    for one in env:
        if "value" in one:
            yield one["name"], one["value"]
            continue
        reference = one["valueFrom"]["secretKeyRef"]
        secret = core.read_namespaced_secret(reference["name"], namespace).data
        if reference["key"] in secret:
            yield one["name"], base64.b64decode(secret[reference["key"]]).decode()
