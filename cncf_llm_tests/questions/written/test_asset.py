"""The asset through Dagster: without a model, with one, with a bad one, and with none any more."""

import json

import pytest

from cncf_llm.questions.written import EVIDENCE
from cncf_llm.settings import Settings
from cncf_llm_tests.questions.written.chat_server import Answer, honest
from cncf_llm_tests.questions.written.material import documents
from cncf_llm_tests.questions.written.materialize import KEY, materialize, put

SECRET = "sk-very-secret-1234"


@pytest.fixture
def run(store, instance, tmp_path):
    """Return a function that materializes the asset over some documents."""

    def run(passages, base_url=None, **settings):
        put(store, passages)
        if base_url:
            settings = {"llm_base_url": base_url, "llm_model": "tiny"} | settings
        return materialize(store, Settings(home=tmp_path, **settings), instance)

    return run


def metadata(result):
    (event,) = result.get_asset_materialization_events()
    return {k: v.value for k, v in event.materialization.metadata.items()}


def checks(result):
    return {e.check_name: e.passed for e in result.get_asset_check_evaluations()}


def test_without_a_model_there_are_no_pairs_and_it_says_why(run, store):
    result = run(documents(3))
    assert result.success
    assert metadata(result)["why"] == "CNCF_LLM_LLM_MODEL is not set"
    assert store.require("written_pairs", KEY).table("pairs").is_empty()
    assert store.require("written_pairs", KEY).table("evidence").schema == EVIDENCE.schema


def test_pairs_tokens_cost_and_the_share_reused_are_shown(run, store, serve):
    server = serve(honest)
    shown = metadata(
        run(
            documents(4),
            server.base_url,
            llm_api_key=SECRET,
            llm_prompt_price=1.0,
            llm_completion_price=10.0,
        )
    )
    assert server.authorization == {f"Bearer {SECRET}"}
    assert store.require("written_pairs", KEY).table("pairs").height == 8
    assert shown["prompt tokens"] == 800
    assert shown["tokens per pair"] == 110
    assert shown["cost"] == pytest.approx((800 * 1 + 80 * 10) / 1e6)
    assert shown["share reused"] == 0
    again = run(documents(4, two=" It is locked."), server.base_url, llm_api_key=SECRET)
    assert metadata(again)["asked"] == 1
    assert metadata(again)["share reused"] == pytest.approx(7 / 8, abs=0.001)


def test_again_with_nothing_changed_nothing_is_asked(run, serve):
    server = serve(honest)
    run(documents(2), server.base_url)
    asked = server.asked.total()
    assert metadata(run(documents(2), server.base_url))["changed"] is False
    assert server.asked.total() == asked


def test_the_key_is_in_no_file_and_no_event(run, serve, tmp_path):
    leak = Answer(json.dumps({"error": f"bad key {SECRET}"}), status=400)
    server = serve(lambda body, nth: leak if "Block two" in str(body) else honest(body))
    result = run(documents(3), server.base_url, llm_api_key=SECRET)
    assert result.success
    assert SECRET not in "".join(str(event) for event in result.all_events)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]


def test_an_endpoint_that_is_down_leaves_the_last_pairs(run, store, serve):
    server = serve(honest)
    run(documents(2), server.base_url)
    before = store.require("written_pairs", KEY)
    refusing = serve(lambda body, nth: Answer("", status=401))
    result = run(documents(3), refusing.base_url)
    assert result.success  # with what is good: the pairs of the passages that it knew
    assert not checks(result)["endpoint_answers"]
    after = store.require("written_pairs", KEY)
    assert "401" in after.facts["down"]
    assert after.table("pairs").equals(before.table("pairs"))
    again = run(documents(3), server.base_url)  # nothing changed, but an answer was owed
    assert checks(again)["endpoint_answers"]
    assert store.require("written_pairs", KEY).table("pairs").height > after.table("pairs").height


def test_too_many_bad_replies_fail_a_check_and_not_the_partition(run, store, serve):
    server = serve(lambda body, nth: Answer("Sure! Here you are."))
    result = run(documents(7), server.base_url)
    assert result.success
    assert checks(result) == {"endpoint_answers": True, "replies_are_usable": False}
    few = run(documents(6), server.base_url)  # 18 replies say nothing
    assert checks(few)["replies_are_usable"]


def test_what_has_no_reply_yet_is_asked_on_the_next_run(run, store, serve):
    def script(body, nth):
        return Answer("", status=400) if "Block two" in str(body) else honest(body)

    server = serve(script)
    run(documents(3), server.base_url)
    assert store.require("written_pairs", KEY).facts["counts"]["unanswered"] == 1
    server.script = honest
    assert metadata(run(documents(3), server.base_url))["asked"] == 2
    assert store.require("written_pairs", KEY).table("pairs").height == 6


def test_without_the_model_what_it_wrote_stays_while_its_passages_do(run, store, serve):
    run(documents(4), serve(honest).base_url)
    result = run(documents(3, one=" It is locked."))
    assert result.success
    assert "of what tiny wrote" in metadata(result)["why"]
    version = store.require("written_pairs", KEY)
    assert version.table("pairs").height == 4  # of two and three
    assert version.table("drops")["reason"].to_list() == ["no-model"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"llm_base_url": "https://8.8.8.8/v1", "offline": True}, "CNCF_LLM_OFFLINE"),
        ({"llm_base_url": "http://127.0.0.1/v1", "llm_model": None}, "name the model"),
        ({"llm_base_url": None, "llm_model": "/nowhere"}, "no model folder"),
    ],
)
def test_settings_that_cannot_work_fail_with_what_to_do(run, settings, message):
    result = run(documents(1), **({"llm_model": "tiny"} | settings))
    assert not result.success
    (failure,) = result.get_step_failure_events()
    assert message in str(failure.step_failure_data.error)
