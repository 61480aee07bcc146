import pytest

from cncf_llm.questions.curate import check
from cncf_llm.questions.facts import Fact

SOURCE = "The `--web.port` flag sets the TCP port of the web server. See the tutorial."
QUESTIONS = ("What does `--web.port` do in Prometheus?",)
HELD_OUT = ("Prometheus: `--web.port`?",)


def reason(answer: str, question: str = QUESTIONS[0], subject: str = "--web.port") -> str | None:
    fact = Fact("setting", subject, answer, (question,), HELD_OUT)
    drop = check(fact, "Prometheus", SOURCE)
    return drop.reason if drop else None


def test_a_good_fact_passes():
    assert reason("Sets the TCP port of the web server.") is None


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Port.", "answer-too-short"),
        ("Web port Prometheus.", "answer-too-short"),
        ("Sets the TCP port. " * 40, "answer-too-long"),
        ("It sets the TCP port.", "not-self-contained"),
        ("Sets the TCP port, see below.", "not-self-contained"),
        ("Sets the TCP port, as the previous section says.", "not-self-contained"),
        ("Sets the TCP port to one of:", "answer-incomplete"),
        ("Sets the TCP port {{ of }} the server.", "answer-incomplete"),
        ("Sets the TCP port (of the server.", "answer-incomplete"),
        ("Sets the TCP port to `{}`.", "answer-incomplete"),
        ("Enables rockets and unicorns everywhere.", "unsupported-answer"),
    ],
)
def test_a_bad_answer_is_refused(answer, expected):
    assert reason(answer) == expected


def test_questions_must_stand_alone_and_name_the_project():
    answer = "Sets the TCP port of the web server."
    assert reason(answer, "What does `--web.port` do?") == "not-self-contained"
    assert reason(answer, "What does this flag do in Prometheus?") == "not-self-contained"
    assert reason(answer, subject="``") == "no-subject"


def test_a_command_may_be_announced_in_its_own_answer():
    source = "This command starts the server:\n\n```bash\nprometheus\n```"
    fact = Fact("how_to", "start", source, ("How do I start Prometheus?",), HELD_OUT)
    assert check(fact, "Prometheus", source) is None
