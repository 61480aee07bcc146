"""Who reaches whom, worked out from the rendered policies as Kubernetes defines them.

https://kubernetes.io/docs/concepts/services-networking/network-policies: a connection needs an
egress rule of a policy that selects its source and an ingress rule of one that selects its target,
where any policy selects them for that direction.
"""

from ipaddress import ip_address, ip_network

import pytest

from cncf_llm.defs.pods import PODS
from cncf_llm_tests.deploy.conftest import of_kind, templates

pytestmark = pytest.mark.slow

RUN = {"app.kubernetes.io/component": "run_worker"}
STEP = {"app.kubernetes.io/component": "step_worker"}
ONLINE = {**STEP, "cncf-llm/egress": "internet"}
ASKING = {**STEP, "cncf-llm/egress": "endpoint"}


def selects(selector, labels):
    wanted = selector.get("matchLabels", {})
    if not labels.items() >= wanted.items():
        return False
    for rule in selector.get("matchExpressions", []):
        assert rule["operator"] == "In"
        if labels.get(rule["key"]) not in rule["values"]:
            return False
    return True


def meets(peer, labels, address, namespace):
    """Whether a peer of a rule is the pod with these labels, or that address."""
    if "ipBlock" in peer:
        block = peer["ipBlock"]
        return (
            address is not None
            and ip_address(address) in ip_network(block["cidr"])
            and not any(ip_address(address) in ip_network(not_) for not_ in block.get("except", []))
        )
    if labels is None:
        return False
    own = "namespaceSelector" not in peer
    if own != (namespace is None):
        return False
    return (own or selects(peer["namespaceSelector"], namespace)) and selects(
        peer.get("podSelector", {}), labels
    )


def allowed(objects, direction, pod, port, labels=None, address=None, namespace=None):
    """Whether the pod may send to (`Egress`), or receive from (`Ingress`), the other end."""
    policies = [
        policy["spec"]
        for policy in of_kind(objects, "NetworkPolicy").values()
        if direction in policy["spec"]["policyTypes"]
        and selects(policy["spec"]["podSelector"], pod)
    ]
    assert policies, f"no policy covers {pod} for {direction}"
    side = {"Egress": "to", "Ingress": "from"}[direction]
    return any(
        (not rule.get("ports") or port in [p["port"] for p in rule["ports"]])
        and any(meets(peer, labels, address, namespace) for peer in rule[side])
        for spec in policies
        for rule in spec.get(direction.lower(), [])
    )


def reaches(objects, source, target, port):
    return allowed(objects, "Egress", source, port, labels=target) and allowed(
        objects, "Ingress", target, port, labels=source
    )


def component(name):
    return {"app.kubernetes.io/name": "cncf-llm", "app.kubernetes.io/component": name}


SERVERS = {"code": 4000, "webserver": 3000, "mlflow": 5000, "postgres": 5432, "s3": 9000}
USES = {
    "code": {"postgres", "s3", "mlflow"},
    "webserver": {"code", "postgres", "s3"},
    "daemon": {"code", "postgres", "s3"},
    "mlflow": {"postgres", "s3"},
    "run_worker": {"postgres", "s3", "mlflow"},
    "step_worker": {"postgres", "s3", "mlflow"},
    "postgres": set(),
    "s3": set(),
}


@pytest.mark.parametrize("source", USES)
def test_each_pod_reaches_what_it_uses_and_nothing_else_of_the_platform(render, source):
    objects = render("overlays/test-cluster")
    reached = {
        target
        for target, port in SERVERS.items()
        if target != source and reaches(objects, component(source), component(target), port)
    }
    assert reached == USES[source]


def test_every_pod_of_the_platform_is_in_the_table_above(objects):
    for name, template in templates(objects).items():
        found = template["metadata"]["labels"]["app.kubernetes.io/component"]
        assert found in USES or found == "metrics", name


def test_every_pod_is_covered_in_both_directions_and_resolves_names(objects):
    dns = {"kubernetes.io/metadata.name": "kube-system"}
    pods = [t["metadata"]["labels"] for t in templates(objects).values()]
    for pod in [*pods, RUN, STEP, {"app": "a stranger"}]:
        assert allowed(objects, "Egress", pod, 53, labels={}, namespace=dns)
        assert not allowed(objects, "Ingress", pod, 22, labels={}, namespace=dns)
    assert not reaches(objects, {"app": "a stranger"}, component("mlflow"), 5000)


OUTSIDE = ["140.82.112.3", "93.184.216.34"]
PRIVATE = ["10.1.2.3", "172.16.0.9", "192.168.1.1", "169.254.169.254", "127.0.0.1", "100.64.0.1"]


def test_only_steps_that_read_sources_reach_the_internet_and_nothing_private(render):
    objects = render("overlays/production")
    for pod in (ONLINE, {**component("code"), "cncf-llm/egress": "internet"}):
        assert all(allowed(objects, "Egress", pod, 443, address=a) for a in OUTSIDE)
        assert not any(allowed(objects, "Egress", pod, 443, address=a) for a in PRIVATE)
        assert not allowed(objects, "Egress", pod, 22, address=OUTSIDE[0])
    for pod in (
        STEP,
        ASKING,
        RUN,
        component("daemon"),
        component("webserver"),
        component("mlflow"),
    ):
        assert not any(allowed(objects, "Egress", pod, 443, address=a) for a in OUTSIDE)


def test_only_webserver_daemon_and_runs_reach_the_kubernetes_api(objects):
    for pod in (RUN, component("daemon"), component("webserver")):
        assert allowed(objects, "Egress", pod, 6443, address="10.0.0.1")
    for pod in (STEP, ONLINE, component("code"), component("mlflow")):
        assert not allowed(objects, "Egress", pod, 6443, address="10.0.0.1")


def test_only_steps_that_ask_a_model_reach_it(objects):
    llm = {"cncf-llm/serves": "llm"}
    assert allowed(objects, "Egress", ASKING, 8000, labels={}, namespace=llm)
    assert not allowed(objects, "Egress", STEP, 8000, labels={}, namespace=llm)


def test_air_gapped_nothing_leaves_the_cluster(render):
    objects = render("overlays/air-gapped")
    pods = [t["metadata"]["labels"] for t in templates(objects).values()]
    for pod in [*pods, RUN, STEP, ONLINE, ASKING]:
        for port in (22, 80, 443, 6443, 8080):
            assert not any(allowed(objects, "Egress", pod, port, address=a) for a in OUTSIDE)
        assert not allowed(objects, "Egress", pod, 443, address="169.254.169.254")


def test_the_labels_of_assets_are_those_that_policies_select(render):
    selected = {
        policy["spec"]["podSelector"].get("matchLabels", {}).get("cncf-llm/egress")
        for policy in of_kind(render("base"), "NetworkPolicy").values()
    }
    assert {pod.egress for pod in PODS.values()} - {None} <= selected
