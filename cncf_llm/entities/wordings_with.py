"""How sentences say what something works with, needs and runs on."""

from cncf_llm.entities.labels import COMPONENT, PLATFORM, PROJECT
from cncf_llm.entities.wording import (
    ADVERB,
    ARTICLE,
    ASIDE,
    ENDS,
    IN_CLUSTER,
    LIST,
    LISTED,
    MODIFIERS,
    NO_MODIFIER,
    PHRASE_ENDS,
    SELF,
    YOUR,
    rule,
)

_RUN = (
    r"(?:run|running|runs|install|installing|installs|deploy|deploying|deploys|operate|operating)"
)
INTEGRATES = (
    rule(
        "integrates_with",
        rf"{SELF}{ADVERB} (?:(?:can |to |that )?integrates?|can be integrated|is integrated"
        r"|(?:provides|has|offers) (?:an? )?(?:\w+ )?integrations?|(?:can )?interoperates?"
        r"|(?:can )?works?(?: well| seamlessly| together)?"
        rf"|can be (?:used|combined|connected|paired))(?: \w+ly)? with {ARTICLE}{LIST}",
        0.9,
    ),
    rule(
        "integrates_with",
        rf" (?:has|comes with|provides|offers) (?:\w+ ){{0,2}}(?:support|integrations?)"
        rf" (?:for|with) {ARTICLE}{LIST}",
        0.85,
    ),
    rule(
        "integrates_with",
        rf"{SELF} (?:can (?:also )?)?(?:discovers?|scrapes?|monitors?|queries|query"
        r"|(?:sends?|exports?|forwards?|pushes|push|writes?|reports?|publish(?:es)?|ships?"
        r"|streams?) (?:(?!to\b|from\b)[\w-]+ ){1,4}to|(?:reads?|pulls?|collects?|retrieves?|gets?"
        rf"|fetch(?:es)?|receives?|obtains?) (?:(?!to\b|from\b)[\w-]+ ){{1,4}}from) {ARTICLE}"
        rf"{LISTED}",
        0.85,
        after=NO_MODIFIER,
    ),
    rule(
        "integrates_with",
        rf"{ADVERB} supports{ADVERB} {ARTICLE}{LISTED}",
        0.85,
        tails=[PROJECT, PLATFORM],
        after=PHRASE_ENDS,
    ),
    rule(
        "integrates_with",
        rf"{SELF} (?:with|and) {ARTICLE}",
        0.85,
        anywhere=True,
        heads=[PROJECT, COMPONENT],
        tails=[PROJECT, PLATFORM],
        lead=r"(?:integrat(?:e|es|ing)|combin(?:e|es|ing)|connect(?:s|ing)?|pair(?:s|ing)?) "
        rf"{ARTICLE}",
        after=ENDS,
    ),
    rule(
        "integrates_with",
        rf"(?:'s|’s)? integrations? (?:with|for) {ARTICLE}{LISTED}",
        0.85,
        anywhere=True,
        presupposed=True,
        after=NO_MODIFIER,
    ),
    rule(
        "integrates_with",
        rf"{ASIDE} (?:is|are) (?:an?|the) {MODIFIERS}(?:\w+|<CONCEPT>) for (?:the )?",
        0.8,
        heads=[PROJECT],
        tails=[PROJECT],
        after=PHRASE_ENDS,
    ),
)
INTEGRATES = (
    *INTEGRATES,
    rule(
        "integrates_with",
        rf"{SELF} to (?:use|work with|talk to|connect to|scrape|send (?:\w+ ){{1,2}}to) {ARTICLE}",
        0.85,
        anywhere=True,
        tails=[PROJECT, PLATFORM],
        lead=rf"configur(?:e|es|ing) {YOUR}",
        after=NO_MODIFIER,
    ),
    rule(
        "integrates_with",
        rf"{SELF}{ADVERB} (?:exposes|exports|provides|emits|publishes|supports|has)"
        r" (?:(?!to\b|from\b|no\b)\w+ ){0,3}",
        0.85,
        tails=[PROJECT],
        after=r"(?: ?-?(?:compatible|style|format))? (?:metrics|traces|format|endpoints?)\b",
    ),
)
DEPENDS = (
    rule(
        "depends_on",
        rf"{SELF}{ADVERB} makes use of {ARTICLE}(?:[\w-]+ )?",
        0.85,
        after=PHRASE_ENDS,
    ),
    rule(
        "depends_on",
        rf"{SELF}{ADVERB} (?:depends (?:up)?on|relies (?:up)?on|requires|needs"
        r"|is (?:built|based|layered) (?:up)?on(?: top of)?|builds (?:up)?on(?: top of)?"
        rf"|is (?:powered|backed) by) {ARTICLE}{LISTED}",
        0.9,
        after=NO_MODIFIER,
    ),
    rule(
        "depends_on",
        rf"{SELF} uses {ARTICLE}(?:<\w+> )?",
        0.85,
        after=r" (?:under the hood|internally|as (?:its|a|the) (?:\w+ )?(?:store|backend|database"
        r"|library|engine|data ?store)|for (?:storage|persistence|leader election)|to store)\b",
    ),
    rule(
        "depends_on",
        rf"{SELF}{ADVERB} uses{ADVERB} {ARTICLE}(?:<PROJECT>(?:'s|’s) )?{LISTED}",
        0.8,
        after=r"(?= ?(?:[.,;:)!]|$)| (?:to|for|as|internally|by|in order|when|and|under)\b| \()",
    ),
)
RUNS_ON = (
    rule(
        "runs_on",
        rf"{SELF}{ADVERB} (?:runs|can run|can be run|is running|can be deployed|can be installed"
        rf"|is deployed|is available|is supported)(?: \w+ly)? (?:on|in|inside|on top of) {ARTICLE}"
        rf"{LISTED}",
        0.9,
        after=IN_CLUSTER,
    ),
    rule(
        "runs_on",
        rf"{SELF} (?:on|in|inside|onto|on top of) (?:top of )?{YOUR}(?:<PROJECT> )?",
        0.85,
        anywhere=True,
        lead=rf"(?:{_RUN}|use|using) {YOUR}",
        after=IN_CLUSTER,
    ),
    rule(
        "runs_on",
        rf"{SELF} to {YOUR}",
        0.85,
        anywhere=True,
        lead=rf"deploy(?:ing|s|ed)? {YOUR}",
        after=IN_CLUSTER,
    ),
)
