"""What a wording of a relation is, and the phrases that wordings share.

A wording is a pattern over the words between two entities of a sentence.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

ADVERB = r"(?: (?:also|natively|fully|currently|now|already|officially|primarily|directly|both))*"
# What may follow a head and leave it the subject: "the Prometheus server exposes".
SELF = (
    r"(?:(?:'s|’s)? (?:server|project|daemon|controller|operator|plugin|component|binary|client"
    r"|library|tool|agent|process|cli|exporter|adapter|extension|proxy|integration|collector|chart"
    r"|developers|maintainers))?"
)
MODIFIERS = r"(?:(?!(?:of|for|to|in|that|which|with|from|by|part)\b)[\w/’'-]+,? |<\w+>[- ]){0,6}"
ARTICLE = r"(?:the |an? )?"
ASIDE = (
    r"(?: \([^()]{0,60}\)"
    r"|, (?:or|(?:(?:also|often|sometimes|commonly) )?(?:known|abbreviated|referred to|called)"
    r"(?: as)?)"
    r" [^,.]{0,40},)?"
)
LIST = r"(?:(?:<\w+>|[\w-]+)(?: \([^()]*\))?(?:, (?:and |or )?| and | or |/))*"
LISTED = r"(?:<\w+>(?: \([^()]*\))?(?:, (?:and |or )?| and | or |/))*"

# What may follow a tail that is a concept or a standard: nothing that makes it a mere modifier.
PHRASE_ENDS = (
    r"(?= ?(?:[.,;:)!]|$)| (?:for|that|which|and|or|with|from|to|of|in|on|by|as|at|designed|built"
    r"|written|used|like|using|when|where|via|through|running|[–—-] )\b| \()"
)
STANDARD_ENDS = (
    PHRASE_ENDS[:-1] + r"| (?:protocols?|specifications?|specs?|standards?|interfaces?|formats?"
    r"|apis?|authentication|encryption|connections?|endpoints?|artifacts?|registries|<\w+>)\b)"
)

ENDS = r"(?= ?(?:[.,;:)!]|$)| \()"
IN_CLUSTER = (
    r"(?= ?(?:[.,;:)!]|$)| (?:clusters?|and|or|as|with|using|on|in|nodes?|hosts?|machines"
    r"|containers?|systems?|platforms?|environments?|via|from|to|for|that|which|by|when|where"
    r"|instances?)\b| \()"
)
NO_MODIFIER = r"(?! ?[-/]| (?:metrics|users|resources|configuration|documentation|to be)\b)"
YOUR = r"(?:the |an? |your |each |this |its |our )?"


@dataclass(frozen=True)
class Rule:
    """How one relation is worded. `between` fits all the words between the two entities.

    `reverse` says that the tail comes first in the sentence. `after` must follow the later entity.
    `anywhere` allows any words before the earlier one, which else must open its clause; `lead` must
    stand right before it. `heads` and `tails` narrow the labels that the relation's signature
    allows. `presupposed` says that the words hold even where the sentence denies or supposes:
    "if the replicas field of the Deployment is not set". `capital` asks for a head with a capital,
    `named` for a tail whose name fits.
    """

    relation: str
    between: re.Pattern[str]
    confidence: float
    reverse: bool = False
    after: re.Pattern[str] | None = None
    anywhere: bool = False
    heads: frozenset[str] | None = None
    tails: frozenset[str] | None = None
    lead: re.Pattern[str] | None = None
    presupposed: bool = False
    capital: bool = False
    named: re.Pattern[str] | None = None


def rule(
    relation: str,
    between: str,
    confidence: float = 0.9,
    *,
    reverse: bool = False,
    after: str | None = None,
    anywhere: bool = False,
    heads: Iterable[str] | None = None,
    tails: Iterable[str] | None = None,
    lead: str | None = None,
    presupposed: bool = False,
    capital: bool = False,
    named: str | None = None,
) -> Rule:
    return Rule(
        relation,
        re.compile(between, re.I),
        confidence,
        reverse,
        re.compile(after, re.I) if after else None,
        anywhere,
        frozenset(heads) if heads else None,
        frozenset(tails) if tails else None,
        re.compile(rf"(?:^|.*[\s(\"']){lead}$", re.I | re.S) if lead else None,
        presupposed,
        capital,
        re.compile(named, re.I) if named else None,
    )
