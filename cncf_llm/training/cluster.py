"""The cluster that trains: TrainJobs created, taken up again, watched and ended by its API."""

import contextlib
import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from cncf_llm.training.runtime import TrainingError
from cncf_llm.training.trainjob import API, GROUP, LABEL, PLURAL, condition, pod_state

PATIENCE = 300.0  # seconds that an API server that does not answer is waited for
_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
_TIMEOUT = (5, 30)  # seconds to connect, to answer
_log = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True)
class Cluster:
    """A namespace of a cluster. `pod` is the one this runs in, None for a process outside."""

    client: Any
    namespace: str
    pod: Mapping[str, Any] | None = None
    patience: float = PATIENCE

    @property
    def owner(self) -> dict[str, str] | None:
        """The name and uid of this pod, so that what it starts can belong to it."""
        if self.pod is None:
            return None
        return {key: self.pod["metadata"][key] for key in ("name", "uid")}

    @property
    def image(self) -> str | None:
        """The image of this pod."""
        return self.pod["spec"]["containers"][0]["image"] if self.pod else None

    @property
    def pull_secrets(self) -> list[str]:
        """The names of this pod's image pull secrets."""
        return [one["name"] for one in (self.pod or {}).get("spec", {}).get("imagePullSecrets", [])]

    def start(self, manifest: dict, say: Callable[[str], None]) -> None:
        """Create the TrainJob, or take up the one of that name that is under way.

        One that has ended, or is about to, is removed first. Raises `TrainingError` when the
        cluster does not take it.
        """
        name = manifest["metadata"]["name"]
        found = self.find(name)
        if found and not over(found):
            if references := manifest["metadata"].get("ownerReferences"):
                patch = {"metadata": {"ownerReferences": references}}
                self._call("patch", lambda api: api.patch_namespaced_custom_object, name, patch)
            say(f"TrainJob {name} is under way already; waiting for it")
            return
        if found:
            self.end(name)
        self._call("create", lambda api: api.create_namespaced_custom_object, manifest)
        say(f"TrainJob {name} is created in {self.namespace}")

    def find(self, name: str) -> dict | None:
        """Return the TrainJob, or None when there is none."""
        return self._call("get", lambda api: api.get_namespaced_custom_object, name, missing=True)

    def remove(self, name: str) -> None:
        """Have the TrainJob removed, and so its pods. That there is none is no error."""
        self._call("delete", lambda api: api.delete_namespaced_custom_object, name, missing=True)

    def end(self, name: str, wait: float = 60.0) -> None:
        """Remove the TrainJob and return when it is gone."""
        self.remove(name)
        until = time.monotonic() + wait
        while self.find(name):
            if time.monotonic() > until:
                raise TrainingError(
                    f"TrainJob {name} is being removed for {wait:.0f} s: look at it"
                )
            time.sleep(0.5)

    def nodes(self, name: str) -> dict[str, str]:
        """Return the state of each of the TrainJob's pods, by name."""
        from kubernetes.client import CoreV1Api

        core = CoreV1Api(self.client)
        pods = self._ask(
            f"list pods in {self.namespace}",
            lambda: core.list_namespaced_pod(
                self.namespace, label_selector=f"{LABEL}={name}", _request_timeout=_TIMEOUT
            ),
        )
        plain = self.client.sanitize_for_serialization(pods)
        return {pod["metadata"]["name"]: pod_state(pod) for pod in plain["items"]}

    def _call(
        self, verb: str, method: Callable[[Any], Any], *arguments: Any, missing: bool = False
    ) -> Any:
        from kubernetes.client import CustomObjectsApi

        api = CustomObjectsApi(self.client)
        place = (GROUP, API, self.namespace, PLURAL)
        return self._ask(
            f"{verb} the TrainJob in {self.namespace}",
            lambda: method(api)(*place, *arguments, _request_timeout=_TIMEOUT),
            missing=missing,
        )

    def _ask(self, what: str, attempt: Callable[[], _T], *, missing: bool = False) -> _T | None:
        """Return the answer, or None for what is not there and may be `missing`."""
        from kubernetes.client import ApiException

        try:
            return self._patiently(what, attempt)
        except ApiException as error:
            if error.status == 404 and missing:
                return None
            raise _refused(what, error) from error

    def _patiently(self, what: str, attempt: Callable[[], _T]) -> _T:
        """Call `attempt` again while the API server does not answer or is not up yet."""
        from kubernetes.client import ApiException
        from urllib3.exceptions import HTTPError

        until: float | None = None
        while True:
            try:
                return attempt()
            except (HTTPError, ConnectionError) as error:
                failure: Exception = error
            except ApiException as error:
                if error.status is not None and error.status < 500 and error.status != 429:
                    raise
                failure = error
            until = until or time.monotonic() + self.patience
            if time.monotonic() > until:
                raise TrainingError(
                    f"the Kubernetes API has not answered for {self.patience:.0f} s "
                    f"({type(failure).__name__}); could not {what}. Run the asset again when it is "
                    "up: it takes up the training where that is"
                ) from failure
            _log.warning("the Kubernetes API does not answer (%s)", type(failure).__name__)
            time.sleep(min(5.0, self.patience))


def over(trainjob: Mapping) -> bool:
    """Return whether a TrainJob has ended, or is being removed."""
    return (
        "deletionTimestamp" in trainjob["metadata"]
        or condition(trainjob, "Complete") is not None
        or condition(trainjob, "Failed") is not None
    )


def connect() -> Cluster:
    """Return the cluster that this pod runs in, or else the one of the kubeconfig's context.

    Raises `TrainingError` when there is neither, or without the extra `kubernetes`.
    """
    try:
        from kubernetes import client, config
        from kubernetes.config import ConfigException
    except ImportError as error:
        raise TrainingError(
            "several nodes need the Kubernetes client: pip install 'cncf-llm[kubernetes]'"
        ) from error
    settings = client.Configuration()
    with contextlib.suppress(ConfigException):
        config.load_incluster_config(client_configuration=settings)
        inside = Cluster(client.ApiClient(settings), _NAMESPACE.read_text().strip())
        return Cluster(inside.client, inside.namespace, _own_pod(inside))
    file = os.environ.get("KUBECONFIG")
    try:
        config.load_kube_config(file, client_configuration=settings)
        _, context = config.list_kube_config_contexts(file)
    except ConfigException as error:
        raise TrainingError(
            "several nodes are asked for (CNCF_LLM_TRAIN_NODES), but this is no pod of a cluster "
            f"and there is no kubeconfig: {error}"
        ) from error
    return Cluster(client.ApiClient(settings), context["context"].get("namespace", "default"))


def _own_pod(cluster: Cluster) -> dict:
    from kubernetes.client import CoreV1Api

    name = os.environ["HOSTNAME"]  # which Kubernetes sets to the pod's name
    core = CoreV1Api(cluster.client)
    pod = cluster._ask(
        f"read the pod {name} in {cluster.namespace}",
        lambda: core.read_namespaced_pod(name, cluster.namespace, _request_timeout=_TIMEOUT),
    )
    return cluster.client.sanitize_for_serialization(pod)


def _refused(what: str, error: Any) -> TrainingError:
    said = (error.body or error.reason or "")[:1000]
    advice = {
        403: "the step's account may not: deploy/components/trainjob has the role",
        404: "is Kubeflow Trainer 2.2 or newer installed in this cluster?",
    }.get(error.status, "see what the cluster said")
    return TrainingError(f"could not {what} ({error.status}): {advice} {said}")
