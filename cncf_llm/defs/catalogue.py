"""What Dagster's catalogue says of each asset before any run: columns, where they come from, cost,
and how old an asset may get."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

import dagster as dg

from cncf_llm import corpus, entities, evaluation, ingest, landscape, release
from cncf_llm.defs.automation import tags
from cncf_llm.defs.present import column_schema
from cncf_llm.questions import PAIRS
from cncf_llm.store import Table

_RAW = ("repository_documents", "website_documents", "stackoverflow_threads")

# The main table of each asset that is one. The others are files of models, or folders.
TABLES: Mapping[str, Table] = {
    "landscape": landscape.PROJECTS,
    **dict.fromkeys(_RAW, ingest.DOCUMENTS),
    "unified_corpus": corpus.PASSAGES,
    "entity_graph": entities.NODES,
    "landscape_graph": entities.NODES,
    "written_pairs": PAIRS,
    "qa_pairs": PAIRS,
    "benchmark_questions": evaluation.ITEMS,
    "benchmark_scores": evaluation.SCORES,
    "landscape_scores": evaluation.SCORES,
    "leaderboard": evaluation.LEADERBOARD,
    "dataset_release": release.SOURCES,
}

# Columns that hold the same as a column of another asset: what a row's ids lead back to.
_DOCUMENT = ("document_id", "source", "repository", "path", "revision", "url", "licence")
_CITED = ("repository", "path", "revision", "url")
_IDS = ("passage_ids", "document_ids")
_SAME: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    **{raw: {"landscape": ("project",)} for raw in _RAW},
    "unified_corpus": dict.fromkeys(_RAW, (*_DOCUMENT, "project", "attribution")),
    "landscape_graph": {"entity_graph": ("entity_id", "label", "name", "project_key")},
    "written_pairs": {"unified_corpus": (*_CITED, "project", "licence", "attribution")},
    "qa_pairs": {"unified_corpus": (*_CITED, "project", "licence", "attribution")},
    "benchmark_questions": {
        "qa_pairs": ("fact_id", "project", "kind", "subject", *_CITED, *_IDS),
    },
    "benchmark_scores": {"benchmark_questions": ("project", "set")},
    "landscape_scores": {"benchmark_questions": ("project", "set")},
    "leaderboard": {"benchmark_scores": ("project", "set", "model", "metric")},
}
# Columns of another name: (asset, column) -> (dependency, its column).
_RENAMED: Mapping[tuple[str, str], tuple[str, str]] = {
    ("entity_graph", "passage_ids"): ("unified_corpus", "passage_id"),
    ("entity_graph", "project_key"): ("landscape", "project"),
    ("written_pairs", "passage_ids"): ("unified_corpus", "passage_id"),
    ("written_pairs", "document_ids"): ("unified_corpus", "document_id"),
    ("qa_pairs", "passage_ids"): ("unified_corpus", "passage_id"),
    ("qa_pairs", "document_ids"): ("unified_corpus", "document_id"),
}

_COST = {
    **dict.fromkeys(("landscape", *_RAW), "network"),
    "written_pairs": "endpoint",
    **dict.fromkeys(
        ("base_model", "adapter", "landscape_adapter", "benchmark_scores", "landscape_scores"),
        "gpu",
    ),
}

# Every project is made at least once a week (schedule weekly_refresh); a day more is too old.
_WEEKLY = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=8))
# Made when something changed: weeks without any is a sign that nobody looks.
_CHANGING = dg.FreshnessPolicy.time_window(
    fail_window=timedelta(days=30), warn_window=timedelta(days=14)
)
_FRESHNESS = {
    **dict.fromkeys((*_RAW, "unified_corpus", "entity_graph", "qa_pairs"), _WEEKLY),
    **dict.fromkeys(("landscape", "qa_dataset", "dataset_release"), _CHANGING),
}


def with_catalogue(
    assets: Iterable[object],
) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """Return the assets with what the catalogue shows of them."""
    ours = [each for each in assets if isinstance(each, dg.AssetsDefinition | dg.AssetSpec)]
    return list(dg.map_asset_specs(_described, ours))


def _described(spec: dg.AssetSpec) -> dg.AssetSpec:
    name = spec.key.to_user_string()
    metadata: dict[str, object] = {}
    if table := TABLES.get(name):
        metadata["dagster/column_schema"] = column_schema(table)
    if lineage := _lineage(name):
        metadata["dagster/column_lineage"] = dg.TableColumnLineage(lineage)
    spec = spec.merge_attributes(metadata=metadata, tags={tags.COST: _COST.get(name, "cpu")})
    policy = _FRESHNESS.get(name)
    return spec.replace_attributes(freshness_policy=policy) if policy else spec


def _lineage(asset: str) -> dict[str, list[dg.TableColumnDep]]:
    """Return the columns whose values are known to come from columns of a dependency."""
    found: dict[str, list[dg.TableColumnDep]] = {}
    for dependency, columns in _SAME.get(asset, {}).items():
        for column in columns:
            found.setdefault(column, []).append(dg.TableColumnDep(dependency, column))
    for (owner, column), (dependency, theirs) in _RENAMED.items():
        if owner == asset:
            found.setdefault(column, []).append(dg.TableColumnDep(dependency, theirs))
    return found
