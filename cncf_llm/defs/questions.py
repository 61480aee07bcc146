"""Question-answer pairs of a project: generated, joined with written ones, curated, reviewed."""

import dagster as dg
import polars as pl

from cncf_llm import questions as stage
from cncf_llm.defs import pods
from cncf_llm.defs.automation.conditions import FOLLOWS_PAIRS
from cncf_llm.defs.checks import Check, RefusedError, specs
from cncf_llm.defs.landscape import project_row
from cncf_llm.defs.present import Metadata, drop_metadata, markdown_table, table_metadata
from cncf_llm.defs.storage import Results, refresh
from cncf_llm.defs.written_pairs import language_model
from cncf_llm.partitions import PROJECTS
from cncf_llm.questions import curation, review, written
from cncf_llm.questions.dataset import SIGNATURES
from cncf_llm.questions.section import project_name
from cncf_llm.settings import Settings
from cncf_llm.store import Draft, Store, Version, digest

# Share of refused pairs that is abnormal, by family of generators: a model is wrong more often.
MOST_REFUSED = {"template": 0.15, "model": 0.5}
_FEW = 50  # pairs; a share of fewer says nothing
_LEDGER = "judge.jsonl"

_PAIR_CHECKS = (
    Check(
        "pairs_are_supported",
        "There are pairs, and every one cites passages of the present corpus.",
        lambda version: check_pairs_are_supported(
            version.table("pairs").height, version.facts["lost_citations"]
        ),
        blocking=True,
    ),
    Check(
        "filters_tell_good_from_bad",
        "Each filter passes its known-good examples and refuses its known-bad ones.",
        lambda version: check_filters(version.facts["probes"]),
        blocking=True,
    ),
    Check(
        "rejection_is_normal",
        "Curation refuses no more than the usual share of what each family of generators makes.",
        lambda version: check_rejection(version.facts["judged"]),
    ),
)

review_verdicts = dg.AssetSpec(
    "review_verdicts",
    partitions_def=PROJECTS,
    group_name="questions",
    owners=["team:data"],
    description="What people say of pairs. `cncf-llm review import` writes it; no run does.",
)


@dg.asset(
    partitions_def=PROJECTS,
    deps=[review_verdicts, "written_pairs"],
    group_name="questions",
    kinds={"polars"},
    owners=["team:data"],
    code_version=f"{stage.VERSION} {curation.VERSION}",
    check_specs=specs("qa_pairs", _PAIR_CHECKS, PROJECTS),
    automation_condition=FOLLOWS_PAIRS,
    op_tags=pods.of("qa_pairs"),
)
def qa_pairs(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
    landscape: Version,
    unified_corpus: Version,
    entity_graph: Version,
) -> Results:
    """One question, one answer, the passages that support it, and how well they do.

    Made without any model, and by one where `written_pairs` has any: definitions, how-to sections,
    settings, fields of kinds, commands, frequent questions, troubleshooting, comparisons, releases,
    Stack Overflow threads, landscape facts, and relations of the graph over one hop and two.
    Every pair was judged with its source in sight. A project without `written_pairs` or verdicts
    does without.
    """
    projects = landscape.table("projects")
    row = project_row(landscape, context.partition_key)
    previous = store.current("qa_pairs", context.partition_key)
    verdicts = store.current("review_verdicts", context.partition_key)
    by_model = store.current("written_pairs", context.partition_key)
    judges = _judge(settings)

    def build(draft: Draft) -> None:
        before = draft.previous.tables() if draft.previous else None
        passages, nodes = unified_corpus.table("passages"), entity_graph.table("nodes")
        unwritten = written.no_pairs()
        made = stage.generate(
            row, passages, nodes, entity_graph.table("edges"), before, landscape=projects
        )
        joined = written.join_written(
            made.pairs,
            made.facts,
            by_model.table("pairs") if by_model else unwritten.pairs,
            by_model.table("facts") if by_model else unwritten.facts,
            passages["passage_id"],
        )
        sources = curation.source_texts(passages, nodes, projects)
        curated, replies = _curate(
            draft, joined, sources, project_name(row), verdicts, before, settings, judges
        )
        draft.write("pairs", curated.pairs)
        draft.write("facts", curated.facts)
        draft.write("drops", pl.concat([made.drops, joined.drops, curated.drops]))
        for name, table in (made.state | curated.state | replies).items():
            draft.write(name, table)
        draft.write("signatures", _signatures(unified_corpus, passages))
        draft.facts.update(
            reused=made.reused,
            computed=made.computed,
            removed=made.removed,
            pairs_reused=curated.reused,
            pairs_judged=curated.computed,
            unjudged=curated.unjudged,
            waiting_verdicts=curated.waiting,
            judged=curated.judged,
            lost_citations=lost_citations(curated.pairs, list(sources)),
        )

    # What the judge gave no verdict on is worth asking again, though nothing else has changed.
    waiting = bool(judges and previous and previous.facts.get("unjudged"))
    yield from refresh(
        context,
        store,
        build,
        _describe_pairs,
        code=f"{stage.VERSION} {curation.VERSION}",
        inputs=None
        if waiting
        else {
            "landscape": row["content_hash"],
            "neighbours": digest(dict(projects.select("project", "maturity").iter_rows())),
            "unified_corpus": unified_corpus.digest,
            "entity_graph": entity_graph.digest,
            "written_pairs": by_model.digest if by_model else "",
            "review_verdicts": verdicts.digest if verdicts else "",
        },
        settings={
            "nli": str(settings.nli_model) if settings.nli_model else None,
            "judge": settings.llm_model if settings.judge else None,
            "seed": settings.seed,
        },
        checks=_PAIR_CHECKS,
    )


def _judge(settings: Settings) -> bool:
    """Tell whether a model judges. Raises `dg.Failure` when it should and there is none."""
    if settings.judge and not settings.llm_model:
        raise dg.Failure(
            "CNCF_LLM_JUDGE is on and CNCF_LLM_LLM_MODEL is not set: name the model that judges",
            allow_retries=False,
        )
    return settings.judge


def _curate(
    draft: Draft,
    joined: written.Joined,
    sources: dict[str, str],
    project: str,
    verdicts: Version | None,
    before: dict[str, pl.DataFrame] | None,
    settings: Settings,
    judges: bool,
) -> tuple[curation.Curated, dict[str, pl.DataFrame]]:
    """Probe the filters, then judge all pairs; return the judge's replies, to be stored, too."""
    entailment = curation.Entailment(settings.nli_model) if settings.nli_model else None
    ledger = written.Ledger(draft.scratch / _LEDGER)

    def keep(key: str, reply: written.Reply) -> None:
        ledger.append(key, reply)
        draft.keep_scratch()

    judge = None
    if judges:
        judge = curation.Judge(
            str(settings.llm_model),
            lambda: _connected(settings),
            _known_replies(draft),
            keep,
            settings.seed,
        )
    try:
        probes = curation.probe(entailment, judge)
        draft.facts["probes"] = probes
        if curation.blind(probes):
            result = check_filters(probes)
            advice = f"{', '.join(curation.blind(probes))} cannot tell good pairs from bad ones"
            raise RefusedError("filters_tell_good_from_bad", result, advice)
        curated = curation.curate_pairs(
            joined.pairs,
            joined.facts,
            sources,
            project,
            verdicts.table("verdicts") if verdicts else review.VERDICTS.frame(),
            before if before and "judgements" in before else None,
            entailment,
            judge,
        )
    except curation.EntailmentError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    finally:
        ledger.close()
    if judge is None:
        return curated, {}
    replies = [{"key": key, **vars(judge.known[key])} for key in sorted(judge.known)]
    return curated, {"judge_replies": written.REPLIES.frame(replies)}


def _connected(settings: Settings) -> written.Model:
    model = language_model(settings)
    if model is None:
        raise ValueError("there is no model")  # `_judge` has refused that before
    return model


def _known_replies(draft: Draft) -> dict[str, written.Reply]:
    """Return the judge's replies of the last version, and of runs that died."""
    known: dict[str, written.Reply] = {}
    if draft.previous and "judge_replies.parquet" in draft.previous.files:
        for reply in draft.previous.table("judge_replies").to_dicts():
            known[reply.pop("key")] = written.Reply(**reply)
    for ledger in [draft.scratch / _LEDGER, *draft.left_behind(_LEDGER)]:
        known |= written.read_ledger(ledger)
    return known


def _signatures(corpus: Version, passages: pl.DataFrame) -> pl.DataFrame:
    """Return SIGNATURES of the corpus' passages: by them twins in other projects are found."""
    read = corpus.table("read_passages").select(SIGNATURES.schema.names())
    kept = read.filter(pl.col("passage_id").is_in(passages["passage_id"].implode()))
    return kept.sort("passage_id")


def _describe_pairs(version: Version) -> Metadata:
    pairs = version.table("pairs")
    facts = version.facts
    kinds = pairs.group_by("kind").agg(pl.len().alias("pairs"), pl.col("fact_id").n_unique())
    tiers = pairs.group_by("support_tier").len(name="pairs").sort("support_tier")
    judged = facts["pairs_reused"] + facts["pairs_judged"]
    return {
        **table_metadata(version, curation.CURATED, ["kind", "question", "answer", "url"]),
        **drop_metadata(version),
        "facts": version.table("facts").height,
        "by kind": markdown_table(kinds.rename({"fact_id": "facts"}).sort("kind")),
        "support decided by": markdown_table(tiers),
        "passages asked about anew": facts["computed"],
        "passages carried over": facts["reused"],
        "share of pairs reused": round(facts["pairs_reused"] / judged, 3) if judged else 0.0,
        "pairs without the judge's verdict": facts["unjudged"],
        "reviews whose pair has changed": facts["waiting_verdicts"],
        "probes": dg.MetadataValue.json(facts["probes"]),
    }


def lost_citations(pairs: pl.DataFrame, passages: list[str]) -> int:
    """Return how many citations of pairs lead to none of the passages, or are missing."""
    cited = pairs.explode("passage_ids")["passage_ids"]
    return cited.filter(~cited.is_in(passages) | cited.is_null()).len()


def check_pairs_are_supported(pairs: int, lost: int) -> dg.AssetCheckResult:
    """Judge whether there are pairs, none with a citation that leads nowhere."""
    return dg.AssetCheckResult(
        passed=pairs > 0 and lost == 0,
        metadata={"pairs": pairs, "citations that lead nowhere": lost},
    )


def check_filters(probes: curation.Probed) -> dg.AssetCheckResult:
    """Judge whether each filter told its known-good and known-bad examples apart."""
    return dg.AssetCheckResult(
        passed=not curation.blind(probes), metadata={"probes": dg.MetadataValue.json(probes)}
    )


def check_rejection(judged: dict[str, dict[str, int]]) -> dg.AssetCheckResult:
    """Judge whether curation refused an abnormal share of any family's pairs."""
    most = max(MOST_REFUSED.values())
    abnormal = [
        family
        for family, counts in judged.items()
        if counts["pairs"] >= _FEW
        and counts["refused"] > MOST_REFUSED.get(family, most) * counts["pairs"]
    ]
    return dg.AssetCheckResult(
        passed=not abnormal,
        metadata={"refused": dg.MetadataValue.json(judged)},
        description=f"abnormal: {', '.join(abnormal)}" if abnormal else None,
    )
