"""Each verb of deploy/base/rbac.yaml is needed, and nothing more is granted.

An API server alone is enough: no pod has to run.
"""

import importlib
import time
from collections.abc import Callable, Iterator

import dagster as dg
import pytest
import yaml
from kubernetes import client, config
from kubernetes.client.exceptions import ApiException

from cncf_llm_tests.cluster.accounts import (
    ALSO,
    BASE,
    IMAGE,
    NEEDS,
    POD,
    World,
    attempt,
    granted,
    rbac,
    without,
    world,
)

pytestmark = pytest.mark.cluster

VERBS = sorted((role, *need) for role, needs in NEEDS.items() for need in needs)
# What every account may ask, whatever it is: about itself.
OF_ALL = {("selfsubjectaccessreviews", "create"), ("selfsubjectrulesreviews", "create"),
          ("selfsubjectreviews", "create")}  # fmt: skip
NOT_GRANTED = [
    ("", "secrets", "list"), ("", "secrets", "get"), ("", "configmaps", "list"),
    ("", "pods", "create"), ("", "pods/exec", "create"), ("", "pods/portforward", "create"),
    ("", "serviceaccounts/token", "create"), ("", "nodes", "list"), ("", "namespaces", "list"),
    ("batch", "cronjobs", "create"), ("batch", "jobs", "patch"), ("apps", "deployments", "patch"),
    ("rbac.authorization.k8s.io", "roles", "create"),
    ("rbac.authorization.k8s.io", "rolebindings", "create"),
]  # fmt: skip


@pytest.fixture
def account(admin, kubeconfig, namespace, tmp_path) -> Callable[..., str]:
    """Return a function that makes an account with a role, and a kubeconfig with its token."""

    def make(name: str, role: dict | None) -> str:
        core, api = client.CoreV1Api(admin), client.RbacAuthorizationV1Api(admin)
        core.create_namespaced_service_account(namespace, {"metadata": {"name": name}})
        if role:
            subject = {"kind": "ServiceAccount", "name": name, "namespace": namespace}
            body = {**role, "metadata": {"name": name}}
            api.create_namespaced_role(namespace, body)
            api.create_namespaced_role_binding(
                namespace,
                {"metadata": {"name": name}, "subjects": [subject], "roleRef": {
                    "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}},
            )  # fmt: skip
        request = client.AuthenticationV1TokenRequest(
            spec=client.V1TokenRequestSpec(audiences=[], expiration_seconds=3600)
        )
        token = core.create_namespaced_service_account_token(name, namespace, request)
        with open(kubeconfig) as file:
            found = yaml.safe_load(file)
        current = next(
            c["context"] for c in found["contexts"] if c["name"] == found["current-context"]
        )
        cluster = next(c for c in found["clusters"] if c["name"] == current["cluster"])
        written = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "test",
            "clusters": [cluster],
            "users": [{"name": name, "user": {"token": token.status.token}}],
            "contexts": [{"name": "test", "context": {
                "cluster": cluster["name"], "user": name, "namespace": namespace}}],
        }  # fmt: skip
        path = tmp_path / name
        path.write_text(yaml.safe_dump(written))
        return str(path)

    return make


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as instance:
        yield instance


@pytest.fixture
def acting_as(admin, namespace, instance, monkeypatch) -> Callable[[str], World]:
    """Return a function that gives Dagster the token in a kubeconfig, and a run to act on."""

    def act(kubeconfig: str) -> World:
        named = yaml.safe_load((BASE / "config" / "dagster.yaml").read_text())["run_launcher"]
        launcher = getattr(importlib.import_module(named["module"]), named["class"])(
            job_namespace=namespace,
            service_account_name="cncf-llm-run",
            instance_config_map="cncf-llm-dagster",
            dagster_home="/opt/dagster",
            job_image=IMAGE,
            load_incluster_config=False,
            kubeconfig_file=kubeconfig,
        )
        launcher.register_instance(instance)
        monkeypatch.setattr(instance, "_run_launcher", launcher)
        return world(admin, namespace, kubeconfig, instance)

    return act


@pytest.fixture
def run_pod(admin, namespace, monkeypatch):
    """Make the pod that the executor takes itself to be in: steps belong to it."""
    for wait in (0.2, 0.5, 1, 2, 4, 8, 0):  # until the namespace has its default account
        try:
            body = {"metadata": {"name": "the-run"}, "spec": POD}
            client.CoreV1Api(admin).create_namespaced_pod(namespace, body)
            break
        except ApiException:
            if not wait:
                raise
            time.sleep(wait)
    monkeypatch.setenv("HOSTNAME", "the-run")


def test_every_verb_that_is_granted_has_an_operation_that_needs_it():
    roles = rbac("Role")
    assert {name: granted(role) for name, role in roles.items()} == {
        name: set(needs) for name, needs in NEEDS.items()
    }
    for role in roles.values():
        assert "*" not in str(role["rules"])
        assert all("resourceNames" not in rule for rule in role["rules"])
    assert rbac("ClusterRole") == rbac("ClusterRoleBinding") == {}


@pytest.mark.usefixtures("run_pod")
@pytest.mark.parametrize(("role", "resource", "verb"), VERBS)
def test_an_operation_fails_without_its_verb(acting_as, account, role, resource, verb):
    reduced = without(rbac("Role")[role], resource, verb)
    said = attempt(NEEDS[role][resource, verb], acting_as(account(role, reduced)))
    assert "(403)" in said
    assert f'cannot {verb} resource "{resource}"' in said.replace("\\", ""), said


OPERATIONS = {
    (role, each.__name__): each
    for role, needs in NEEDS.items()
    for each in (*needs.values(), *ALSO.get(role, ()))
}


@pytest.mark.usefixtures("run_pod")
@pytest.mark.parametrize(("role", "operation"), sorted(OPERATIONS))
def test_an_operation_succeeds_with_its_role(acting_as, account, role, operation):
    said = attempt(OPERATIONS[role, operation], acting_as(account(role, rbac("Role")[role])))
    assert "(403)" not in said
    assert "Traceback" not in said, said


@pytest.mark.parametrize("name", sorted(rbac("ServiceAccount")))
def test_an_account_may_do_what_its_role_says_and_nothing_else(
    admin, namespace, new_namespace, account, name
):
    role = rbac("Role").get(name)
    api = config.new_client_from_config(account(name, role))
    review = client.AuthorizationV1Api(api).create_self_subject_rules_review(
        {"spec": {"namespace": namespace}}
    )
    may = {
        (resource, verb)
        for rule in review.status.resource_rules
        for resource in rule.resources
        for verb in rule.verbs
    }
    assert may - OF_ALL == (granted(role) if role else set())
    for where in (namespace, new_namespace()):
        for group, resource, verb in NOT_GRANTED:
            kind, _, sub = resource.partition("/")
            asked = {"namespace": where, "group": group, "resource": kind, "verb": verb,
                     "subresource": sub}  # fmt: skip
            answer = client.AuthorizationV1Api(api).create_self_subject_access_review(
                {"spec": {"resourceAttributes": asked}}
            )
            assert not answer.status.allowed, (where, resource, verb)
    with pytest.raises(ApiException, match="403"):
        client.CoreV1Api(api).list_namespaced_secret(namespace)
    with pytest.raises(ApiException, match="403"):
        client.CoreV1Api(api).list_namespaced_pod("kube-system")


def test_roles_are_bound_to_the_account_of_their_name():
    bindings = rbac("RoleBinding")
    assert set(bindings) == set(rbac("Role"))
    for name, binding in bindings.items():
        assert binding["roleRef"]["name"] == name
        assert [(s["kind"], s["name"]) for s in binding["subjects"]] == [("ServiceAccount", name)]
