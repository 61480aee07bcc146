"""Pairs that a language model writes, if one is set: `CNCF_LLM_LLM_MODEL`."""

from pathlib import Path

import dagster as dg
import polars as pl

from cncf_llm.defs import pods, pools
from cncf_llm.defs.checks import Check, specs
from cncf_llm.defs.landscape import project_row
from cncf_llm.defs.present import Metadata, drop_metadata, markdown_table, table_metadata
from cncf_llm.defs.progress import progress
from cncf_llm.defs.storage import Results, refresh
from cncf_llm.partitions import PROJECTS
from cncf_llm.questions import PAIRS
from cncf_llm.questions import written as stage
from cncf_llm.settings import Settings
from cncf_llm.store import Draft, Store, Version

USELESS = 0.5  # share of replies
_FEW = 20  # replies; a share of fewer says nothing
_LEDGER = "replies.jsonl"

_CHECKS = (
    Check(
        "endpoint_answers",
        "Of the requests that were made, some were answered.",
        lambda version: check_endpoint_answers(version.facts["down"], version.facts["counts"]),
    ),
    Check(
        "replies_are_usable",
        "At least half of the replies have a pair whose evidence stands in its passages.",
        lambda version: check_replies_are_usable(version.facts["counts"]),
    ),
)


@dg.asset(
    partitions_def=PROJECTS,
    group_name="questions",
    kinds={"openai", "polars"},
    owners=["team:data"],
    code_version=stage.VERSION,
    check_specs=specs("written_pairs", _CHECKS, PROJECTS),
    op_tags=pods.of("written_pairs"),
    pool=pools.LLM_ENDPOINT,
)
def written_pairs(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    store: dg.ResourceParam[Store],
    landscape: Version,
    unified_corpus: Version,
    entity_graph: Version,
) -> Results:
    """One question and answer written by a language model, with verbatim evidence.

    Empty unless `CNCF_LLM_LLM_MODEL` is set. Replies are kept: what did not change is not asked
    again, neither on the next run nor after a kill.
    """
    row = project_row(landscape, context.partition_key)
    previous = store.current("written_pairs", context.partition_key)
    model = language_model(settings)

    def build(draft: Draft) -> None:
        name = model.name if model else draft.previous and draft.previous.facts["model"]
        draft.facts.update(model=name, why=_why(model, name), corpus=unified_corpus.digest)
        written = stage.no_pairs()
        if name:
            passages, nodes = unified_corpus.table("passages"), entity_graph.table("nodes")
            chosen = stage.choose_tasks(row, passages, nodes, settings.llm_max_passages)
            written = _write(context, draft, chosen, passages, name, model, settings.seed)
        draft.write("pairs", written.pairs)
        draft.write("facts", written.facts)
        draft.write("evidence", written.evidence)
        draft.write("drops", written.drops)
        draft.write("replies", written.replies)
        draft.facts.update(counts=written.counts, down=written.down)
        if written.down:
            context.log.error(
                "No reply at all, so pairs are those of earlier replies: %s", written.down
            )

    # What has no reply yet is worth asking again, though nothing else has changed.
    waiting = bool(model and previous and previous.facts["counts"]["unanswered"])
    yield from refresh(
        context,
        store,
        build,
        lambda version: _describe(version, settings),
        code=stage.VERSION,
        inputs=None
        if waiting
        else {
            "landscape": str(row["name"]),
            "unified_corpus": unified_corpus.digest,
            "entity_graph": entity_graph.digest,
        },
        settings={
            "model": model.name if model else None,
            "most": settings.llm_max_passages,
            "seed": settings.seed,
        },
        checks=_CHECKS,
    )


def _write(
    context: dg.AssetExecutionContext,
    draft: Draft,
    chosen: stage.Chosen,
    passages: pl.DataFrame,
    name: str,
    model: stage.Model | None,
    seed: int,
) -> stage.Written:
    """Return what the model writes; without one, what it has written about unchanged passages."""
    ledger = stage.Ledger(draft.scratch / _LEDGER)

    def keep(key: str, reply: stage.Reply) -> None:
        ledger.append(key, reply)
        draft.keep_scratch()

    try:
        return stage.write(
            chosen,
            passages,
            name=name,
            model=model,
            known=_known(draft),
            keep=keep,
            seed=seed,
            report=progress(context),
        )
    finally:
        ledger.close()


def _why(model: stage.Model | None, name: str | None) -> str:
    if model:
        return ""
    unset = "CNCF_LLM_LLM_MODEL is not set"
    return f"{unset}: of what {name} wrote, nothing new is asked" if name else unset


def language_model(settings: Settings) -> stage.Model | None:
    """Return the model that the settings name. Raises `dg.Failure` when they name none."""
    if not settings.llm_model:
        if settings.llm_base_url:
            raise dg.Failure(
                "CNCF_LLM_LLM_BASE_URL is set and CNCF_LLM_LLM_MODEL is not: name the model",
                allow_retries=False,
            )
        return None
    try:
        if not settings.llm_base_url:
            return stage.LocalModel(Path(settings.llm_model))
        key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
        return stage.Endpoint(
            url=stage.check_address(
                settings.llm_base_url, offline=settings.offline, key=key is not None
            ),
            name=settings.llm_model,
            key=key,
            concurrency=settings.llm_concurrency,
            proxies=not settings.offline,
        )
    except (stage.EndpointAddressError, stage.LocalModelError) as error:
        raise dg.Failure(str(error), allow_retries=False) from error


def _known(draft: Draft) -> dict[str, stage.Reply]:
    """Return the replies of the last version, and of runs that died over other inputs."""
    known: dict[str, stage.Reply] = {}
    for ledger in [draft.scratch / _LEDGER, *draft.left_behind(_LEDGER)]:
        known |= stage.read_ledger(ledger)
    if draft.previous:
        for row in draft.previous.table("replies").to_dicts():
            key = row.pop("key")
            known[key] = stage.Reply(**row)
    return known


def _describe(version: Version, settings: Settings) -> Metadata:
    counts = version.facts["counts"]
    kinds = version.table("pairs").group_by("kind", "generator").len(name="pairs")
    metadata: Metadata = {
        **table_metadata(version, PAIRS, ["kind", "question", "answer", "generator"]),
        **drop_metadata(version),
        **counts,
        "by kind": markdown_table(kinds.sort("kind", "generator")),
        "model": version.facts["model"] or "none",
    }
    if version.facts["why"]:
        metadata["why"] = version.facts["why"]
    if used := counts["asked"] + counts["reused"]:
        metadata["share reused"] = round(counts["reused"] / used, 3)
    if pairs := version.table("pairs").height:
        sent, received = counts["prompt tokens"], counts["completion tokens"]
        metadata["tokens per pair"] = round((sent + received) / pairs, 1)
        prices = settings.llm_prompt_price, settings.llm_completion_price
        if prices[0] is not None and prices[1] is not None:
            cost = (sent * prices[0] + received * prices[1]) / 1e6
            metadata |= {"cost": round(cost, 6), "cost per pair": round(cost / pairs, 6)}
    return metadata


def check_endpoint_answers(down: str | None, counts: dict[str, int]) -> dg.AssetCheckResult:
    """Judge whether the endpoint answered anything that it was asked.

    If not, the pairs are those of earlier replies, and the next run asks again.
    """
    return dg.AssetCheckResult(
        passed=down is None,
        metadata={
            "endpoint": down or "answers, or was not asked",
            "tasks": counts["tasks"],
            "unanswered": counts["unanswered"],
        },
    )


def check_replies_are_usable(counts: dict[str, int]) -> dg.AssetCheckResult:
    """Judge whether too many replies were refused: the model is not fit for this."""
    replies, useless = counts["replies"], counts["useless replies"]
    return dg.AssetCheckResult(
        passed=replies < _FEW or useless <= USELESS * replies,
        metadata={"replies": replies, "without a usable pair": useless},
    )
