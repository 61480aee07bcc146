"""The training of landscape_adapter on several nodes, when the settings ask for more than one."""

from dataclasses import replace
from typing import Any

import dagster as dg
import polars as pl

from cncf_llm import training as stage
from cncf_llm.defs import pods
from cncf_llm.defs.progress import progress
from cncf_llm.settings import Settings
from cncf_llm.store import Draft, Store, Version

MODEL = "model"  # folder of a base model's files in its version
ADAPTER = "adapter"  # likewise of an adapter's
_ASSET = "landscape_adapter"
_FOLDER = "_training"  # in the store; no asset has such a name


def asked_for(recipe: stage.LoraRecipe, settings: Settings) -> stage.LoraRecipe:
    """Return the recipe for as many machines and GPUs as the settings ask for.

    They are part of it: sums in another order end in other bytes, though every step learns from as
    many pairs as before.
    """
    if settings.train_nodes == 1:
        return recipe
    return replace(recipe, nodes=settings.train_nodes, processes=max(1, settings.train_gpus))


def train(
    context: dg.AssetExecutionContext,
    settings: Settings,
    store: Store,
    base: Version,
    train: pl.DataFrame,
    validation: pl.DataFrame,
    draft: Draft,
    recipe: stage.LoraRecipe,
    run: stage.TrackedRun,
) -> stage.Trained:
    """Train on the nodes of a TrainJob, and have the adapter in the draft as a single one has it.

    Raises `TrainingError` when it cannot be done: `several_nodes.py` says when.
    """
    if store.bucket is None:
        raise stage.TrainingError(
            f"{settings.train_nodes} nodes are asked for (CNCF_LLM_TRAIN_NODES), and they share "
            "nothing but an object store: set CNCF_LLM_STORE to s3://bucket/prefix"
        )
    tables = {"train": stage.pairs_table(train), "validation": stage.pairs_table(validation)}
    inside = f"{MODEL}/"
    job = stage.Job(
        base=f"{base.location}/{MODEL}",
        base_files={
            name.removeprefix(inside): sha256
            for name, sha256 in base.files.items()
            if name.startswith(inside)
        },
        base_name=base.facts["name"],
        pairs=stage.job_pairs(tables),
        recipe=recipe,
        seed=settings.seed,
        code=stage.VERSION,
    )
    draft.facts["trainjob"] = job.name
    draft.keep_scratch()  # which MLflow run this is, should the step be killed while it waits
    cluster = stage.connect()
    return stage.train_on_nodes(
        job,
        tables,
        draft.path / ADAPTER,
        root=_root(store),
        cluster=cluster,
        nodes=_nodes(settings, cluster),
        wait=settings.pod_wait_hours * 3600,
        tracking=run,
        report=progress(context),
        say=context.log.info,
    )


def forget(store: Store) -> None:
    """Remove what the nodes of the current version left in the store, which is published now."""
    version = store.current(_ASSET)
    if store.bucket and version and "trainjob" in version.facts:
        stage.forget(_root(store), version.facts["trainjob"])


def _nodes(settings: Settings, cluster: stage.Cluster) -> stage.Nodes:
    image = settings.train_image or cluster.image
    if image is None:
        raise stage.TrainingError(
            "the nodes' image is not known outside a pod: set CNCF_LLM_TRAIN_IMAGE"
        )
    row = replace(pods.PODS[_ASSET], gpus=settings.train_gpus)
    if settings.gpu_product and not row.gpu_product:
        row = replace(row, gpu_product=settings.gpu_product)
    config: dict[str, Any] = dict(pods.config(row))
    resources, spec = config["container_config"]["resources"], config["pod_spec_config"]
    return stage.Nodes(
        image=image,
        count=settings.train_nodes,
        processes=max(1, settings.train_gpus),
        requests=resources["requests"],
        limits=resources["limits"],
        deadline=row.hours * 3600,
        runtime=settings.train_runtime,
        shared_memory=row.shm or "1Gi",
        node_selector=spec.get("node_selector", {}),
        tolerations=spec.get("tolerations", ()),
        pull_secrets=cluster.pull_secrets,
    )


def _root(store: Store) -> str:
    return f"{store.bucket.url}/{_FOLDER}" if store.bucket else ""
