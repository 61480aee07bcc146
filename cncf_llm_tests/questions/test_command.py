import pytest

from cncf_llm.questions.facts import Drop, Fact
from cncf_llm.questions.generators.command import facts
from cncf_llm_tests.questions.literals import PROJECT, section

BLOCK = "\n\n```bash\npromtool check config prometheus.yml\n```"


@pytest.mark.parametrize(
    "sentence",
    [
        "To check a configuration file, run:",
        "Run the following command to check a configuration file:",
        "You can check a configuration file with:",
        "Check a configuration file:",
        "Check a configuration file with `promtool`:",
        "This command checks a configuration file:",
    ],
)
def test_a_sentence_says_what_the_block_does(sentence):
    (fact,) = facts(PROJECT, section("First things first. " + sentence + BLOCK))
    assert isinstance(fact, Fact)
    assert fact.questions[0] == (
        "With Prometheus, which command do I run to check a configuration file?"
    )
    assert fact.answer == "Run `promtool check config prometheus.yml`."


@pytest.mark.parametrize("sentence", ["The output is:", "For example:", "It prints numbers."])
def test_a_block_without_purpose_gives_none(sentence):
    assert not list(facts(PROJECT, section(sentence + BLOCK)))


def test_a_purpose_that_points_elsewhere_is_dropped():
    (drop,) = facts(PROJECT, section("To check it, run:" + BLOCK))
    assert isinstance(drop, Drop)
    assert drop.reason == "not-self-contained"


def test_prompts_and_output_are_left_out():
    text = (
        "To list the members, run:\n\n```console\n$ etcdctl \\\n  member list\n8e9e05, started\n```"
    )
    (fact,) = facts(PROJECT, section(text))
    assert isinstance(fact, Fact)
    assert fact.answer == "Run:\n\n```bash\netcdctl \\\n  member list\n```"


def test_other_code_is_no_command():
    assert not list(facts(PROJECT, section("To set a label, use:\n\n```yaml\na: b\n```")))


def test_a_script_is_dropped():
    text = "To start a cluster, run:\n\n```sh\n" + "\n".join("step" * i for i in range(1, 7))
    (drop,) = facts(PROJECT, section(text + "\n```"))
    assert isinstance(drop, Drop)
    assert drop.reason == "answer-too-long"


def test_what_a_command_lacks_is_no_answer():
    for block, reason in (
        ("helm install eg oci://host/chart --version  -n default", "answer-incomplete"),
        ("kubectl logs $pods", "answer-incomplete"),
        ("args:\n  - --web.port=1", "answer-incomplete"),
    ):
        text = f"To list the rules of the server, run:\n\n```bash\n{block}\n```"
        (drop,) = facts(PROJECT, section(text, "Rules"))
        assert isinstance(drop, Drop)
        assert drop.reason == reason


def test_output_behind_a_command_is_not_typed():
    text = "To list the rules, run:\n\n```bash\nprom rules\nNAME    STATE\nup      firing\n```"
    (fact,) = facts(PROJECT, section(text, "Rules"))
    assert isinstance(fact, Fact)
    assert fact.answer == "Run `prom rules`."


def test_the_project_and_the_topic_are_said_once():
    text = "To stop Prometheus, run:\n\n```bash\nkill -TERM $PID\n```"
    (fact,) = facts(PROJECT, section(text, "Stop", title="Signals", version="v2.1"))
    assert isinstance(fact, Fact)
    assert fact.questions[0] == "Which command do I run to stop Prometheus v2.1 (Signals)?"


def test_tutorials_give_no_commands():
    text = "To list the rules, run:\n\n```bash\nprom rules\n```"
    assert not list(facts(PROJECT, section(text, "Rules", path="docs/tutorials/rules.md")))


def test_a_long_line_in_capitals_is_read_in_no_time():
    text = "To list the rules, run:\n\n```bash\n" + "A" * 5000 + "  a\n```"
    assert list(facts(PROJECT, section(text, "Rules")))


def test_a_line_of_a_configuration_file_is_no_command():
    text = "To check a configuration file, run:\n\n```bash\nCheckFlags=all\n```"
    (drop,) = facts(PROJECT, section(text))
    assert isinstance(drop, Drop)
    assert drop.reason == "answer-incomplete"
