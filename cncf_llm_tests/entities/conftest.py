"""A small gazetteer and pipelines built once for all tests of this package."""

from pathlib import Path

import polars as pl
import pytest

from cncf_llm.entities import Inventory, build_gazetteer, train_recognizer
from cncf_llm.entities.gazetteer import Gazetteer
from cncf_llm.entities.recognizer import Recognizer, blank_recognizer

PROJECTS = pl.DataFrame(
    {
        "project": [
            "flux",
            "harbor",
            "open-policy-agent",
            "prometheus",
            "container-network-interface",
            "dragonfly",
            "copa",
            "falco",
            "rook",
            "keep",
            "connect",
            "distribution",
        ],
        "name": [
            "Flux",
            "Harbor",
            "Open Policy Agent",
            "Prometheus",
            "Container Network Interface",
            "Dragonfly",
            "Copa",
            "Falco",
            "Rook",
            "Keep",
            "Connect",
            "Distribution",
        ],
        "aliases": [[], [], ["OPA"], [], ["CNI"], *([] for _ in range(7))],
    },
    schema_overrides={"aliases": pl.List(pl.String)},
)
NEIGHBOURS = pl.DataFrame(
    {
        "name": [
            "Access",
            "VictoriaMetrics",
            "Morgan Stanley (member)",
            "Fancy Kubernetes Service",
        ],
        "category": ["Provisioning", "Observability and Analysis", "CNCF Members", "Platform"],
        "subcategory": ["Key", "Observability", "Silver", "Certified Kubernetes - Hosted"],
    }
)

INVENTORY = Inventory(
    kinds={"WidgetSet": ("widgets.example.io/v1",)},
    keys=("targetRef",),
    metrics=("widget_queue_depth",),
    fields=("replicas", "new"),
    plugins=("forward", "cache", "prometheus"),
    terms=("Pod Lifecycle",),
)


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return build_gazetteer(PROJECTS, NEIGHBOURS, INVENTORY)


@pytest.fixture(scope="session")
def rules(gazetteer: Gazetteer) -> Recognizer:
    """The pipeline of rules alone."""
    return blank_recognizer(gazetteer)


def passages(*texts: str, project: str = "prometheus") -> pl.DataFrame:
    """Passages with the columns that this stage reads."""
    return pl.DataFrame(
        {
            "passage_id": [f"psg-{number}" for number in range(len(texts))],
            "project": [project] * len(texts),
            "text": list(texts),
            "content_hash": [f"hash of {text}" for text in texts],
        },
        schema=dict.fromkeys(["passage_id", "project", "text", "content_hash"], pl.String),
    )


SENTENCES = (
    "Prometheus scrapes metrics from Kubernetes and stores them as time series.",
    "Use Flux with Helm to deploy the `podinfo` chart to a Kubernetes namespace.",
    "Set the `scrapeInterval` field of the PodMonitor and run `kubectl apply -f monitor.yaml`.",
    "Envoy supports gRPC and HTTP/2, and Linkerd supports mTLS.",
    "The `kubelet` exposes `kubelet_running_pods_total` since version 1.2.",
)


@pytest.fixture(scope="session")
def trained(gazetteer: Gazetteer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline trained for two steps."""
    folder = tmp_path_factory.mktemp("recognizer") / "pipeline"
    train_recognizer(passages(*SENTENCES), gazetteer, folder, steps=2)
    return folder
