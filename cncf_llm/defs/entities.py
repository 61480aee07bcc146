"""Entities: the recognizer, each project's entity graph, and the graph of the landscape."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from cncf_llm import entities as stage
from cncf_llm import sample
from cncf_llm.corpus import trained_on
from cncf_llm.defs import pods
from cncf_llm.defs.automation.conditions import FOLLOWS, GATHERS_CORPORA, GATHERS_GRAPHS
from cncf_llm.defs.checks import specs
from cncf_llm.defs.drift import corpus_generation
from cncf_llm.defs.entity_checks import (
    GRAPH_CHECKS,
    RECOGNIZER_CHECKS,
    score_figures,
    score_table,
)
from cncf_llm.defs.landscape import project_row
from cncf_llm.defs.present import Metadata, drop_metadata, markdown_table, picture, table_metadata
from cncf_llm.defs.progress import progress
from cncf_llm.defs.storage import Results, refresh
from cncf_llm.partitions import PROJECTS
from cncf_llm.settings import Settings
from cncf_llm.store import Draft, Store, Version, content_hash, digest
from cncf_llm.training import tracked_run

PIPELINE = "pipeline"  # folder of the spaCy pipeline in the recognizer's version

GRAPHML = "graph.graphml"
JSONLD = "graph.jsonld"
PAGE = "graph.html"


@dg.asset(
    group_name="entities",
    kinds={"spacy"},
    owners=["team:data"],
    code_version=stage.VERSION,
    check_specs=specs("entity_recognizer", RECOGNIZER_CHECKS),
    automation_condition=GATHERS_CORPORA,
    op_tags=pods.of("entity_recognizer"),
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
    annotated = _annotated(settings)
    chosen = None if settings.recognizer == "embedded" else Path(settings.recognizer)
    generation = corpus_generation(
        context, store.current("entity_recognizer"), passages, settings.retrain_drift
    )

    def build(draft: Draft) -> None:
        gazetteer = stage.build_gazetteer(
            projects, landscape.table("neighbours"), stage.list_names(passages)
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
                pipeline=chosen,
                report=step,
            )
            scores = stage.score_recognizer(draft.path / PIPELINE, annotated)
            run.metrics(0, score_figures(scores))
        draft.write("trained_on", trained_on(passages))
        draft.facts.update(
            generation=generation,
            training=trained,
            # facts, not a table: other annotations do not make it another recognizer
            scores=scores.to_dicts(),
            scored_on="sample" if annotated == sample.ANNOTATED else annotated.name,
            mlflow_run=run.run_id,
            mlflow_page=run.page,
        )

    yield from refresh(
        context,
        store,
        build,
        _describe_recognizer,
        code=stage.VERSION,
        inputs={
            "names": _names_digest(landscape),
            "corpus": generation,
            "annotated": content_hash(annotated.read_bytes()),
        },
        settings={
            "seed": settings.seed,
            "recognizer": stage.pipeline_digest(chosen) if chosen else settings.recognizer,
        },
        checks=RECOGNIZER_CHECKS,
    )


@dg.asset(
    partitions_def=PROJECTS,
    group_name="entities",
    kinds={"spacy", "polars"},
    owners=["team:data"],
    code_version=stage.VERSION,
    check_specs=specs("entity_graph", GRAPH_CHECKS, PROJECTS),
    automation_condition=FOLLOWS,
    op_tags=pods.of("entity_graph"),
)
def entity_graph(
    context: dg.AssetExecutionContext,
    store: dg.ResourceParam[Store],
    landscape: Version,
    unified_corpus: Version,
    entity_recognizer: Version,
) -> Results:
    """The project's mentions, nodes and typed edges, each edge with the passages that state it.

    Also as GraphML and JSON-LD.
    """
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
        graph = stage.build_graph(
            row,
            passages,
            found.tables["mentions"],
            links,
            stage.load_apis(entity_recognizer.path / PIPELINE),
        )
        draft.write("nodes", graph.nodes)
        draft.write("edges", graph.edges)
        draft.write("edge_drops", graph.drops)
        _write_products(
            draft,
            context.partition_key,
            graph,
            stage.cited_sources(graph.nodes, graph.edges, passages),
            stage.find_quotes(graph.edges, passages),
        )
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
        checks=GRAPH_CHECKS,
    )


@dg.asset(
    group_name="entities",
    kinds={"networkx", "polars"},
    owners=["team:data"],
    code_version=stage.VERSION,
    check_specs=specs("landscape_graph", GRAPH_CHECKS),
    automation_condition=GATHERS_GRAPHS,
    op_tags=pods.of("landscape_graph"),
)
def landscape_graph(
    context: dg.AssetExecutionContext,
    store: dg.ResourceParam[Store],
    entity_graph: dict[str, Version],
) -> Results:
    """All projects' graphs merged; also as GraphML, JSON-LD and a page to explore in a browser."""

    def build(draft: Draft) -> None:
        merged = stage.merge_graphs(_graph(version) for version in entity_graph.values())
        draft.write("nodes", merged.nodes)
        draft.write("edges", merged.edges)
        parts = entity_graph.values()
        sources = stage.merge_sources(version.table("sources") for version in parts)
        quotes = stage.merge_quotes(merged.edges, (version.table("quotes") for version in parts))
        _write_products(draft, "landscape", merged, sources, quotes)
        page = stage.draw_page("CNCF landscape graph", merged.nodes, merged.edges, sources, quotes)
        (draft.path / PAGE).write_text(page, encoding="utf-8")

    yield from refresh(
        context,
        store,
        build,
        _describe_graph,
        code=stage.VERSION,
        inputs={key: version.digest for key, version in entity_graph.items()},
        checks=GRAPH_CHECKS,
    )


def _write_products(
    draft: Draft, name: str, graph: stage.Graph, sources: pl.DataFrame, quotes: pl.DataFrame
) -> None:
    draft.write("sources", sources)
    draft.write("quotes", quotes)
    (draft.path / GRAPHML).write_bytes(stage.to_graphml(graph.nodes, graph.edges))
    stage.write_jsonld(draft.path / JSONLD, name, graph.nodes, graph.edges, sources, quotes)


def _annotated(settings: Settings) -> Path:
    """Return the file of annotated sentences that the recognizer is scored on."""
    file = settings.entity_dev_set or sample.ANNOTATED
    if not file.is_file():
        raise dg.Failure(
            f"CNCF_LLM_ENTITY_DEV_SET names {file}, which is no file: "
            "set it to JSON lines of annotated sentences, or unset it"
        )
    return file


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


def _describe_recognizer(version: Version) -> Metadata:
    scores = stage.SCORES.frame(version.facts["scores"])
    exact = scores.filter((pl.col("match") == "exact") & pl.col("f1").is_not_null())
    shown: dict[str, Any] = {
        f"F1 {label}": value for label, value in exact.select("label", "f1").iter_rows()
    }
    return {
        **version.facts["training"],
        "files": len(version.files),
        "scored on": version.facts["scored_on"],
        **shown,
        "scores": score_table(scores),
    }


def _describe_graph(version: Version) -> Metadata:
    nodes, edges = version.table("nodes"), version.table("edges")
    types = edges.group_by("type").len(name="edges").sort("edges", "type", descending=[True, False])
    return {
        **table_metadata(version, stage.NODES, ["label", "name", "mentions"]),
        "edges": edges.height,
        "edges by type": markdown_table(types),
        "graph": picture(stage.draw_graph(nodes, edges)),
        **{
            name: dg.MetadataValue.path(str(version.path / file))
            for name, file in (("page", PAGE), ("JSON-LD", JSONLD), ("GraphML", GRAPHML))
            if file in version.files
        },
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
