"""The models: the base model, one LoRA adapter per project, and one over all projects."""

import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import dagster as dg
import polars as pl

from cncf_llm import training as stage
from cncf_llm.corpus import trained_on
from cncf_llm.defs import nodes, pods, pools, retries
from cncf_llm.defs.automation.tags import REASON
from cncf_llm.defs.checks import Check, specs
from cncf_llm.defs.drift import corpus_generation
from cncf_llm.defs.nodes import ADAPTER, MODEL
from cncf_llm.defs.present import Metadata, picture
from cncf_llm.defs.progress import progress
from cncf_llm.defs.storage import Results, refresh
from cncf_llm.partitions import PROJECTS
from cncf_llm.questions import split_of
from cncf_llm.questions.dataset import project_folders
from cncf_llm.settings import Settings
from cncf_llm.store import Draft, Store, Version

# Known when the code is loaded, as the size of the step's pod must be.
_NODES = Settings().train_nodes

_ADAPTER_CHECKS = (
    Check(
        "loss_fell",
        "The adapter's training loss is finite and fell.",
        lambda version: check_loss_fell(version.table("curve")),
    ),
)


@dg.asset(
    group_name="models",
    kinds={"pytorch", "huggingface"},
    owners=["team:models"],
    code_version=stage.VERSION,
    op_tags=pods.of("base_model"),
    pool=pools.GPU,
    retry_policy=retries.GPU,
)
def base_model(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
    unified_corpus: dict[str, Version],
) -> Results:
    """The model that adapters are trained for: a local folder, a hub id, or `embedded`.

    `embedded` is a tokenizer and a tiny Llama trained from the corpus, test documents left out.
    It is trained anew only when the corpus has moved by `CNCF_LLM_RETRAIN_DRIFT`.
    """
    embedded = settings.base_model == "embedded"
    passages = _training_passages(unified_corpus) if embedded else None
    inputs = {"base_model": settings.base_model}
    if passages is not None:
        inputs["corpus"] = corpus_generation(
            context, store.current("base_model"), passages, settings.retrain_drift
        )

    def build(draft: Draft) -> None:
        folder = draft.path / MODEL
        resolved = stage.resolve_base_model(
            settings.base_model,
            folder,
            offline=settings.offline,
            allowed_licences=settings.allowed_licences,
        )
        draft.facts.update(asdict(resolved))
        if passages is None:
            return
        draft.facts["generation"] = inputs["corpus"]
        draft.write("trained_on", trained_on(passages))
        with stage.tracked_run(
            settings.tracking_uri,
            "base_model",
            "embedded",
            tags={"dagster_run_id": context.run_id},
            params={**asdict(stage.EMBEDDED), "seed": settings.seed},
            scratch=draft.scratch,
            dataset=("unified_corpus", inputs["corpus"]),
        ) as run:
            trained = stage.train_embedded_model(
                passages["text"].to_list(),
                folder,
                scratch=draft.scratch,
                recipe=stage.EMBEDDED,
                seed=settings.seed,
                tracking=run,
                report=progress(context),
                saved=lambda _: draft.keep_scratch(),
            )
            _keep(draft, trained, run, "Embedded base model")

    yield from refresh(
        context,
        store,
        build,
        lambda version: _describe(version, settings),
        code=stage.VERSION,
        inputs=inputs,
        settings={"seed": settings.seed, "recipe": asdict(stage.EMBEDDED) if embedded else None},
    )


@dg.asset(
    partitions_def=PROJECTS,
    group_name="models",
    kinds={"pytorch", "huggingface", "mlflow"},
    owners=["team:models"],
    code_version=stage.VERSION,
    check_specs=specs("adapter", _ADAPTER_CHECKS, PROJECTS),
    op_tags=pods.of("adapter"),
    pool=pools.GPU,
    retry_policy=retries.GPU,
)
def adapter(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
    base_model: Version,
    qa_dataset: Version,
) -> Results:
    """A LoRA adapter trained on one project's pairs, in PEFT layout; one MLflow run."""
    project = context.partition_key
    folder, data = qa_dataset.subfolder(project), qa_dataset.part(project)
    recipe, parts = _recipe(base_model), {project: data}
    yield from _train(context, settings, store, base_model, recipe, [folder], data, parts)


@dg.asset(
    group_name="models",
    kinds={"pytorch", "huggingface", "mlflow"},
    owners=["team:models"],
    code_version=stage.VERSION,
    check_specs=specs("landscape_adapter", _ADAPTER_CHECKS),
    op_tags=pods.of("landscape_adapter", _NODES),
    pool=pools.GPU,
    retry_policy=retries.GPU,
)
def landscape_adapter(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
    base_model: Version,
    qa_dataset: Version,
) -> Results:
    """One LoRA adapter trained on the pairs of all projects; one MLflow run.

    With `CNCF_LLM_TRAIN_NODES` above 1 several machines train it together, as a TrainJob.
    """
    folders = project_folders(qa_dataset.path)
    parts = {folder.name: qa_dataset.part(folder.name) for folder in folders}
    recipe = nodes.asked_for(_recipe(base_model), settings)
    data = qa_dataset.digest
    yield from _train(context, settings, store, base_model, recipe, folders, data, parts)
    nodes.forget(store)


def _train(
    context: dg.AssetExecutionContext,
    settings: Settings,
    store: Store,
    base: Version,
    recipe: stage.LoraRecipe,
    folders: list[Path],
    data: str,
    parts: Mapping[str, str],
) -> Results:
    name = context.partition_key if context.has_partition_key else "landscape"
    reason = {REASON: said} if (said := context.get_tag(REASON)) else {}

    def build(draft: Draft) -> None:
        train = _pairs(folders, "train")
        with stage.tracked_run(
            settings.tracking_uri,
            context.asset_key.to_user_string(),
            name,
            tags={"dagster_run_id": context.run_id, "project": name, **reason},
            params={**asdict(recipe), "seed": settings.seed, "base_model": base.facts["name"]},
            scratch=draft.scratch,
            dataset=("qa_dataset", data),
        ) as run:
            validation = _pairs(folders, "validation")
            if recipe.nodes > 1:
                trained = nodes.train(
                    context, settings, store, base, train, validation, draft, recipe, run
                )
            else:
                trained = stage.train_adapter(
                    base.path / MODEL,
                    train,
                    validation,
                    draft.path / ADAPTER,
                    scratch=draft.scratch,
                    recipe=recipe,
                    base_name=base.facts["name"],
                    seed=settings.seed,
                    tracking=run,
                    report=progress(context),
                    saved=lambda _: draft.keep_scratch(),
                )
            _keep(draft, trained, run, f"LoRA adapter, {name}")
            draft.write("trained_on", stage.trained_on(train))
            # What the sensor asks about is a fact, so that it need not read a table to know.
            draft.facts.update(
                data=data,
                parts=dict(parts),
                base_model=base.digest,
                trained_at=time.time(),
                reason=said,
            )

    yield from refresh(
        context,
        store,
        build,
        lambda version: _describe(version, settings),
        code=stage.VERSION,
        inputs={"base_model": base.digest, "qa_dataset": data},
        settings={"seed": settings.seed, "recipe": asdict(recipe)},
        checks=_ADAPTER_CHECKS,
    )


def _recipe(base: Version) -> stage.LoraRecipe:
    return stage.EMBEDDED_LORA if base.facts["kind"] == "embedded" else stage.DEFAULT_LORA


def _keep(draft: Draft, trained: stage.Trained, run: stage.TrackedRun, title: str) -> None:
    draft.write("curve", trained.curve)
    draft.facts.update(training=trained.facts, mlflow_run=run.run_id, mlflow_page=run.page)
    run.artifact("loss.png", stage.loss_picture(trained.curve, title))


def _training_passages(corpus: Mapping[str, Version]) -> pl.DataFrame:
    """Return the passages of training documents: what the benchmark calls unseen, stays so."""
    columns = ["passage_id", "document_id", "content_hash", "text"]
    parts = [version.table("passages").select(columns) for version in corpus.values()]
    if not parts:
        raise dg.Failure("no project has a unified_corpus yet: materialize one first")
    passages = pl.concat(parts)
    keep = [split_of(document) == "train" for document in passages["document_id"]]
    return passages.filter(pl.Series(keep)).sort("passage_id")


def _pairs(folders: list[Path], split: str) -> pl.DataFrame:
    """Read one split of the data set; a project without pairs has no folder."""
    files = [folder / f"{split}.parquet" for folder in folders]
    columns = ["project", "qa_id", "kind", "question", "answer"]
    parts = [pl.read_parquet(file, columns=columns) for file in files if file.exists()]
    return pl.concat(parts) if parts else pl.DataFrame(schema=dict.fromkeys(columns, pl.String))


def _describe(version: Version, settings: Settings) -> Metadata:
    metadata: Metadata = {
        "files": dg.MetadataValue.json(sorted(version.files)),
        **{key: said for key in ("licence", "name", "reason") if (said := version.facts.get(key))},
    }
    if "training" in version.facts:
        training = {k: v for k, v in version.facts["training"].items() if v is not None}
        curve = version.table("curve")
        metadata |= {
            **training,
            "loss curve": picture(stage.loss_picture(curve, version.asset)),
            "MLflow run": dg.MetadataValue.url(
                mlflow_url(settings.tracking_uri, version.facts["mlflow_page"])
            ),
        }
    return metadata


def mlflow_url(tracking_uri: str, page: str) -> str:
    """Return the address of an MLflow page. A database has no server: `make dev` starts one."""
    server = tracking_uri if tracking_uri.startswith("http") else "http://localhost:5000"
    return f"{server.rstrip('/')}/{page.lstrip('/')}"


def check_loss_fell(curve: pl.DataFrame) -> dg.AssetCheckResult:
    """Judge a training by its loss: it must be finite, and lower at the end than at the start."""
    losses = curve["train_loss"].drop_nulls()
    ok = len(losses) > 1 and losses.is_finite().all() and losses[-1] < losses[0]
    return dg.AssetCheckResult(
        passed=bool(ok),
        metadata={"first loss": losses[0], "last loss": losses[-1]} if len(losses) else {},
    )
