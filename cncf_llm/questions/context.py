"""What a heading's words need around them, so that a reader knows what they are about."""

import re

from cncf_llm.questions.section import Section
from cncf_llm.questions.words import word_set, words

_FAQ = re.compile(r"\bfaqs?\b|frequently[ _-]asked|\bq ?& ?a\b", re.IGNORECASE)
_SAYS_NOTHING = word_set(
    "overview introduction readme index guide documentation docs concepts concept reference faq "
    "quickstart tutorial getting started about home welcome notes basics background summary usage "
    "examples example configuration configure config configuring options settings statistics "
    "labels annotations metrics commands command introduction install installation readme features "
    "line api tool the a an and of to for in with how using use your"
)
_FOLDERS_OF_TUTORIALS = word_set(
    "tutorials tutorial examples example sandboxes demo demos walkthroughs codelabs workshop"
)
_LINKS = re.compile(
    r"\b(?:mentioned|explained|covered|outlined|discussed) in\b"
    r"|\b(?:(?:click|see|read|found|available|described|listed|documented|check(?:ed)?(?: it)? out"
    r"|clicking|look) here\b|(?:\(|: |is )here[.)!]|here is (?:a|an|the) (?:link|example|video)"
    r"|(?:this|the following) (?:link|issue|pr|pull request|video|article|post|image|picture"
    r"|screenshot|talk)"
    r"|screen ?shots?|enter image description|(?:image|picture|diagram) (?:above|below|shows))",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"\b(?:this|these|those|they|them|their|here|above|below|the following|next|our|us|"
    r"the (?:above|implementation|feature|tool|process|product|software|same))\b|…|\.\.\.",
    re.IGNORECASE,
)
_SAID = re.compile(r"[,.?!] |\b(?:if|when)\b")
_IT = re.compile(r"\b(?:it|its|that)\b", re.IGNORECASE)


def is_faq(section: Section) -> bool:
    """Tell whether a section is one entry of a page of frequent questions."""
    places = (section.title, section.path.replace("_", " "), *section.heading_path[:-1])
    return any(_FAQ.search(place) for place in places)


def topic(section: Section) -> str | None:
    """Return what the page is about, None where its title does not tell."""
    title = re.sub(r"\s*\([^()]*\)", "", section.title).strip(" .:#")
    said = (
        {word for word in words(title) if not word.isdigit()}
        - _SAYS_NOTHING
        - set(words(section.product or ""))
    )
    return title if said and len(words(title)) <= 9 else None


def aside(section: Section, said: str) -> str:
    """Return the page's topic in brackets, for a question that does not say it yet."""
    about = topic(section)
    told = {_stem(word) for word in words(f"{said} {section.part or ''}")}
    missing = {_stem(word) for word in words(about or "")} - _SAYS_NOTHING - told
    return f" ({about})" if about and missing else ""


def _stem(word: str) -> str:
    return word.removesuffix("s").removesuffix("ing").removesuffix("e")


def is_tutorial(section: Section) -> bool:
    """Tell whether a page builds one example up, each section on those before it."""
    return not _FOLDERS_OF_TUTORIALS.isdisjoint(section.path.lower().split("/"))


def leans_on_links(text: str) -> bool:
    """Tell whether a text sends its reader to a link or a picture, which an answer has not."""
    return _LINKS.search(text) is not None


def is_list_of_links(raw: str) -> bool:
    """Tell whether most items of a text's lists are links and nothing else."""
    items = re.findall(r"^\s*(?:[-*]|\d+\.) (.+)$", raw, re.MULTILINE)
    bare = [item for item in items if re.fullmatch(r"!?\[[^\]]*\]\([^)]*\)[.,;]?", item.strip())]
    return len(bare) >= 2 and 2 * len(bare) >= len(items)


def is_vague(question: str) -> bool:
    """Tell whether a question points at what its reader cannot see.

    "It" and "that" are fine behind a comma or another sentence, which says what they are.
    """
    if _VAGUE.search(question):
        return True
    pronoun = _IT.search(question)
    return pronoun is not None and not _SAID.search(question[: pronoun.start()])
