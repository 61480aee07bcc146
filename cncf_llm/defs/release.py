"""Releases: folders that others can download, with cards and manifests."""

import dagster as dg

from cncf_llm import release as stage
from cncf_llm.defs import pods
from cncf_llm.defs.automation.conditions import FOLLOWS
from cncf_llm.defs.checks import Check, specs
from cncf_llm.defs.models import ADAPTER, MODEL
from cncf_llm.defs.present import Metadata, drop_metadata, table_metadata
from cncf_llm.defs.storage import Results, refresh
from cncf_llm.evaluation import leaderboard_markdown
from cncf_llm.store import Draft, Store, Version

RELEASE = "release"  # folder of what is to be published, in its version

_CHECKS = (
    Check(
        "release_is_whole",
        "Every file is what the manifest says.",
        lambda version: check_release_is_whole(version),
    ),
)


@dg.asset(
    group_name="release",
    kinds={"huggingface"},
    owners=["team:data"],
    code_version=stage.VERSION,
    check_specs=specs("dataset_release", _CHECKS),
    automation_condition=FOLLOWS,
    op_tags=pods.of("dataset_release"),
)
def dataset_release(
    context: dg.AssetExecutionContext, store: dg.ResourceParam[Store], qa_dataset: Version
) -> Results:
    """The data set as others get it: rows with a known licence, sources, card, manifest."""

    def build(draft: Draft) -> None:
        sources, drops = stage.release_dataset(qa_dataset.path, draft.path / RELEASE)
        draft.write("sources", sources)
        draft.write("drops", drops)

    yield from refresh(
        context,
        store,
        build,
        lambda version: {
            **table_metadata(version, stage.SOURCES, ["project", "repository", "licence", "rows"]),
            **drop_metadata(version),
            **_card(version),
        },
        code=stage.VERSION,
        inputs={"qa_dataset": qa_dataset.digest},
        checks=_CHECKS,
    )


@dg.asset(
    group_name="release",
    kinds={"huggingface"},
    owners=["team:models"],
    code_version=stage.VERSION,
    check_specs=specs("model_release", _CHECKS),
    op_tags=pods.of("model_release"),
)
def model_release(
    context: dg.AssetExecutionContext,
    store: dg.ResourceParam[Store],
    base_model: Version,
    adapter: dict[str, Version],
    landscape_adapter: Version,
    leaderboard: Version,
) -> Results:
    """All adapters with the scores they reached, a card and a manifest."""
    adapters = {**adapter, "landscape": landscape_adapter}

    def build(draft: Draft) -> None:
        stage.release_models(
            {name: version.path / ADAPTER for name, version in adapters.items()},
            base_model.path / MODEL if base_model.facts["kind"] == "embedded" else None,
            base_model.facts["name"],
            base_model.facts["licence"],
            leaderboard_markdown(leaderboard.table("leaderboard")),
            draft.path / RELEASE,
        )

    yield from refresh(
        context,
        store,
        build,
        lambda version: {"adapters": len(adapters), **_card(version)},
        code=stage.VERSION,
        inputs={
            "base_model": base_model.digest,
            "leaderboard": leaderboard.digest,
            **{f"adapter {name}": version.digest for name, version in adapters.items()},
        },
        checks=_CHECKS,
    )


def _card(version: Version) -> Metadata:
    folder = version.path / RELEASE
    return {
        "release": dg.MetadataValue.path(str(folder)),
        "card": dg.MetadataValue.md((folder / "README.md").read_text()[:20_000]),
    }


def check_release_is_whole(version: Version) -> dg.AssetCheckResult:
    """Judge a release by its own manifest."""
    try:
        files = stage.verify(version.path / RELEASE)
    except stage.ManifestError as error:
        return dg.AssetCheckResult(passed=False, metadata={"problem": str(error)})
    return dg.AssetCheckResult(passed=True, metadata={"files": files})
