"""Entities: the recognizer, each project's entity graph, and the graph of the landscape."""

from collections.abc import Mapping

import dagster as dg
import polars as pl

from cncf_llm import entities as stage
from cncf_llm.corpus import trained_on
from cncf_llm.defs import pods
from cncf_llm.defs.checks import Check, specs
from cncf_llm.defs.drift import corpus_generation
from cncf_llm.defs.landscape import project_row
from cncf_llm.defs.present import Metadata, drop_metadata, markdown_table, picture, table_metadata
from cncf_llm.defs.progress import progress
from cncf_llm.defs.storage import Results, refresh
from cncf_llm.partitions import PROJECTS
from cncf_llm.settings import Settings
from cncf_llm.store import Draft, Store, Version, digest
from cncf_llm.training import tracked_run

PIPELINE = "pipeline"  # folder of the spaCy pipeline in the recognizer's version

_RECOGNIZER_CHECKS = (
    Check(
        "recognizer_learned",
        "Names and patterns labelled something for the statistical part to learn from.",
        lambda version: check_recognizer_learned(version.facts["training"]),
    ),
)
_GRAPH_CHECKS = (
    Check(
        "edges_fit_their_signatures",
        "Every edge joins labels that its type allows.",
        lambda version: check_signatures(version.table("nodes"), version.table("edges")),
    ),
)


@dg.asset(
    group_name="entities",
    kinds={"spacy"},
    owners=["team:data"],
    code_version=stage.VERSION,
    check_specs=specs("entity_recognizer", _RECOGNIZER_CHECKS),
    op_tags=pods.CPU,
)
def entity_recognizer(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
    landscape: Version,
    unified_corpus: dict[str, Version],
) -> Results:
    """The spaCy pipeline that finds entities: names from the landscape, patterns, and a part
    trained on what these two found.

    It is trained anew only when the corpus has moved by `CNCF_LLM_RETRAIN_DRIFT`.
    """
    passages = _passages(unified_corpus)
    projects = landscape.table("projects")
    generation = corpus_generation(
        context, store.current("entity_recognizer"), passages, settings.retrain_drift
    )

    def build(draft: Draft) -> None:
        gazetteer = stage.build_gazetteer(
            projects, landscape.table("neighbours"), stage.kinds_in_yaml(passages["text"])
        )
        report = progress(context)
        with tracked_run(
            settings.tracking_uri,
            "entity_recognizer",
            "recognizer",
            tags={"dagster_run_id": context.run_id},
            params={"seed": settings.seed},
            scratch=draft.scratch,
            dataset=("unified_corpus", generation),
        ) as run:

            def step(done: int, total: int, loss: float) -> None:
                report(done, total, f"loss {loss:.2f}")
                if done % 10 == 0:
                    run.metrics(done, {"loss": loss})

            trained = stage.train_recognizer(
                passages,
                gazetteer,
                draft.path / PIPELINE,
                seed=settings.seed,
                project_names=_names(projects),
                report=step,
            )
        draft.write("trained_on", trained_on(passages))
        draft.facts.update(
            generation=generation, training=trained, mlflow_run=run.run_id, mlflow_page=run.page
        )

    yield from refresh(
        context,
        store,
        build,
        lambda version: {**version.facts["training"], "files": len(version.files)},
        code=stage.VERSION,
        inputs={"names": _names_digest(landscape), "corpus": generation},
        settings={"seed": settings.seed},
        checks=_RECOGNIZER_CHECKS,
    )


@dg.asset(
    partitions_def=PROJECTS,
    group_name="entities",
    kinds={"spacy", "polars"},
    owners=["team:data"],
    code_version=stage.VERSION,
    check_specs=specs("entity_graph", _GRAPH_CHECKS, PROJECTS),
    op_tags=pods.CPU,
)
def entity_graph(
    context: dg.AssetExecutionContext,
    store: dg.ResourceParam[Store],
    landscape: Version,
    unified_corpus: Version,
    entity_recognizer: Version,
) -> Results:
    """The project's mentions, nodes and typed edges, each edge with the passages that state it."""
    projects = landscape.table("projects")
    row = project_row(landscape, context.partition_key)
    links = stage.project_links(projects)

    def build(draft: Draft) -> None:
        passages = unified_corpus.table("passages")
        found = stage.find_mentions(
            entity_recognizer.path / PIPELINE,
            entity_recognizer.digest,
            passages,
            draft.previous.tables() if draft.previous else None,
            project_names=_names(projects),
        )
        graph = stage.build_graph(row, passages, found.tables["mentions"], links)
        draft.write("nodes", graph.nodes)
        draft.write("edges", graph.edges)
        draft.write("edge_drops", graph.drops)
        for name, table in found.tables.items():
            draft.write(name, table)
        draft.facts.update(reused=found.reused, computed=found.computed)

    yield from refresh(
        context,
        store,
        build,
        _describe,
        code=stage.VERSION,
        inputs={
            "landscape": row["content_hash"],
            "names": digest(links),
            "unified_corpus": unified_corpus.digest,
            "entity_recognizer": entity_recognizer.digest,
        },
        checks=_GRAPH_CHECKS,
    )


@dg.asset(
    group_name="entities",
    kinds={"networkx", "polars"},
    owners=["team:data"],
    code_version=stage.VERSION,
    op_tags=pods.SMALL,
)
def landscape_graph(
    context: dg.AssetExecutionContext,
    store: dg.ResourceParam[Store],
    entity_graph: dict[str, Version],
) -> Results:
    """All projects' graphs merged; also as GraphML."""

    def build(draft: Draft) -> None:
        merged = stage.merge_graphs(_graph(version) for version in entity_graph.values())
        draft.write("nodes", merged.nodes)
        draft.write("edges", merged.edges)
        (draft.path / "graph.graphml").write_bytes(stage.to_graphml(merged.nodes, merged.edges))

    yield from refresh(
        context,
        store,
        build,
        _describe_graph,
        code=stage.VERSION,
        inputs={key: version.digest for key, version in entity_graph.items()},
    )


def _graph(version: Version) -> stage.Graph:
    return stage.Graph(version.table("nodes"), version.table("edges"), version.table("edge_drops"))


def _passages(corpus: Mapping[str, Version]) -> pl.DataFrame:
    if not corpus:
        raise dg.Failure("no project has a unified_corpus yet: materialize one first")
    parts = [version.table("passages") for version in corpus.values()]
    return pl.concat(parts).sort("passage_id")


def _names_digest(landscape: Version) -> str:
    """Name what the gazetteer reads: a new date in the landscape must not retrain anything."""
    projects = landscape.table("projects").select("project", "name", "aliases")
    neighbours = landscape.table("neighbours").select("name", "category", "subcategory")
    return digest({"projects": projects.rows(), "neighbours": neighbours.rows()})


def _names(projects: pl.DataFrame) -> dict[str, str]:
    return dict(projects.select("project", "name").iter_rows())


def _describe_graph(version: Version) -> Metadata:
    nodes, edges = version.table("nodes"), version.table("edges")
    types = edges.group_by("type").len(name="edges").sort("edges", "type", descending=[True, False])
    return {
        **table_metadata(version, stage.NODES, ["label", "name", "mentions"]),
        "edges": edges.height,
        "edges by type": markdown_table(types),
        "graph": picture(stage.draw_graph(nodes, edges)),
    }


def _describe(version: Version) -> Metadata:
    mentions = version.table("mentions")
    labels = mentions.group_by("label").len(name="mentions").sort("label")
    return {
        **_describe_graph(version),
        **drop_metadata(version, "edge_drops"),
        "mentions": mentions.height,
        "mentions by label": markdown_table(labels),
        "passages read": version.facts["computed"],
        "passages carried over": version.facts["reused"],
    }


def check_signatures(nodes: pl.DataFrame, edges: pl.DataFrame) -> dg.AssetCheckResult:
    """Judge whether every edge joins labels that its type allows."""
    labels = dict(nodes.select("entity_id", "label").iter_rows())
    wrong = [
        f"{head_name} {kind} {tail_name}"
        for kind, head, tail, head_name, tail_name in edges.select(
            "type", "head", "tail", "head_name", "tail_name"
        ).iter_rows()
        if not stage.allowed(kind, labels.get(head), labels.get(tail))
    ]
    return dg.AssetCheckResult(
        passed=not wrong, metadata={"wrong edges": len(wrong), "examples": "; ".join(wrong[:5])}
    )


def check_recognizer_learned(training: Mapping[str, int | float]) -> dg.AssetCheckResult:
    """Judge whether the statistical part was trained on any weak label at all."""
    return dg.AssetCheckResult(passed=training["weak_labels"] > 0, metadata=dict(training))
