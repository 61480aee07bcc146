import pytest

from cncf_llm.questions.facts import Drop, Fact
from cncf_llm.questions.generators.setting import facts
from cncf_llm_tests.questions.literals import PROJECT, section

TABLE = """
| Flag | Description | Default |
|---|---|---|
| `-l`, `--web.listen-address` | Address to listen on | `0.0.0.0:9090` |
| `--web.user-assets` | Path to static assets. |  |
| `--help` | Show help. |  |
"""


def of(text: str, *headings: str, **changes: object) -> list[Fact]:
    found = list(facts(PROJECT, section(text, *headings, **changes)))
    return [fact for fact in found if isinstance(fact, Fact)]


def test_a_table_gives_a_fact_per_row_with_the_stated_default():
    address, assets = of(TABLE, "Flags")
    assert address.questions[0] == "What does the `--web.listen-address` flag do in Prometheus?"
    assert address.answer == "Address to listen on. The default is `0.0.0.0:9090`."
    assert assets.answer == "Path to static assets."


def test_tables_of_other_things_give_none():
    assert not of("| Version | Date |\n|---|---|\n| `a_b` | today |", "Releases")
    assert not of("| Name | Stars |\n|---|---|\n| `a_b` | 3 |", "Flags")


def test_list_items_are_settings_where_the_text_says_so():
    items = "- `--storage.tsdb.path`: Where the database is written. Defaults to `data/`.\n"
    (flag,) = of("The most important flags are:\n\n" + items, "Storage")
    assert flag.answer == "Where the database is written. Defaults to `data/`."
    values = "- `exact_match`: the name equals.\n"
    assert not of("There are three ways:\n\n" + values, "Matching")
    (option,) = of("These options exist:\n\n" + values, "Matching")
    assert "`exact_match` option" in option.questions[0]


def test_a_label_is_not_said_to_do_something():
    text = "The following labels are available:\n\n- `__meta_consul_dc`: the datacenter name"
    (label,) = of(text, "Consul")
    assert label.questions[0] == ("What does the `__meta_consul_dc` label stand for in Prometheus?")


def test_manual_pages_write_arguments_in_capitals():
    text = "- ZONES zones it serves.\n- TTL and ZONES as above.\n- `success`, override the limits."
    argument, option = of(text, "Syntax", part="the cache plugin")
    assert argument.questions[0] == (
        "What does the `ZONES` argument of the cache plugin do in Prometheus?"
    )
    assert argument.answer == "Zones it serves."
    assert option.answer == "Override the limits."


def test_help_texts_are_read_with_their_continuations():
    text = (
        "```\n"
        "  -n, --namespace string   namespace scope of\n"
        "                           this request\n"
        '      --wait               wait until ready (default "no")\n'
        "```"
    )
    namespace, wait = of(text, "Options", title="prometheus install")
    assert namespace.answer == "Namespace scope of this request."
    assert wait.answer == "Wait until ready. The default is `no`."
    assert wait.questions[0] == (
        "What does the `--wait` flag of `prometheus install` do in Prometheus?"
    )


def test_a_name_that_says_nothing_needs_a_place():
    text = "| Setting | Description |\n|---|---|\n| `port` | TCP port. |"
    (drop,) = facts(PROJECT, section(text, "Reference"))
    assert isinstance(drop, Drop)
    assert drop.reason == "no-subject"


@pytest.mark.parametrize(
    ("headings", "changes", "phrase"),
    [
        (("Syntax",), {"part": "the cache plugin"}, "`port` setting of the cache plugin"),
        (("<consul_sd_config>",), {}, "`port` setting of `consul_sd_config`"),
        (("Connection settings",), {}, "`port` connection setting"),
        (("Settings of a stream",), {}, "`port` setting of a stream"),
        (("The agent command",), {}, "`port` setting of the agent command"),
        (("Alertmanager",), {"names": {"Alertmanager": "COMPONENT"}}, "setting of Alertmanager"),
    ],
)
def test_the_place_comes_from_headings_path_and_entities(headings, changes, phrase):
    text = "| Setting | Description |\n|---|---|\n| `port` | TCP port. |"
    (fact,) = of(text, *headings, **changes)
    assert phrase in fact.questions[0]


def test_metrics_are_asked_for_as_metrics_where_their_name_says_whose_they_are():
    text = "- `prometheus_queries_total{server}` - Total queries.\n- `pending` - Number of waits."
    metric, drop = facts(PROJECT, section(text, "Metrics"))
    assert isinstance(metric, Fact)
    assert metric.questions[0] == (
        "What does the metric `prometheus_queries_total` measure in Prometheus?"
    )
    assert metric.answer == "Total queries."
    assert isinstance(drop, Drop)
    assert drop.reason == "no-subject"


def test_a_value_is_no_description():
    (drop,) = facts(PROJECT, section("- `cache.size` set to 0\n", "Options"))
    assert isinstance(drop, Drop)
    assert drop.reason == "answer-incomplete"
