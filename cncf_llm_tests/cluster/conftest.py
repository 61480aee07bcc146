"""A cluster for tests: any that `KUBECONFIG` names, where the tests may make namespaces."""

import os
import uuid
from collections.abc import Callable, Iterator

import pytest
from kubernetes import client, config


@pytest.fixture(scope="session")
def kubeconfig() -> str:
    """Return the path of the kubeconfig, or skip the test when there is no cluster."""
    path = os.environ.get("KUBECONFIG", "")
    if not path:
        pytest.skip("KUBECONFIG is not set: no cluster to test on")
    if not os.path.exists(path):
        pytest.skip(f"KUBECONFIG names {path}, which does not exist")
    return path


@pytest.fixture(scope="session")
def admin(kubeconfig) -> client.ApiClient:
    """Return a client with the rights of the kubeconfig."""
    return config.new_client_from_config(kubeconfig)


@pytest.fixture
def new_namespace(admin) -> Iterator[Callable[[], str]]:
    """Return a function that makes a namespace, which is deleted after the test."""
    core, made = client.CoreV1Api(admin), []

    def new() -> str:
        name = f"cncf-llm-test-{uuid.uuid4().hex[:8]}"
        core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=name)))
        made.append(name)
        return name

    yield new
    for name in made:
        core.delete_namespace(name)


@pytest.fixture
def namespace(new_namespace) -> str:
    """Return a namespace of the test's own, which is deleted after the test."""
    return new_namespace()
