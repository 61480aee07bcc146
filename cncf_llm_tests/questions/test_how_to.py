from cncf_llm.questions.facts import Drop, Fact
from cncf_llm.questions.generators.how_to import facts
from cncf_llm_tests.questions.literals import PROJECT, section

STEPS = "1. Open the page.\n2. Press the button.\n"
SHELL = "Fetch the image:\n\n```bash\ndocker pull prom/prometheus\n```"


def asked(text: str, *headings: str, **changes: object) -> str:
    (fact,) = facts(PROJECT, section(text, *headings, **changes))
    assert isinstance(fact, Fact)
    return fact.questions[0]


def test_headings_that_instruct_become_tasks():
    expected = {
        "Enable the query log": "In Prometheus, how do I enable the query log?",
        "Enabling the query log": "In Prometheus, how do I enable the query log?",
        "How to enable the query log": "In Prometheus, how do I enable the query log?",
        "How do I enable the query log?": "In Prometheus, how do I enable the query log?",
        "Installing and running Prometheus": "How do I install and run Prometheus?",
        "Setting labels": "In Prometheus, how do I set labels?",
    }
    for heading, question in expected.items():
        assert asked(STEPS, heading) == question


def test_the_answer_is_the_whole_section():
    (fact,) = facts(PROJECT, section(SHELL, "Install Prometheus"))
    assert isinstance(fact, Fact)
    assert fact.answer == SHELL


def test_title_case_goes_to_sentence_case_but_names_stay():
    text = "A new member joins with the API.\n\n" + STEPS
    question = asked(text, "Add a New Member With the REST API")
    assert question == "In Prometheus, how do I add a new member with the REST API?"


def test_a_heading_in_title_case_keeps_only_known_names():
    text = "The default Tiller is old.\n\n" + STEPS
    assert asked(text, "Install Tiller Canary Builds") == (
        "In Prometheus, how do I install Tiller canary builds?"
    )


def test_what_is_no_instruction_for_users_is_dropped():
    for text, headings, reason in (
        (SHELL, ("Example", "Stop the server"), "not-self-contained"),
        ("Fetch them all:\n\n```sh\nnpm install\n```", ("Install it",), "not-user-documentation"),
        ("```sh\nkill 1\n```", ("Stop the server",), "answer-too-short"),
    ):
        (drop,) = facts(PROJECT, section(text, *headings))
        assert isinstance(drop, Drop)
        assert drop.reason == reason


def test_a_bare_installation_is_that_of_the_project():
    assert asked(SHELL, "Installation", title="Prometheus") == "How do I install Prometheus?"
    assert not list(facts(PROJECT, section(SHELL, "Installation", title="Odds and ends")))


def test_no_task_no_steps_no_fact():
    assert not list(facts(PROJECT, section(STEPS, "Overview")))
    assert not list(facts(PROJECT, section("Only prose.", "Enable the query log")))
    assert not list(facts(PROJECT, section(STEPS, "Step 2: enable the log")))
    assert not list(facts(PROJECT, section(STEPS, "Configuration")))


def test_an_instruction_in_parts_is_dropped():
    (drop,) = facts(PROJECT, section(STEPS, "Enable the query log", whole=False))
    assert isinstance(drop, Drop)
    assert drop.reason == "answer-too-long"


def test_an_instruction_that_goes_on_from_another_is_dropped():
    text = "Now that we have a server:\n\n" + SHELL
    (drop,) = facts(PROJECT, section(text, "Enable the query log"))
    assert isinstance(drop, Drop)
    assert drop.reason == "not-self-contained"


def test_the_page_says_what_a_task_is_about():
    assert asked(STEPS, "Set a default", title="Access of users (beta)") == (
        "In Prometheus, how do I set a default (Access of users)?"
    )
    assert (
        asked(STEPS, "Uninstall Prometheus", version="v2.1")
        == "How do I uninstall Prometheus v2.1?"
    )


def test_answers_that_lack_a_part_are_dropped():
    added = "Add the repository:\n\n```bash\nhelm repo add prom https://host\n```"
    announced = STEPS + "\nAnd here is the file that you have to read:"
    unset = "Fetch the image of it:\n\n```bash\nhelm pull prom --version  -n a\n```"
    for text, heading in (
        (added, "Install the chart"),
        (announced, "Read the file"),
        (unset, "Fetch the image"),
    ):
        (drop,) = facts(PROJECT, section(text, heading))
        assert isinstance(drop, Drop)
        assert drop.reason == "answer-incomplete"


def test_headings_that_name_things_or_reports_are_no_tasks():
    for heading in ("Build environment", "Rollback fails with an error", "Deploy the demo"):
        assert not list(facts(PROJECT, section(STEPS, heading)))
