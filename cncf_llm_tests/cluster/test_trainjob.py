"""Training on several nodes: a real API server, a stand-in for Kubeflow Trainer, an S3 server."""

import contextlib
import importlib.util
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest
import yaml
from kubernetes import client

from cncf_llm import training
from cncf_llm.defs import models
from cncf_llm.defs.storage import StoredInputs
from cncf_llm.settings import Settings
from cncf_llm.store import Store
from cncf_llm.store.bucket import Bucket
from cncf_llm.training import Cluster, Nodes, TrainingError, exchange, train_on_nodes
from cncf_llm.training.runtime import Trained
from cncf_llm.training.tables import CURVE
from cncf_llm.training.trainjob import manifest
from cncf_llm_tests.cluster.trainer import Pretended, Processes, StandIn
from cncf_llm_tests.store.conftest import s3, s3_server
from cncf_llm_tests.training import tiny
from cncf_llm_tests.training.nodes import job_of

__all__ = ["s3", "s3_server"]
pytestmark = pytest.mark.cluster

ROOT = Path(__file__).parents[2]
CRDS = ROOT.parent / "shared" / "cluster" / "crds"
NODES = Nodes(
    image="localhost/cncf-llm:0.1.0",
    count=2,
    processes=1,
    requests={"cpu": "100m"},
    limits={"cpu": "1"},
    deadline=120,
)


@pytest.fixture(scope="session")
def trainjobs(admin):
    """See that the cluster knows TrainJobs; take away what was added."""
    api: Any = client.ApiextensionsV1Api(admin)
    name = "trainjobs.trainer.kubeflow.org"
    with contextlib.suppress(client.ApiException):
        api.read_custom_resource_definition(name)
        yield
        return
    if not CRDS.is_dir():
        pytest.skip(f"the cluster has no TrainJobs, and their CRD is not in {CRDS}")
    spec = importlib.util.spec_from_file_location("crd_schema", CRDS / "crd_schema.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    crd = module.load_crd(CRDS / "trainer.kubeflow.org_trainjobs.yaml")
    minor = int(client.VersionApi(admin).get_code().minor.rstrip("+"))
    api.create_custom_resource_definition(module.for_1_20(crd) if minor <= 20 else crd)
    for _ in range(100):
        said = api.read_custom_resource_definition(name).status.conditions or []
        if any(one.type == "Established" and one.status == "True" for one in said):
            break
        time.sleep(0.2)
    yield
    api.delete_custom_resource_definition(name)


@pytest.fixture
def component(admin, namespace, trainjobs):
    """Install deploy/components/trainjob's accounts and role, and the store's secret."""
    core: Any = client.CoreV1Api(admin)
    rbac: Any = client.RbacAuthorizationV1Api(admin)
    make = {
        "ServiceAccount": core.create_namespaced_service_account,
        "Role": rbac.create_namespaced_role,
        "RoleBinding": rbac.create_namespaced_role_binding,
    }
    path = ROOT / "deploy" / "components" / "trainjob" / "rbac.yaml"
    for document in yaml.safe_load_all(path.read_text()):
        for subject in document.get("subjects", []):
            subject["namespace"] = namespace
        make[document["kind"]](namespace, document)
    secret = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "not-to-be-told"}
    core.create_namespaced_secret(
        namespace, {"metadata": {"name": "cncf-llm-s3"}, "stringData": secret}
    )


@pytest.fixture
def owner(admin, namespace, component):
    """Return a pod as that of a step is: the TrainJob belongs to it."""
    core: Any = client.CoreV1Api(admin)
    pod = {
        "metadata": {"name": "step"},
        "spec": {
            "schedulerName": "nobody",
            "serviceAccountName": "cncf-llm-trainer",
            "containers": [{"name": "dagster", "image": NODES.image}],
        },
    }
    return admin.sanitize_for_serialization(core.create_namespaced_pod(namespace, pod))


@pytest.fixture
def cluster(admin, namespace, owner):
    return Cluster(admin, namespace, owner, patience=2.0)


@pytest.fixture
def job(s3):
    return job_of(f"{s3}/model", {}, tiny.pairs(), tiny.pairs(["red"]), tiny.LORA)


def result(place: Bucket, folder: Path) -> None:
    """Store what nodes that have trained would store."""
    folder.mkdir()
    (folder / "adapter_config.json").write_text("{}")
    (folder / "adapter_model.safetensors").write_bytes(b"weights")
    curve = [{"step": 1, "train_loss": 2.0, "validation_loss": None}]
    exchange.give(place, folder, Trained({"steps": 1}, CURVE.frame(curve)))


def train(s3, job, cluster, folder, **options):
    job, tables = job
    options = {"nodes": NODES, "wait": 60.0, "say": lambda line: None, "poll": 0.2} | options
    root = f"{s3}/_training"
    return train_on_nodes(job, tables, folder / "adapter", root=root, cluster=cluster, **options)


def gone(cluster, name, seconds=30.0):
    until = time.monotonic() + seconds
    while cluster.find(name) and time.monotonic() < until:
        time.sleep(0.2)
    return cluster.find(name) is None


class Measured:
    def __init__(self):
        self.points = []

    def metrics(self, step, values):
        self.points.append((step, dict(values)))


def test_step_makes_waits_takes_and_removes(admin, namespace, s3, job, cluster, tmp_path):
    place = Bucket(f"{s3}/_training/{job[0].name}")
    said, reported, measured, works = [], [], Measured(), []

    def work(trainjob):
        exchange.tell(place, exchange.Progress(3, 9, [{"step": 3, "train_loss": 2.5}]))
        result(place, tmp_path / "nodes")
        works.append(Pretended())
        return works[-1]

    def say(line):
        said.append(line)
        if "node-0-1: Running" in line:
            works[0].well = True

    with StandIn(admin, namespace, work) as controller:
        trained = train(
            s3,
            job,
            cluster,
            tmp_path,
            say=say,
            tracking=measured,
            report=lambda *report: reported.append(report),
        )
        (made,) = controller.made
        assert gone(cluster, job[0].name)
    assert trained.facts == {"steps": 1}
    assert (tmp_path / "adapter" / "adapter_model.safetensors").read_bytes() == b"weights"
    assert made["metadata"]["ownerReferences"][0]["name"] == "step"
    assert "is created" in said[0]
    assert (3, 9, "training the adapter on several nodes") in reported
    assert measured.points == [(3, {"train_loss": 2.5})]
    # Tried again before it was published: the result is there, and nothing is started.
    assert train(s3, job, cluster, tmp_path).facts == {"steps": 1}


def test_failure_says_the_first_reason_and_leaves_no_trainjob(
    admin, namespace, s3, job, cluster, tmp_path
):
    place = Bucket(f"{s3}/_training/{job[0].name}")

    def work(trainjob):
        exchange.report_failure(place, 1, 5.0, "OutOfMemoryError: CUDA out of memory")
        failed = Pretended()
        failed.well = False
        return failed

    with (
        StandIn(admin, namespace, work),
        pytest.raises(TrainingError, match=r"FailedJobs.*process 1: OutOfMemoryError"),
    ):
        train(s3, job, cluster, tmp_path)
    assert gone(cluster, job[0].name)


def test_cancelled_step_takes_its_trainjob_along(admin, namespace, s3, job, cluster, tmp_path):
    def cancel(line):
        if "Running" in line:
            raise KeyboardInterrupt

    with StandIn(admin, namespace, lambda _: Pretended()) as controller:
        begun = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            train(s3, job, cluster, tmp_path, say=cancel)
        assert gone(cluster, job[0].name)
        while not all(work.stopped for work in controller.works.values()):
            assert time.monotonic() - begun < 60
            time.sleep(0.2)


def test_trainjob_goes_with_the_pod_of_a_step_that_was_killed(admin, s3, job, cluster):
    name = job[0].name
    cluster.start(manifest(name, f"{s3}/x", NODES, cluster.owner), lambda line: None)
    client.CoreV1Api(admin).delete_namespaced_pod("step", cluster.namespace)
    assert gone(cluster, name, seconds=60)


def test_next_step_takes_up_what_a_killed_one_left(admin, namespace, s3, job, cluster, tmp_path):
    name = job[0].name
    place = Bucket(f"{s3}/_training/{name}")
    exchange.hand_over(place, *job)
    before = {"name": "killed", "uid": "6d2f8f0e-0000-4000-8000-000000000000"}
    works = []

    def work(trainjob):
        works.append(Pretended())
        return works[-1]

    said = []

    def say(line):
        said.append(line)
        if "under way already" in line:
            found = cluster.find(name)
            assert found["metadata"]["ownerReferences"][0]["name"] == "step"
            result(place, tmp_path / "nodes")
            works[0].well = True

    # Without an owner that is gone already: the cluster would remove it at once.
    unowned = manifest(name, place.url, NODES, None)
    assert before["uid"] not in json.dumps(unowned)
    with StandIn(admin, namespace, work) as controller:
        cluster.start(unowned, lambda line: None)
        while not works:
            time.sleep(0.2)
        assert train(s3, job, cluster, tmp_path, say=say).facts == {"steps": 1}
        assert len(controller.made) == 1
    assert "under way already" in said[0]


def test_trainjob_for_data_of_then_is_ended(admin, namespace, s3, job, cluster, tmp_path):
    old = replace(job[0], seed=7)
    exchange.hand_over(Bucket(f"{s3}/_training/{old.name}"), old, job[1])
    cluster.start(manifest(old.name, f"{s3}/x", NODES, None), lambda line: None)
    result(Bucket(f"{s3}/_training/{job[0].name}"), tmp_path / "nodes")
    train(s3, job, cluster, tmp_path)
    assert cluster.find(old.name) is None
    assert list(Bucket(f"{s3}/_training/{old.name}").keys("")) == []


def test_nodes_without_a_place_are_given_up(admin, namespace, s3, job, cluster, tmp_path):
    with (
        StandIn(admin, namespace, lambda _: Pretended(), phase="Pending"),
        pytest.raises(TrainingError, match=r"only 0 of 2 nodes found a place.*node-0-0: Pending"),
    ):
        train(s3, job, cluster, tmp_path, wait=1.0)
    assert gone(cluster, job[0].name)


def account(admin, namespace, name):
    """Return a client with the rights of a service account."""
    core: Any = client.CoreV1Api(admin)
    request = {"spec": {"expirationSeconds": 600}}
    token = core.create_namespaced_service_account_token(name, namespace, request).status.token
    settings = client.Configuration()
    settings.host = admin.configuration.host
    settings.ssl_ca_cert = admin.configuration.ssl_ca_cert
    settings.api_key = {"authorization": f"Bearer {token}"}
    return client.ApiClient(settings)


def every_call(api_client, namespace, monkeypatch, name):
    """Do all that a step does: find itself, make, take up, list pods, remove."""
    from cncf_llm.training.cluster import _own_pod

    monkeypatch.setenv("HOSTNAME", "step")
    here = Cluster(api_client, namespace, patience=1.0)
    here = Cluster(api_client, namespace, _own_pod(here), patience=1.0)
    job = manifest(name, "s3://bucket/x", NODES, here.owner)
    here.start(job, lambda line: None)
    here.start(job, lambda line: None)
    here.nodes(name)
    here.end(name)


def often(call, name):
    """Call again and again: the API server needs a moment to forget a right."""
    for attempt in range(50):
        call(f"{name}-{attempt}")
        time.sleep(0.1)


def test_role_has_every_verb_that_is_needed_and_no_other(admin, namespace, owner, monkeypatch):
    rbac: Any = client.RbacAuthorizationV1Api(admin)
    trainer = account(admin, namespace, "cncf-llm-trainer")
    every_call(trainer, namespace, monkeypatch, "with-all")
    role = admin.sanitize_for_serialization(
        rbac.read_namespaced_role("cncf-llm-trainer", namespace)
    )
    for number, rule in enumerate(role["rules"]):
        for verb in rule["verbs"]:
            rules = json.loads(json.dumps(role["rules"]))
            rules[number]["verbs"].remove(verb)
            rbac.patch_namespaced_role("cncf-llm-trainer", namespace, {"rules": rules})
            with pytest.raises(TrainingError, match=r"\(403\).*deploy/components/trainjob"):
                often(lambda n: every_call(trainer, namespace, monkeypatch, n), f"no-{verb}")
    rbac.patch_namespaced_role("cncf-llm-trainer", namespace, {"rules": role["rules"]})
    core: Any = client.CoreV1Api(trainer)
    for forbidden in (
        lambda: core.list_namespaced_secret(namespace),
        lambda: core.read_namespaced_secret("cncf-llm-s3", namespace),
        lambda: core.delete_namespaced_pod("step", namespace),
        lambda: client.BatchV1Api(trainer).list_namespaced_job(namespace),
    ):
        with pytest.raises(client.ApiException) as refused:
            forbidden()
        assert refused.value.status == 403


@pytest.mark.slow
def test_asset_is_trained_by_the_nodes_of_a_trainjob(
    admin, namespace, component, kubeconfig, s3, tmp_path, monkeypatch
):
    """From the asset through TrainJob, controller, two torchruns and S3 to what is published."""
    config = yaml.safe_load(Path(kubeconfig).read_text())
    config["contexts"][0]["context"]["namespace"] = namespace
    config["current-context"] = config["contexts"][0]["name"]
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(config))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    monkeypatch.setattr(training, "EMBEDDED_LORA", tiny.LORA)
    store = Store(f"{s3}/data", cache=tmp_path / "cache")
    with store.draft("base_model", None, "1" * 64) as draft:
        tiny.make(tmp_path / "base")
        (tmp_path / "base" / "model").rename(draft.path / "model")
        draft.facts.update(kind="embedded", name="embedded", seconds=1.0)
    with store.draft("qa_dataset", None, "1" * 64) as draft:
        (draft.path / "etcd").mkdir()
        for split, colours in (("train", tiny.COLOURS), ("validation", ["red", "blue"])):
            pairs = tiny.pairs(colours).with_columns(
                project=pl.lit("etcd"),
                qa_id=pl.concat_str(pl.lit("qa-"), "question"),
                kind=pl.lit("what"),
            )
            pairs.write_parquet(draft.path / "etcd" / f"{split}.parquet")
        draft.facts["seconds"] = 1.0
    settings = Settings(
        home=tmp_path / "home",
        store=f"{s3}/data",
        train_nodes=2,
        train_gpus=0,
        train_image=NODES.image,
    )
    (tmp_path / "home").mkdir()

    def work(trainjob):
        return Processes(client.CoreV1Api(admin), trainjob, tmp_path / "nodes")

    with StandIn(admin, namespace, work) as controller:
        done = dg.materialize(
            [
                dg.SourceAsset("base_model", io_manager_key="io_manager"),
                dg.SourceAsset("qa_dataset", io_manager_key="io_manager"),
                models.landscape_adapter,
            ],
            selection="landscape_adapter",
            resources={"settings": settings, "store": store, "io_manager": StoredInputs(store)},
        )
    assert done.success
    assert len(controller.made) == 1
    version = store.require("landscape_adapter")
    assert {"adapter/adapter_config.json", "adapter/adapter_model.safetensors"} <= set(
        version.files
    )
    assert version.facts["training"]["processes"] == 2
    assert version.table("curve")["step"].to_list() == [6, 8]
    assert list(Bucket(f"{s3}/data/_training").keys("")) == []  # forgotten once it is published
