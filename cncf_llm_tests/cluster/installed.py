"""The platform as it is installed in a namespace, and what the tests of faults do with it."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kubernetes import client
from kubernetes.stream import stream

UNFINISHED = ("QUEUED", "NOT_STARTED", "STARTING", "STARTED", "CANCELING")
_CODE = {"repositoryLocationName": "cncf_llm", "repositoryName": "__repository__"}
_LAUNCH = """
mutation($p: ExecutionParams!) {
  launchPipelineExecution(executionParams: $p) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}"""
_RUNS = """
query($f: RunsFilter) {
  runsOrError(filter: $f) { ... on Runs { results {
    runId status startTime endTime tags { key value }
  } } }
}"""
_LOG = """
query($run: ID!, $after: String) {
  logsForRun(runId: $run, afterCursor: $after, limit: 1000) { ... on EventConnection {
    cursor hasMore events {
      __typename
      ... on MessageEvent { message stepKey timestamp }
      ... on ErrorEvent { error { message causes { message } } }
      ... on MaterializationEvent { assetKey { path } tags { key value } }
    }
  } }
}"""
_CANCEL = "mutation($run: String!) { terminateRun(runId: $run) { __typename } }"
# What the store holds, said by a pod that has its key.
_STORED = """
import json, sys
from cncf_llm.defs.resources import open_store
from cncf_llm.settings import Settings
store, found = open_store(Settings()), {}
for asset in sys.argv[2:]:
    version = store.current(asset, sys.argv[1])
    found[asset] = version and version.digest
print("STORED", json.dumps(found))
"""


@dataclass(frozen=True)
class Event:
    time: float  # seconds since 1970
    type: str
    step: str | None
    message: str
    asset: str | None = None
    data_version: str | None = None


class Installed:
    """The platform in a namespace; its webserver is asked through the API server."""

    def __init__(self, admin: client.ApiClient, namespace: str) -> None:
        self.core: Any = client.CoreV1Api(admin)
        self.apps: Any = client.AppsV1Api(admin)
        self.namespace = namespace

    def ask(self, query: str, **variables: object) -> Any:
        """Ask the webserver; while a fault makes it fail, ask again for up to two minutes."""
        service = "http:cncf-llm-webserver:80"
        end = time.monotonic() + 120
        while True:
            try:
                answer: Any = self.core.api_client.call_api(
                    f"/api/v1/namespaces/{self.namespace}/services/{service}/proxy/graphql",
                    "POST",
                    header_params={"Content-Type": "application/json"},
                    body={"query": query, "variables": variables},
                    auth_settings=["BearerToken"],
                    response_types_map={200: "object"},
                    _return_http_data_only=True,
                    _request_timeout=30,
                )
                assert "errors" not in answer, answer
                return answer["data"]
            except (client.ApiException, OSError, AssertionError):
                if time.monotonic() > end:
                    raise
                time.sleep(2)

    def launch(self, job: str, partition: str, assets: Sequence[str]) -> str:
        """Launch the job for some of its assets; return the run's id."""
        tags = [{"key": "dagster/partition", "value": partition}]
        chosen = [{"path": [asset]} for asset in assets]
        params = {
            "selector": {**_CODE, "pipelineName": job, "assetSelection": chosen},
            "runConfigData": {},
            "mode": "default",
            "executionMetadata": {"tags": tags},
        }
        said = self.ask(_LAUNCH, p=params)["launchPipelineExecution"]
        assert "run" in said, said
        return said["run"]["runId"]

    def cancel(self, run: str) -> None:
        said = self.ask(_CANCEL, run=run)["terminateRun"]
        assert said["__typename"] == "TerminateRunSuccess", said

    def group(self, run: str) -> list[dict[str, Any]]:
        """Return the run, and those that were started in its place; the oldest first."""
        again = self.ask(_RUNS, f={"tags": [{"key": "dagster/root_run_id", "value": run}]})
        found = self.ask(_RUNS, f={"runIds": [run]})["runsOrError"]["results"]
        found += [r for r in again["runsOrError"]["results"] if r["runId"] != run]
        for each in found:
            each["tags"] = {tag["key"]: tag["value"] for tag in each["tags"]}
        return found

    def ended(self, run: str, seconds: float) -> list[dict[str, Any]]:
        """Wait until the run and what was started in its place have ended; return these."""
        found: list[dict[str, Any]] = []

        def over() -> bool:
            found[:] = self.group(run)
            last = found[-1]
            if last["status"] in UNFINISHED:
                return False
            # Whether it is started again is noted on the run a moment after its end.
            again = last["tags"].get("dagster/will_retry")
            fresh = last["status"] == "FAILURE" and time.time() - last["endTime"] < 30
            return not (again == "true" or (again is None and fresh)) or len(found) > 1

        self.until(over, seconds, f"run {run} has ended", every=2.0)
        return found

    def log(self, run: str) -> list[Event]:
        found, after = [], None
        while True:
            said = self.ask(_LOG, run=run, after=after)["logsForRun"]
            found += [_event(event) for event in said["events"]]
            after = said["cursor"]
            if not said["hasMore"]:
                return found

    def started(self, run: str, step: str) -> bool:
        return any(e.type == "ExecutionStepStartEvent" and e.step == step for e in self.log(run))

    def stored(self, partition: str, assets: Sequence[str]) -> dict[str, str | None]:
        """Return the digest of each asset's current version in the store."""
        said = self.execute(self.pod("code"), ["python", "-c", _STORED, partition, *assets])
        line = next((line for line in said.splitlines() if line.startswith("STORED ")), None)
        assert line, said
        return json.loads(line.removeprefix("STORED "))

    def pods(self, run: str, component: str = "") -> list[Any]:
        """Return the pods of a run that are not over."""
        selector = f"dagster/run-id={run}"
        selector += f",app.kubernetes.io/component={component}" if component else ""
        found = self.core.list_namespaced_pod(self.namespace, label_selector=selector).items
        return [pod for pod in found if pod.status.phase not in ("Succeeded", "Failed")]

    def pod(self, component: str) -> str:
        """Return the name of the ready pod of a part of the platform."""
        found = self.core.list_namespaced_pod(
            self.namespace,
            label_selector=f"app.kubernetes.io/name=cncf-llm,app.kubernetes.io/component={component}",
        ).items
        ready = [p for p in found if p.status.phase == "Running" and not _deleted(p)]
        assert ready, f"no pod of {component} is running"
        return ready[0].metadata.name

    def execute(self, pod: str, command: list[str]) -> str:
        return stream(
            self.core.connect_get_namespaced_pod_exec,
            pod,
            self.namespace,
            command=command,
            stdout=True,
            stderr=True,
        )

    def kill(self, pod: str) -> None:
        """End the pod's process as the kernel would: nothing inside a container may kill pid 1."""
        code = "import resource; resource.prlimit(1, resource.RLIMIT_CPU, (1, 1))"
        self.execute(pod, ["python", "-c", code])

    def away(self, stateful_set: str, seconds: float) -> None:
        """Take a store away for so long."""
        for replicas in (0, 1):
            self.apps.patch_namespaced_stateful_set_scale(
                stateful_set, self.namespace, {"spec": {"replicas": replicas}}
            )
            if not replicas:
                time.sleep(seconds)

    def until(
        self, true: Callable[[], bool], seconds: float, what: str, every: float = 0.5
    ) -> float:
        """Wait until it is true; return how long that took, in seconds."""
        start = time.monotonic()
        while not true():
            if time.monotonic() - start > seconds:
                raise AssertionError(f"after {seconds} s it is not so that {what}")
            time.sleep(every)
        return time.monotonic() - start


def _deleted(pod: Any) -> bool:
    return pod.metadata.deletion_timestamp is not None


def _event(event: dict[str, Any]) -> Event:
    error = event.get("error") or {}
    words = [event.get("message"), error.get("message")]
    words += [cause["message"] for cause in error.get("causes") or []]
    tags = {tag["key"]: tag["value"] for tag in event.get("tags") or []}
    made = event["__typename"] == "MaterializationEvent"
    return Event(
        int(event["timestamp"]) / 1000,
        event["__typename"],
        event["stepKey"],
        " ".join(filter(None, words)).strip(),
        "/".join(event["assetKey"]["path"]) if made else None,
        tags.get("dagster/data_version") if made else None,
    )
