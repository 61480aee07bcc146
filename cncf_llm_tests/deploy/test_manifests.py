"""What the manifests promise, read from the rendered overlays. Needs no cluster."""

import re
import shutil

import pytest
import yaml

from cncf_llm_tests.deploy.conftest import (
    DEPLOY,
    OVERLAYS,
    containers,
    dagster_yaml,
    of_kind,
    templates,
)

pytestmark = pytest.mark.slow

DAGSTER = ["cncf-llm-code", "cncf-llm-daemon", "cncf-llm-webserver"]


def env(template):
    (container,) = template["spec"]["containers"]
    return {given["name"]: given.get("value") for given in container.get("env", [])}


def test_the_three_overlays():
    assert {"test-cluster", "production", "air-gapped"} <= set(OVERLAYS)


def test_images_have_a_tag_and_runs_get_one_of_the_same_name(objects):
    images = {c["image"] for t in templates(objects).values() for c in containers(t)}
    for image in images:
        name, _, tag = image.rpartition(":")
        assert "/" in name, f"{image}: an overlay names its registry"
        assert tag not in ("", "latest"), image
    told = env(templates(objects)["cncf-llm-code"])["DAGSTER_CURRENT_IMAGE"]
    own = templates(objects)["cncf-llm-code"]["spec"]["containers"][0]["image"]
    assert told in (own, f"{own}-gpu")


def test_every_container_is_bounded(objects):
    for name, template in templates(objects).items():
        for container in containers(template):
            for bound in ("requests", "limits"):
                assert {"cpu", "memory"} <= set(container["resources"][bound]), name


def test_every_pod_is_restricted_and_its_root_read_only(objects):
    labels = of_kind(objects, "Namespace")["cncf-llm"]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    for name, template in templates(objects).items():
        pod = template["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["runAsUser"] > 0, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod), name
        for volume in pod["volumes"]:
            kinds = set(volume) - {"name"}
            assert kinds <= {"configMap", "secret", "emptyDir", "persistentVolumeClaim"}, name
            if "emptyDir" in volume:
                assert volume["emptyDir"]["sizeLimit"], f"{name}: {volume['name']}"
        for container in containers(template):
            security = container["securityContext"]
            assert security["allowPrivilegeEscalation"] is False, name
            assert security["readOnlyRootFilesystem"] is True, name
            assert security["capabilities"] == {"drop": ["ALL"]}, name
            assert "/tmp" in [m["mountPath"] for m in container["volumeMounts"]], name


def test_every_container_is_probed(objects):
    for name, template in templates(objects).items():
        for container in template["spec"]["containers"]:
            assert container["startupProbe"], name
            assert container["livenessProbe"], name
            # Nothing connects to the daemon.
            assert bool(container.get("readinessProbe")) == (name != "cncf-llm-daemon"), name


def test_a_token_only_for_those_who_call_kubernetes(objects):
    accounts = of_kind(objects, "ServiceAccount")
    for name, template in templates(objects).items():
        wanted = name in ("cncf-llm-daemon", "cncf-llm-webserver")
        assert template["spec"]["automountServiceAccountToken"] is wanted, name
        if wanted:
            assert template["spec"]["serviceAccountName"] == name
            assert name in accounts
    assert accounts["cncf-llm-step"]["automountServiceAccountToken"] is False
    bound = {s["name"] for b in of_kind(objects, "RoleBinding").values() for s in b["subjects"]}
    assert "cncf-llm-step" not in bound
    assert of_kind(objects, "ClusterRole") == {}


def test_roles_are_exactly_what_dagster_k8s_calls(objects):
    def granted(role):
        rules = of_kind(objects, "Role")[role]["rules"]
        return {f"{r} {v}" for rule in rules for r in rule["resources"] for v in rule["verbs"]}

    assert granted("cncf-llm-run") == {
        "jobs create", "jobs delete", "jobs/status get", "pods get", "pods list", "pods delete",
    }  # fmt: skip
    assert granted("cncf-llm-daemon") == {
        "jobs create", "jobs delete", "jobs list", "jobs/status get",
        "pods list", "pods delete", "pods/log get", "events list",
    }  # fmt: skip
    assert granted("cncf-llm-webserver") == {"jobs delete", "pods list", "pods delete"}


def test_what_the_launcher_names_exists(objects):
    config = dagster_yaml(objects)["run_launcher"]["config"]
    namespaces = {found["metadata"].get("namespace") for found in objects} - {None}
    assert namespaces == {config["job_namespace"]}
    assert config["service_account_name"] in of_kind(objects, "ServiceAccount")
    volumes = {v["name"] for v in config["run_k8s_config"]["pod_spec_config"]["volumes"]}
    mounts = {m["name"] for m in config["run_k8s_config"]["container_config"]["volume_mounts"]}
    assert mounts == volumes


def test_servers_and_runs_read_the_same_configuration(objects):
    maps = set(of_kind(objects, "ConfigMap"))
    config = dagster_yaml(objects)["run_launcher"]["config"]
    assert config["env_config_maps"] == [{"env": "SETTINGS_CONFIG_MAP"}]
    # The pod of a run reads it again, to start the pods of its steps.
    assert config["env_vars"] == ["SETTINGS_CONFIG_MAP"]
    for name in DAGSTER:
        template = templates(objects)[name]
        told = env(template)
        mounted = [v["configMap"]["name"] for v in template["spec"]["volumes"] if "configMap" in v]
        sources = template["spec"]["containers"][0]["envFrom"]
        settings = [s["configMapRef"]["name"] for s in sources if "configMapRef" in s]
        assert len(mounted) == 1, name
        assert settings == [told["SETTINGS_CONFIG_MAP"]], name
        assert {*mounted, *settings} <= maps, name
        for map_name in (*mounted, *settings):
            assert re.search(r"-[a-z0-9]{10}$", map_name), f"{map_name} has no hash"


@pytest.mark.parametrize(
    ("file", "old", "new", "rolled"),
    [
        ("base/config/settings.env", "us-east-1", "us-west-2", [*DAGSTER, "cncf-llm-mlflow"]),
        ("base/config/dagster.yaml", "max_concurrent_runs: 10", "max_concurrent_runs: 11", DAGSTER),
    ],
)
def test_a_change_of_configuration_rolls_the_pods_that_read_it(
    render, tmp_path, file, old, new, rolled
):
    before = templates(render("base"))
    shutil.copytree(DEPLOY, tmp_path / "deploy")
    text = (tmp_path / "deploy" / file).read_text()
    assert old in text
    (tmp_path / "deploy" / file).write_text(text.replace(old, new))
    after = templates(render(tmp_path / "deploy" / "base"))
    assert sorted(name for name in before if before[name] != after[name]) == sorted(rolled)


def test_secrets_are_named_and_not_kept(objects):
    assert of_kind(objects, "Secret") == {}
    for name, template in templates(objects).items():
        for container in containers(template):
            for given in container.get("env", []):
                secret = re.search("PASSWORD|SECRET_ACCESS|TOKEN|_KEY$", given["name"])
                assert not (secret and given.get("value")), f"{name}: {given['name']}"
    for name, found in of_kind(objects, "ConfigMap").items():
        lines = "\n".join(f"{key}={value}" for key, value in found["data"].items())
        given = re.search(r"(?im)^\s*\S*(password|secret|token)\S*\s*[:=]\s*[^\s{[].*", lines)
        assert given is None, f"{name}: {given}"


def test_services_reach_a_port_of_their_pods(objects):
    for name, service in of_kind(objects, "Service").items():
        chosen = [
            template
            for template in templates(objects).values()
            if template["metadata"]["labels"].items() >= service["spec"]["selector"].items()
        ]
        assert len(chosen) == 1, name
        ports = {p["name"] for p in chosen[0]["spec"]["containers"][0]["ports"]}
        assert {p["targetPort"] for p in service["spec"]["ports"]} <= ports, name


def test_the_workspace_names_the_code_servers_service(objects):
    (data,) = [
        found["data"]
        for name, found in of_kind(objects, "ConfigMap").items()
        if name.startswith("cncf-llm-dagster-")
    ]
    (location,) = yaml.safe_load(data["workspace.yaml"])["load_from"]
    service = of_kind(objects, "Service")[location["grpc_server"]["host"]]
    assert location["grpc_server"]["port"] in [p["port"] for p in service["spec"]["ports"]]
    local = yaml.safe_load((DEPLOY.parent / "workspace.yaml").read_text())["load_from"]
    assert location["grpc_server"]["location_name"] == local[0]["python_module"]["location_name"]


def test_one_daemon_and_never_two(objects):
    daemon = of_kind(objects, "Deployment")["cncf-llm-daemon"]["spec"]
    assert daemon["replicas"] == 1
    assert daemon["strategy"] == {"type": "Recreate"}


@pytest.mark.parametrize("overlay", ["production", "air-gapped"])
def test_webservers_grow_with_their_load_and_one_survives_a_drain(render, overlay):
    objects = render(f"overlays/{overlay}")
    scaler = of_kind(objects, "HorizontalPodAutoscaler")["cncf-llm-webserver"]
    assert scaler["apiVersion"] == "autoscaling/v2"
    assert scaler["spec"]["minReplicas"] >= 2
    web = of_kind(objects, "Deployment")["cncf-llm-webserver"]["spec"]
    assert "replicas" not in web, "each `apply` would undo the autoscaler's count"
    budget = of_kind(objects, "PodDisruptionBudget")["cncf-llm-webserver"]
    assert budget["apiVersion"] == "policy/v1"
    labels = web["template"]["metadata"]["labels"]
    assert labels.items() >= budget["spec"]["selector"]["matchLabels"].items()


def test_air_gapped_pods_get_the_mirror_and_stay_inside(render):
    objects = render("overlays/air-gapped")
    (settings,) = [
        found["data"]
        for name, found in of_kind(objects, "ConfigMap").items()
        if name.startswith("cncf-llm-settings-")
    ]
    assert settings["CNCF_LLM_OFFLINE"] == "true"
    code = templates(objects)["cncf-llm-code"]
    context = yaml.safe_load(env(code)["DAGSTER_CONTAINER_CONTEXT"])
    assert context["k8s"]["volumes"][0] in code["spec"]["volumes"]
    (mount,) = context["k8s"]["volume_mounts"]
    assert mount in code["spec"]["containers"][0]["volumeMounts"]
    assert settings["CNCF_LLM_MIRROR"] == mount["mountPath"]
    # dagster-k8s refuses a run whose context has a key that it does not know.
    from dagster_k8s.container_context import K8sContainerContext

    read = K8sContainerContext.create_from_config(context)
    pod = read.run_k8s_config
    assert pod.pod_spec_config["volumes"][0]["persistent_volume_claim"]["read_only"] is True
    assert pod.container_config["volume_mounts"][0]["mount_path"] == "/mirror"
