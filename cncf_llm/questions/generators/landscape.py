"""Landscape facts: what the CNCF landscape says about a project."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping

from cncf_llm.questions.facts import Fact, Phrasings
from cncf_llm.questions.section import project_name

CATEGORY = Phrasings(
    training=(
        "Which category of the CNCF landscape is {project} in?",
        "Where in the CNCF landscape do I find {project}?",
    ),
    held_out=("Under which heading does the CNCF landscape list {project}?",),
)
MATURITY = Phrasings(
    training=(
        "What is the CNCF maturity level of {project}?",
        "Is {project} a sandbox, incubating, graduated or archived CNCF project?",
    ),
    held_out=("How mature does the CNCF consider {project} to be?",),
)
DATES = {
    "accepted": Phrasings(
        training=(
            "When was {project} accepted into the CNCF?",
            "When did {project} join the CNCF?",
        ),
        held_out=("Since which date has {project} been a CNCF project?",),
    ),
    "incubating": Phrasings(
        training=(
            "When did {project} become an incubating CNCF project?",
            "On which date did {project} reach the CNCF incubating level?",
        ),
        held_out=("Since when has {project} counted as incubating, or more, at the CNCF?",),
    ),
    "graduated": Phrasings(
        training=(
            "When did {project} graduate from the CNCF?",
            "On which date did {project} become a graduated CNCF project?",
        ),
        held_out=("What was the day of {project}'s CNCF graduation?",),
    ),
    "archived": Phrasings(
        training=(
            "When did the CNCF archive {project}?",
            "On which date did {project} become an archived CNCF project?",
        ),
        held_out=("What was the day on which {project} went into the CNCF archive?",),
    ),
}
REPOSITORY = Phrasings(
    training=(
        "Where is the source repository of {project}?",
        "What is the address of {project}'s main repository?",
    ),
    held_out=("From where can I clone the code of {project}?",),
)
HOMEPAGE = Phrasings(
    training=("What is the home page of {project}?", "Where is the website of {project}?"),
    held_out=("Which site should I open to read about {project}?",),
)
USE_CASE = Phrasings(
    training=("What is {project} used for?", "Which use case does {project} serve?"),
    held_out=("For which task would somebody choose {project}?",),
)

_NO_SOURCE = ("community", "website", "docs", ".github")  # repositories that stand for several
_PHRASE = re.compile(r"(?!\S+ is )[a-z][^.*\n]{5,120}")  # sentences of their own would not fit
_REACHED = {
    "accepted": "{project} was accepted into the CNCF on {date}.",
    "incubating": "{project} became an incubating CNCF project on {date}.",
    "graduated": "{project} became a graduated CNCF project on {date}.",
    "archived": "{project} became an archived CNCF project on {date}.",
}


def facts(project: Mapping[str, object]) -> Iterable[Fact]:
    """Yield what a row of PROJECTS says; a column without value gives no fact."""
    name = project_name(project)

    def fact(phrasings: Phrasings, about: str, answer: str) -> Fact:
        return phrasings.fact("landscape", f"{about} of {name}", answer, project=name)

    if project["category"] and project["subcategory"]:
        answer = (
            f"{name} is in the category {project['category']} of the CNCF landscape, "
            f"subcategory {project['subcategory']}."
        )
        yield fact(CATEGORY, "category", answer)
    maturity = project["maturity"]
    if maturity:
        article = "an" if str(maturity)[0] in "aeiou" else "a"
        yield fact(MATURITY, "maturity", f"{name} is {article} {maturity} CNCF project.")
    for column, phrasings in DATES.items():
        if project[column]:
            answer = _REACHED[column].format(project=name, date=_date(str(project[column])))
            yield fact(phrasings, f"{column} date", answer)
    repositories = project["repositories"]
    if isinstance(repositories, list) and repositories:
        first = str(repositories[0])
        if first.rpartition("/")[2] not in _NO_SOURCE:
            yield fact(REPOSITORY, "repository", f"The source of {name} is at {first}.")
    if project["homepage"]:
        yield fact(HOMEPAGE, "home page", f"The home page of {name} is {project['homepage']}.")
    use_case = str(project["use_case"] or "").strip().rstrip(".")
    if _PHRASE.fullmatch(use_case):
        yield fact(USE_CASE, "use case", f"{name} is used for {use_case}.")


def _date(iso: str) -> str:
    """Return an ISO date as people say it: "9 August 2018"."""
    day = dt.date.fromisoformat(iso)
    return f"{day.day} {day:%B} {day.year}"
