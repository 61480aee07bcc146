from cncf_llm.questions.facts import Drop, Fact
from cncf_llm.questions.generators.faq import facts
from cncf_llm_tests.questions.literals import PROJECT, section

ANSWER = "Yes. Send the signal HUP to the process, and it reads its configuration file once more."


def asked(heading: str, text: str = ANSWER, **changes: object) -> str:
    (fact,) = facts(PROJECT, section(text, heading, **({"title": "FAQ"} | changes)))
    assert isinstance(fact, Fact)
    assert fact.held_out == fact.questions  # the author's own words are the only ones
    return fact.questions[0]


def refused(heading: str, text: str = ANSWER, **changes: object) -> str:
    (drop,) = facts(PROJECT, section(text, heading, **({"title": "FAQ"} | changes)))
    assert isinstance(drop, Drop)
    return drop.reason


def test_a_question_that_names_the_project_is_asked_as_it_stands():
    assert asked("Can I reload Prometheus at runtime?") == "Can I reload Prometheus at runtime?"


def test_on_a_page_of_questions_the_project_is_what_they_are_about():
    assert asked("3) Can I reload the rules?") == (
        "I have a question about Prometheus. Can I reload the rules?"
    )
    assert asked("Why do rules not load") == (
        "I have a question about Prometheus. Why do rules not load?"
    )


def test_elsewhere_the_title_says_what_the_question_is_about():
    assert asked("Who starts the reload?", title="Rule files") == (
        'This is about "Rule files" in Prometheus. Who starts the reload?'
    )
    assert refused("Who starts the reload?", title="Overview") == "no-subject"


def test_questions_that_lean_on_their_page_are_refused():
    assert refused("How does it work with rules?") == "not-self-contained"
    assert refused("How does this setting work?") == "not-self-contained"
    # "it" is fine once the question has said what it is
    assert asked("What happens if a rule fails? Is it tried again?")


def test_answers_that_are_elsewhere_are_refused():
    assert refused("Can I reload the rules?", "See the guide. " + ANSWER) == "needs-link"
    links = "- [Reload the rules](a.md)\n- [Move the rules](b.md)\n- [Reload by a signal](c.md)"
    short = "Rules have a file of their own. See the guide on rules. Each has one page."
    assert refused("Can I reload the rules?", short) == "needs-link"
    prose = "- Reload the rules\n- Move the rules\n- Reload the rules by sending a signal"
    assert refused("How can I move the rules?", prose, raw=links) == "needs-link"
    assert refused("Can I reload the rules?", "Yes, you can.") == "answer-too-short"
    assert refused("Can I reload the rules?", whole=False) == "answer-too-long"


def test_headings_that_ask_no_user_give_nothing():
    for heading in ("Reloading", "What's next?", "Who uses it?", "Do you have any rules?"):
        assert not list(facts(PROJECT, section(ANSWER, heading, title="FAQ")))
