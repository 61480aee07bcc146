from cncf_llm.questions.facts import Drop, Fact
from cncf_llm.questions.generators.thread import ACCEPTED, facts
from cncf_llm_tests.questions.literals import PROJECT, section

ASKED = "My job scrapes a slow exporter. Which [setting](https://example.com) is for that?"
REPLY = "Set `scrape_timeout` to a longer time, at most as long as `scrape_interval` of this job."


def found(reply: str = REPLY, *headings: str, asked: str = ASKED, **changes: object) -> Fact | Drop:
    chosen: dict = {
        "title": "Target is down with a deadline error",
        "source": "stackoverflow",
        "before": (("psg-0", asked),),
    }
    (one,) = facts(PROJECT, section(reply, *(headings or (ACCEPTED,)), **(chosen | changes)))
    return one


def test_the_accepted_answer_replies_to_title_and_body():
    fact = found()
    assert isinstance(fact, Fact)
    assert fact.questions == fact.held_out
    assert fact.questions[0] == (
        "I have a question about Prometheus. Target is down with a deadline error\n\n"
        "My job scrapes a slow exporter. Which setting is for that?"
    )
    assert (fact.answer, fact.also) == (REPLY, ("psg-0",))


def test_a_question_that_names_the_project_is_asked_as_it_stands():
    fact = found(title="Prometheus target is down")
    assert isinstance(fact, Fact)
    assert fact.questions[0].startswith("Prometheus target is down\n\n")


def test_threads_that_an_answer_alone_does_not_settle_are_dropped():
    for one, reason in (
        (found(REPLY, "Answer"), "no-accepted-answer"),
        (found(whole=False), "answer-too-long"),
        (found(asked="word " * 300), "question-too-long"),
        (found(asked="It looks so: ![enter image description here](https://i.imgur.com/1.png)"),
         "needs-link"),
        (found("Just read here: the page has it all, and so much more than I could say."),
         "needs-link"),
        (found("As mentioned by the other answer, it is the timeout that you have to change."),
         "not-self-contained"),
        (found("Change the timeout."), "answer-too-short"),
    ):  # fmt: skip
        assert isinstance(one, Drop)
        assert one.reason == reason


def test_further_answers_give_nothing():
    one = section(REPLY, "Answer", source="stackoverflow")
    assert not list(facts(PROJECT, one))


def test_the_question_keeps_the_case_of_its_author():
    fact = found(title="prometheus: target is down")
    assert isinstance(fact, Fact)
    assert fact.questions[0].startswith("prometheus: ")
