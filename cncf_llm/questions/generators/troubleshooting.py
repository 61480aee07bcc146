"""Troubleshooting: a section whose heading is a symptom and whose text gives cause or remedy."""

import re
from collections.abc import Iterable, Mapping

from cncf_llm.questions.context import is_list_of_links, leans_on_links
from cncf_llm.questions.facts import Drop, Fact, Phrasings
from cncf_llm.questions.instructions import MAKES_THE_SOFTWARE, bare_verb, is_report, lacking
from cncf_llm.questions.section import Section, project_name
from cncf_llm.questions.sentences import without_last_pointer
from cncf_llm.questions.words import words

SYMPTOM = Phrasings(
    training=(
        'In {project}, I run into this problem: "{symptom}". What can I do about it?',
        'Troubleshooting {project}: what is behind "{symptom}", and how do I fix it?',
        'How do I solve the problem "{symptom}" in {project}?',
    ),
    held_out=('My {project} shows this trouble: "{symptom}". How do I get out of it?',),
)
CHECK = Phrasings(  # headings such as "√ control plane pods are ready" name a check that passes
    training=(
        'In {project}, the check "{symptom}" fails. What can I do about it?',
        'Troubleshooting {project}: what does it mean when the check "{symptom}" fails?',
        'How do I get the {project} check "{symptom}" to pass?',
    ),
    held_out=('{project} complains about its check "{symptom}". How do I get out of it?',),
)

FEWEST_WORDS = 3  # of the heading
FEWEST_ANSWER_WORDS = 12

_PLACE = re.compile(
    r"\btrouble[- _]?shoot|\bcommon (?:errors|problems|issues)|\bknown (?:issues|problems)"
    r"|\bdebug|\bpitfalls?\b|\bfaqs?\b|\bproblems?\b|\berrors?\b",
    re.IGNORECASE,
)
_SYMPTOM = re.compile(
    r"\berrors?\b|\bfail\w*|\bnot\b|n['’]t\b|\bcannot\b|\bunable\b|\bstuck\b|\bhangs?\b|\bmissing\b"
    r"|\btime(?:d)? ?outs?\b|\brefused\b|\bdenied\b|\binvalid\b|\bwrong\b|\bunknown\b|\bcrash\w*"
    r"|\bslow\b|\bunexpected\w*|\bno longer\b|\brestarts?\b|\boom\w*|\bmismatch\w*|\bexceeded\b"
    r"|\bexpired\b|\bunavailable\b|\bnever\b|\btoo (?:many|large|long)\b|\bincorrect\w*|\bbroken\b"
    r"|\bforbidden\b|\bunauthorized\b|\bunhealthy\b|\bpending\b|\bleaks?\b|\bskips\b|\blost\b"
    r"|\b(?:no|zero) \w+ (?:found|available|data|metrics|traces)\b|\bduplicate\w*"
    r"|\bloop(?:s|ing)?\b",
    re.IGNORECASE,
)
_REMEDY = re.compile(
    r"\b(?:fix\w*|because|caused?|due to|ensure|make sure|check\w*|verify|solutions?|workarounds?"
    r"|resolv\w+|solv\w+|try|avoid\w*|must|should|need(?:s|ed)? to|means|indicates?|reasons?"
    r"|instead|add|set|increase|upgrade|update|install|run|delete|restart|use|remove)\b",
    re.IGNORECASE,
)
_GENERAL = re.compile(
    r"(?:common|known|general|other|possible|frequent)\b.*\b(?:issues|problems|errors|failures)\b"
    r"|error (?:handling|codes?|messages?|reporting|types?)\b|errors?$|(?:handling|debugging) ",
    re.IGNORECASE,
)


def facts(project: Mapping[str, object], section: Section) -> Iterable[Fact | Drop]:
    """Yield the problem that a section's heading names, with the section as its answer."""
    heading = section.heading.strip().rstrip(".:")
    check = re.match(r"[√✔✓]\s*(?P<check>.+)", heading)
    if heading.endswith("?") or not _is_symptom(section, heading, is_check=check is not None):
        return
    where = " > ".join((section.title, *section.heading_path))
    if not section.whole:
        yield Drop("answer-too-long", f"{where}: goes over several passages")
        return
    answer = without_last_pointer(section.text)
    if len(words(answer)) < FEWEST_ANSWER_WORDS or not _REMEDY.search(_prose(section)):
        yield Drop("no-remedy", f"{where}: neither cause nor remedy")
        return
    if re.search(r"\bwe (?:do not|don['’]t) know\b", answer, re.IGNORECASE):
        yield Drop("no-remedy", f"{where}: the authors do not know it")
        return
    missing = lacking(section.blocks)
    if missing:
        yield Drop("answer-incomplete", f"{where}: lacks {missing}")
        return
    if MAKES_THE_SOFTWARE.search(answer):
        yield Drop("not-user-documentation", f"{where}: builds or tests the software itself")
        return
    if leans_on_links(answer) or is_list_of_links(section.raw):
        yield Drop("needs-link", where)
        return
    symptom = check["check"] if check else re.sub(r"^(?:Problem|Symptom|Issue):\s*", "", heading)
    phrasings = CHECK if check else SYMPTOM
    asked = project_name(project, section)
    yield phrasings.fact("troubleshooting", symptom, answer, project=asked, symptom=symptom)


def _is_symptom(section: Section, heading: str, *, is_check: bool) -> bool:
    places = (section.title, section.path.replace("_", " "), *section.heading_path[:-1])
    if not any(_PLACE.search(place) for place in places):
        return False
    if is_check:
        return True
    first = heading.split(" ", maxsplit=1)[0]
    return (
        len(words(heading)) >= FEWEST_WORDS
        and _SYMPTOM.search(heading) is not None
        and not _GENERAL.match(heading)
        and not re.match(r"(?:why|how|what|when|I was|I am)\b", heading, re.IGNORECASE)
        and (bare_verb(first) is None or first.lower() in ("fix", "issue") or is_report(heading))
    )


def _prose(section: Section) -> str:
    return " ".join(block.text for block in section.blocks if block.kind != "code")
