from cncf_llm.questions.facts import Drop, Fact
from cncf_llm.questions.generators.troubleshooting import facts
from cncf_llm_tests.questions.literals import PROJECT, section

REMEDY = "The port is taken by another process. Stop it, or set `--web.port` to one that is free."


def found(heading: str, text: str = REMEDY, **changes: object) -> Fact | Drop | None:
    chosen = {"title": "Troubleshooting"} | changes
    return next(iter(facts(PROJECT, section(text, heading, **chosen))), None)


def test_a_symptom_is_quoted_and_answered_by_its_section():
    fact = found("Error: bind: address already in use")
    assert isinstance(fact, Fact)
    assert fact.questions[0] == (
        "In Prometheus, I run into this problem: "
        '"Error: bind: address already in use". What can I do about it?'
    )
    assert fact.answer == REMEDY


def test_a_check_that_should_pass_is_asked_for_when_it_fails():
    fact = found(
        "√ server is ready",
        "Make sure that the server was started: `systemctl start prom` is what starts it.",
    )
    assert isinstance(fact, Fact)
    assert fact.questions[2] == 'How do I get the Prometheus check "server is ready" to pass?'


def test_a_symptom_without_remedy_is_dropped():
    drop = found("The server does not start", "It was seen on a few machines, twice, and long ago.")
    assert isinstance(drop, Drop)
    assert drop.reason == "no-remedy"
    drop = found("The server does not start", "We do not know the cause. Please add to the issue.")
    assert isinstance(drop, Drop)
    assert drop.reason == "no-remedy"
    drop = found("The server does not start", REMEDY, whole=False)
    assert isinstance(drop, Drop)
    assert drop.reason == "answer-too-long"
    drop = found("The server does not start", REMEDY + " See the screenshot.")
    assert isinstance(drop, Drop)
    assert drop.reason == "needs-link"


def test_headings_that_name_no_symptom_give_nothing():
    for heading in (
        "Known issues",
        "Error handling",
        "Inspect the failed jobs",
        "Why does it fail?",
    ):
        assert found(heading) is None
    assert found("The server does not start", title="Guide") is None
    assert found("Rollback fails with an error") is not None  # though "rollback" is a verb
