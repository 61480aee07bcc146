"""Dagster in a namespace of its own: PostgreSQL, a daemon, and the jobs of `probe.py`.

The tests speak to its webserver through the API server, so they need no other way in.
"""

import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from kubernetes import client
from kubernetes.stream import stream

DEPLOY = Path(__file__).parents[2] / "deploy"

_LAUNCH = """
mutation($p: ExecutionParams!) {
  launchPipelineExecution(executionParams: $p) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
    ... on RunConfigValidationInvalid { errors { message } }
  }
}"""
_SHOW = """
query($run: ID!) {
  runOrError(runId: $run) { ... on Run { status } }
  logsForRun(runId: $run) { ... on EventConnection { events {
    __typename
    ... on MessageEvent { message stepKey timestamp }
    ... on ErrorEvent { error { message causes { message } } }
  } } }
}"""
_CANCEL = "mutation($run: String!) { terminateRun(runId: $run) { __typename } }"


class Platform:
    """Dagster in one namespace, and what the tests do with it."""

    def __init__(self, admin: client.ApiClient, namespace: str) -> None:
        self.core: Any = client.CoreV1Api(admin)
        self.batch: Any = client.BatchV1Api(admin)
        self.rbac: Any = client.RbacAuthorizationV1Api(admin)
        self.namespace = namespace

    def start(self, image: str, postgres: str, source: str | None) -> None:
        """Start PostgreSQL and the daemon, and wait until runs can be launched."""
        core, ns = self.core, self.namespace
        database = self._postgres(postgres)
        self._accounts()
        here = Path(__file__).parent
        code = {"host": "localhost", "port": 4000, "location_name": "probe"}
        files = {
            "probe.py": (here / "probe.py").read_text(),
            "workspace.yaml": yaml.safe_dump({"load_from": [{"grpc_server": code}]}),
            "dagster.yaml": yaml.safe_dump(_instance(ns, image, source)),
        }
        core.create_namespaced_config_map(ns, {"metadata": {"name": "probe"}, "data": files})
        core.create_namespaced_secret(
            ns, {"metadata": {"name": "probe-postgres"}, "stringData": database}
        )
        mounts, volumes = _volumes(source)
        home = "/opt/dagster"
        file = {"name": "probe", "mountPath": f"{home}/dagster.yaml", "subPath": "dagster.yaml"}

        def container(name: str, command: str, port: int | None = None) -> dict[str, Any]:
            probe = {"tcpSocket": {"port": port}, "periodSeconds": 2}
            return {
                "name": name,
                "image": image,
                "imagePullPolicy": "IfNotPresent",
                "args": command.split(),
                # Without a request a pod starves on a busy node.
                "resources": {"requests": {"cpu": "150m", "memory": "128Mi"}},
                "env": [
                    {"name": "DAGSTER_HOME", "value": home},
                    {"name": "DAGSTER_CURRENT_IMAGE", "value": image},
                    {"name": "PYTHONPATH", "value": "/source:/app"},
                ],
                "envFrom": [{"secretRef": {"name": "probe-postgres"}}],
                "volumeMounts": [*mounts, file],
                **({"readinessProbe": probe} if port else {}),
            }

        workspace, grpc = "-w /probe/workspace.yaml", "dagster api grpc -h 0.0.0.0 -p 4000"
        pod = {
            "metadata": {"name": "dagster", "labels": {"app": "dagster"}},
            "spec": {
                "serviceAccountName": "cncf-llm-daemon",
                "automountServiceAccountToken": True,
                "securityContext": {"runAsUser": 1000, "runAsNonRoot": True},
                "terminationGracePeriodSeconds": 5,
                "containers": [
                    container("code", f"{grpc} -f /probe/probe.py", 4000),
                    container("web", f"dagster-webserver -h 0.0.0.0 -p 3000 {workspace}", 3000),
                    container("daemon", f"dagster-daemon run {workspace}"),
                ],
                "volumes": volumes,
            },
        }
        core.create_namespaced_pod(ns, pod)
        self.until(lambda: self._ready("dagster"), 300, "Dagster is ready")

    def _postgres(self, image: str) -> dict[str, str]:
        """Start PostgreSQL in a pod; return what Dagster needs to reach it."""
        password = uuid.uuid4().hex
        script = (
            "umask 077; echo $POSTGRES_PASSWORD > /tmp/word; "
            "initdb -D /tmp/pg -U dagster -A scram-sha-256 --pwfile=/tmp/word >/dev/null; "
            "echo 'host all all all scram-sha-256' >> /tmp/pg/pg_hba.conf; "
            "exec postgres -D /tmp/pg -k /tmp -c listen_addresses='*' -c max_connections=200"
        )
        container = {
            "name": "postgres",
            "image": image,
            "imagePullPolicy": "IfNotPresent",
            "command": ["bash", "-c", script],
            "env": [
                {"name": "POSTGRES_PASSWORD", "value": password},
            ],
            "readinessProbe": {"tcpSocket": {"port": 5432}, "periodSeconds": 1},
            "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
        }
        pod = {
            "metadata": {"name": "postgres", "labels": {"app": "postgres"}},
            "spec": {
                "automountServiceAccountToken": False,
                "securityContext": {"runAsUser": 999, "runAsNonRoot": True},
                "containers": [container],
            },
        }
        service = {
            "metadata": {"name": "postgres"},
            "spec": {"selector": {"app": "postgres"}, "ports": [{"port": 5432}]},
        }
        self.core.create_namespaced_pod(self.namespace, pod)
        self.core.create_namespaced_service(self.namespace, service)

        self.until(lambda: self._ready("postgres"), 120, "PostgreSQL is ready")
        return {
            "DAGSTER_PG_HOST": "postgres",
            "DAGSTER_PG_PORT": "5432",
            "DAGSTER_PG_USERNAME": "dagster",
            "DAGSTER_PG_PASSWORD": password,
            "DAGSTER_PG_DATABASE": "postgres",
        }

    def _accounts(self) -> None:
        """Make the accounts and roles of `deploy/base`, and nothing beyond them."""
        make = {
            "ServiceAccount": self.core.create_namespaced_service_account,
            "Role": self.rbac.create_namespaced_role,
            "RoleBinding": self.rbac.create_namespaced_role_binding,
        }
        for thing in yaml.safe_load_all((DEPLOY / "base" / "rbac.yaml").read_text()):
            thing["metadata"].pop("namespace", None)
            for subject in thing.get("subjects", []):
                subject["namespace"] = self.namespace
            make[thing["kind"]](self.namespace, thing)

    def _ready(self, pod: str) -> bool:
        status = self.core.read_namespaced_pod(pod, self.namespace).status
        containers = status.container_statuses or []
        return bool(containers) and all(container.ready for container in containers)

    def _ask(self, query: str, **variables: object) -> Any:
        """Ask Dagster's webserver, through the API server."""
        answer: Any = self.core.api_client.call_api(
            f"/api/v1/namespaces/{self.namespace}/pods/dagster:3000/proxy/graphql",
            "POST",
            header_params={"Content-Type": "application/json"},
            body={"query": query, "variables": variables},
            auth_settings=["BearerToken"],
            response_types_map={200: "object"},
            _return_http_data_only=True,
        )
        assert "errors" not in answer, answer
        return answer["data"]

    def launch(self, op: str, seconds: float | None = None) -> str:
        """Launch a run of the op's job; return its id."""
        config = {"ops": {op: {"config": {"seconds": seconds}}}} if seconds is not None else {}
        job = {
            "repositoryLocationName": "probe",
            "repositoryName": "__repository__",
            "pipelineName": f"job_{op}",
        }
        said = self._ask(_LAUNCH, p={"selector": job, "runConfigData": config, "mode": "default"})
        assert "run" in said["launchPipelineExecution"], said
        return said["launchPipelineExecution"]["run"]["runId"]

    def run(self, run: str) -> dict[str, Any]:
        """Return the run's status, and its log: (second since 1970, step, type, message)."""
        said = self._ask(_SHOW, run=run)
        log = [
            {
                "step": event["stepKey"],
                "type": event["__typename"],
                "time": int(event["timestamp"]) / 1000,
                "message": " ".join(filter(None, (event["message"], _errors(event.get("error"))))),
            }
            for event in said["logsForRun"]["events"]
        ]
        return {"status": said["runOrError"]["status"], "log": log}

    def kill(self, pod: str) -> None:
        """End the pod's process as the kernel would: nothing inside a container may kill pid 1."""
        code = "import resource; resource.prlimit(1, resource.RLIMIT_CPU, (1, 1))"
        stream(
            self.core.connect_get_namespaced_pod_exec,
            pod,
            self.namespace,
            command=["python", "-c", code],
            stdout=True,
            stderr=True,
        )

    def cancel(self, run: str) -> None:
        said = self._ask(_CANCEL, run=run)
        assert said["terminateRun"]["__typename"] == "TerminateRunSuccess", said

    def messages(self, run: str) -> list[str]:
        return [event["message"] for event in self.run(run)["log"]]

    def ended(self, run: str, seconds: float) -> dict[str, Any]:
        """Wait until the run has ended; return it."""
        found: dict[str, Any] = {}

        def over() -> bool:
            found.update(self.run(run))
            return found["status"] in ("SUCCESS", "FAILURE", "CANCELED")

        self.until(over, seconds, f"run {run} ends", every=2.0)
        return found

    def pods(self, run: str, component: str = "") -> list[Any]:
        """Return the pods of the run that are not over."""
        selector = f"dagster/run-id={run}"
        selector += f",app.kubernetes.io/component={component}" if component else ""
        found = self.core.list_namespaced_pod(self.namespace, label_selector=selector).items
        return [pod for pod in found if pod.status.phase not in ("Succeeded", "Failed")]

    def step_pod(self, run: str, phase: str = "Running", seconds: float = 120) -> Any:
        """Wait until the run's step pod is in that phase; return it."""
        found: list[Any] = []

        def there() -> bool:
            found[:] = [p for p in self.pods(run, "step_worker") if p.status.phase == phase]
            return bool(found)

        self.until(there, seconds, f"the step pod is {phase}")
        return found[0]

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


def _errors(error: dict[str, Any] | None) -> str:
    if not error:
        return ""
    return " ".join([error["message"], *(cause["message"] for cause in error["causes"])]).strip()


def _volumes(source: str | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    mounts: list[dict[str, Any]] = [{"name": "probe", "mountPath": "/probe"}]
    volumes: list[dict[str, Any]] = [{"name": "probe", "configMap": {"name": "probe"}}]
    if source:
        mounts.append({"name": "source", "mountPath": "/source", "readOnly": True})
        volumes.append({"name": "source", "hostPath": {"path": source}})
    return mounts, volumes


def _instance(namespace: str, image: str, source: str | None) -> dict[str, Any]:
    """Return dagster.yaml: the platform's launcher and monitoring, and no more than that."""
    from_env = {
        key: {"env": f"DAGSTER_PG_{name}"}
        for key, name in {
            "hostname": "HOST",
            "port": "PORT",
            "username": "USERNAME",
            "password": "PASSWORD",
            "db_name": "DATABASE",
        }.items()
    }
    mounts, volumes = _volumes(source)
    return {
        "storage": {"postgres": {"postgres_db": from_env}},
        "run_launcher": {
            "module": "cncf_llm.defs.launcher",
            "class": "RunLauncher",
            "config": {
                "job_namespace": namespace,
                "service_account_name": "cncf-llm-run",
                "instance_config_map": "probe",
                "dagster_home": "/opt/dagster",
                "job_image": image,
                "image_pull_policy": "IfNotPresent",
                "env_secrets": ["probe-postgres"],
                "env_vars": ["PYTHONPATH"],
                "volumes": volumes,
                "volume_mounts": mounts,
                "run_k8s_config": {
                    "container_config": {
                        "resources": {"requests": {"cpu": "150m", "memory": "128Mi"}}
                    },
                    "pod_spec_config": {
                        "termination_grace_period_seconds": 20,
                        "security_context": {"run_as_user": 1000, "run_as_non_root": True},
                    },
                },
            },
        },
        "run_monitoring": {
            "enabled": True,
            "start_timeout_seconds": 600,
            "poll_interval_seconds": 15,
            "max_resume_run_attempts": 0,
        },
        "compute_logs": {
            "module": "dagster._core.storage.noop_compute_log_manager",
            "class": "NoOpComputeLogManager",
        },
        "telemetry": {"enabled": False},
    }
