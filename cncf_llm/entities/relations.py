"""Relations that a sentence states outright, by patterns over the words between two entities.

A sentence is read with its entities as single tokens, `<PROJECT>` and so on. A pattern fits the
words between a head and a tail as a whole, so it holds only where nothing else intervenes. Precision
comes first: a sentence that denies, asks, supposes or compares states nothing here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cncf_llm.entities.labels import (
    COMPONENT,
    KUBERNETES_KIND,
    PROJECT,
    RELATIONS,
    breaks_signature,
)

# Signs of a sentence that does not state what its words seem to say.
_NOT_STATED = re.compile(
    r"\?\s*$|\b(?:not|no longer|never|cannot|without|n't|unlike|previously|formerly|used to"
    r"|would|might|maybe|perhaps|should|could|proposal|proposed|planned|plan to|deprecated|removed"
    r"|instead of|rather than|until|unless|whether)\b|n['’]t\b|^(?:If|When|Assuming|Suppose)\b",
    re.I,
)

# Up to the head, nothing may come that could make another word the subject.
_OPENING = re.compile(
    r"(?:^|.*(?:, |; |: |\. |\(| (?:and|but|that|because|since|as|while|where|so) |[–—-] ))"
    r"(?:[Tt]he |[Aa]n? |[Bb]oth |[Cc]urrently,? |[Oo]ur |[Yy]our |<\w+> )?(?:<\w+>(?:,| and| or) )*"
)

_ADVERB = r"(?: (?:also|natively|fully|currently|now|already|officially|primarily|directly|both))*"
_MODIFIERS = r"(?:(?!(?:of|for|to|in|that|which|with|from|by|part)\b)[\w/’'-]+,? |<\w+>[- ]){0,6}"
_ARTICLE = r"(?:the |an? )?"
_ASIDE = (
    r"(?: \([^()]{0,60}\)"
    r"|, (?:or|(?:(?:also|often|sometimes|commonly) )?(?:known|abbreviated|referred to|called)(?: as)?)"
    r" [^,.]{0,40},)?"
)
_LIST = r"(?:(?:<\w+>|[\w-]+)(?: \([^()]*\))?(?:, (?:and |or )?| and | or |/))*"
_LISTED = r"(?:<\w+>(?: \([^()]*\))?(?:, (?:and |or )?| and | or |/))*"

# What may follow a tail that is a concept or a standard: nothing that makes it a mere modifier.
_PHRASE_ENDS = (
    r"(?= ?(?:[.,;:)!]|$)| (?:for|that|which|and|or|with|from|to|of|in|on|by|as|at|designed|built"
    r"|written|used|like|using|when|where|over|via|through|running|project|tool|tools|solution"
    r"|software|platform|[–—-] )\b| \()"
)
_STANDARD_ENDS = (
    _PHRASE_ENDS[:-1] + r"| (?:protocols?|specifications?|specs?|standards?|interfaces?|formats?"
    r"|apis?|authentication|encryption|connections?|endpoints?|artifacts?|registries|<\w+>)\b)"
)


@dataclass(frozen=True)
class Rule:
    """How one relation is worded. `between` fits all the words between the two entities.

    `reverse` says that the tail comes first in the sentence. `after` must follow the later entity.
    `anywhere` allows any words before the earlier one, which else must open its clause. `heads` and
    `tails` narrow the labels that the relation's signature allows.
    """

    relation: str
    between: re.Pattern[str]
    confidence: float
    reverse: bool = False
    after: re.Pattern[str] | None = None
    anywhere: bool = False
    heads: frozenset[str] | None = None
    tails: frozenset[str] | None = None


def _rule(
    relation: str,
    between: str,
    confidence: float = 0.9,
    *,
    reverse: bool = False,
    after: str | None = None,
    anywhere: bool = False,
    heads: Iterable[str] | None = None,
    tails: Iterable[str] | None = None,
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
    )


RULES: tuple[Rule, ...] = (
    _rule("is_a", rf"{_ASIDE} (?:is|are) (?:an?|the) {_MODIFIERS}", after=_PHRASE_ENDS),
    _rule("is_a", rf"{_ASIDE}(?:,| [–—-]|:) an? {_MODIFIERS}", 0.8, after=_PHRASE_ENDS),
    _rule(
        "written_in",
        rf"{_ASIDE},?(?: which)? (?:is|was|are|has been)? ?(?:\w+ )?"
        r"(?:written|implemented|programmed|developed) (?:\w+ )?in (?:the )?",
        0.95,
    ),
    _rule(
        "written_in",
        rf"{_ASIDE} (?:is|are) (?:an?|the) (?:(?!that |which )[\w,/’'-]+ |<CONCEPT>,? ?)"
        r"{1,12}written (?:\w+ )?in ",
        0.9,
    ),
    _rule(
        "implements",
        rf"{_ADVERB} (?:implements?|speaks?|conforms? to|complies with"
        rf"|is compliant with|adheres to){_ADVERB} {_ARTICLE}{_LIST}",
        0.9,
        after=_STANDARD_ENDS,
    ),
    _rule(
        "implements",
        rf" is an? (?:[\w-]+ ){{0,4}}implementation of {_ARTICLE}{_LIST}",
        0.95,
        after=_STANDARD_ENDS,
    ),
    _rule(
        "implements", rf"{_ADVERB} supports{_ADVERB} {_ARTICLE}{_LISTED}", 0.8, after=_STANDARD_ENDS
    ),
    _rule(
        "integrates_with",
        rf"{_ADVERB} (?:integrates|can be integrated|is integrated"
        r"|provides (?:an )?integration|interoperates|works(?: well| seamlessly| together)?"
        rf"|can be used)(?: \w+ly)? with {_ARTICLE}{_LIST}",
        0.9,
    ),
    _rule(
        "integrates_with",
        rf" (?:has|comes with|provides|offers) (?:\w+ ){{0,2}}(?:support|integrations?)"
        rf" (?:for|with) {_ARTICLE}{_LIST}",
        0.8,
    ),
    _rule(
        "integrates_with",
        r" (?:can )?(?:discovers?|scrapes?|sends? \w+ to|exports? \w+ to"
        rf"|forwards? \w+ to) {_ARTICLE}{_LISTED}",
        0.75,
    ),
    _rule(
        "integrates_with",
        rf"{_ADVERB} supports{_ADVERB} {_ARTICLE}{_LISTED}",
        0.7,
        tails=[PROJECT],
        after=_PHRASE_ENDS,
    ),
    _rule(
        "integrates_with",
        rf"{_ASIDE} (?:is|are) (?:an?|the) {_MODIFIERS}(?:\w+|<CONCEPT>) for (?:the )?",
        0.75,
        heads=[PROJECT],
        tails=[PROJECT],
        after=_PHRASE_ENDS,
    ),
    _rule(
        "part_of",
        rf"{_ASIDE} (?:is|are) (?:an?|the) {_MODIFIERS}(?:tool|cli|client|server|dashboard"
        r"|library|daemon|agent|ui) (?:for|of) (?:the )?",
        0.75,
        heads=[COMPONENT],
        after=_PHRASE_ENDS,
    ),
    _rule("depends_on", rf"{_ADVERB} makes use of {_ARTICLE}(?:[\w-]+ )?", 0.8, after=_PHRASE_ENDS),
    _rule(
        "depends_on",
        rf"{_ADVERB} (?:depends (?:up)?on|relies (?:up)?on|requires"
        rf"|is (?:built|based) (?:up)?on(?: top of)?|builds (?:up)?on(?: top of)?) {_ARTICLE}{_LISTED}",
        0.85,
        after=r"(?! (?:metrics|users|resources|configuration|documentation|to be\b))",
    ),
    _rule(
        "depends_on",
        rf" uses {_ARTICLE}(?:<\w+> )?",
        0.75,
        after=r" (?:under the hood|internally|as (?:its|a|the) (?:\w+ )?(?:store|backend|database"
        r"|library|engine|data ?store)|for (?:storage|persistence|leader election)|to store)\b",
    ),
    _rule(
        "runs_on",
        rf"{_ADVERB} (?:runs|can run|can be run|is running|can be deployed|can be installed"
        rf"|is deployed|is available)(?: \w+ly)? (?:on|in|inside|on top of) {_ARTICLE}{_LISTED}",
        0.85,
        after=r"(?= ?(?:[.,;:)!]|$)| (?:clusters?|and|or|as|with|using|on|in|nodes?|hosts?|machines"
        r"|systems?|platforms?|environments?|via)\b| \()",
    ),
    _rule(
        "configured_by",
        r"(?:'s|’s)? ",
        0.8,
        anywhere=True,
        after=r" (?:command[- ]line )?(?:flag|option|parameter|environment variable|setting"
        r"|annotation|field)\b",
    ),
    _rule(
        "configured_by",
        r" (?:is|are|can be|is being) (?:configured|customi[sz]ed|enabled|tuned"
        r"|controlled|set) (?:\w+ly )?(?:by|using|with|via|through)(?: setting)? "
        r"(?:the |its |a )?(?:<\w+> )?(?:(?:flag|option|environment variable|annotation|field) )?",
        0.85,
    ),
    _rule(
        "configured_by",
        r" (?:flag|option|parameter|setting|field|annotation|environment variable|key)"
        r"s? (?:of|for|in) (?:the |an? |your |each )?",
        0.85,
        reverse=True,
        anywhere=True,
        after=r"(?= ?(?:[.,;:)!]|$)| (?:resource|object|custom|to|is|are|can|spec|and|that|controls"
        r"|specifies|sets|with|binary|process|server|command|container|pod)s?\b)",
    ),
    _rule(
        "configured_by",
        r" (?:annotation|label) (?:to|on) (?:the |an? |your |each )?",
        0.8,
        reverse=True,
        anywhere=True,
        heads=[KUBERNETES_KIND],
    ),
    _rule(
        "configured_by",
        r" (?:of|in) (?:the |an? |your |each )?(?:<PROJECT> )?",
        0.75,
        reverse=True,
        anywhere=True,
        heads=[KUBERNETES_KIND],
        after=r"(?= ?(?:[.,;:)!]|$)| (?:resources?|objects?"
        r"|custom|spec|specification|to|and|is|manifest|CRD)\b)",
    ),
    _rule("exposes", r"(?:'s|’s)? (?:\w+ )?metrics? (?:called|named) ", 0.85, anywhere=True),
    _rule(
        "exposes",
        r"(?:'s|’s)? (?:server |controller |operator )?(?:exposes?|exports?|emits?|provides?"
        r"|publishes|reports?|records) (?:the |an? |two |three |following |new |\w+ )*?"
        r"(?:metrics?|counters?|gauges?|histograms?)?(?: (?:called|named))?:? ?" + _LISTED,
        0.85,
    ),
    _rule(
        "exposes",
        r"(?: metric)?(?:,| is| are|,? which is)?(?: a metric)? (?:exposed|exported|emitted"
        r"|provided|reported|published) by (?:the )?",
        0.9,
        reverse=True,
        anywhere=True,
    ),
    _rule(
        "part_of",
        rf" (?:is|are) (?:(?:also )?part|an? (?:[\w-]+ ){{0,3}}(?:component|subproject|module"
        r"|plugin|extension|part|resource)) of (?:the )?",
        0.9,
    ),
    _rule(
        "part_of",
        r" (?:is|are) an? ",
        0.85,
        after=r" (?:component|subproject|plugin|extension|custom resource|resource|api object)\b",
    ),
    _rule(
        "part_of",
        r"(?:'s|’s) ",
        0.75,
        reverse=True,
        anywhere=True,
        heads=[COMPONENT],
        after=r"(?! (?:installed|running|from)\b)",
    ),
    _rule(
        "part_of",
        rf" (?:consists of|includes|ships with|comes with|bundles|is made up of) "
        rf"{_ARTICLE}{_LIST}",
        0.8,
        reverse=True,
        after=r"(?= ?(?:[.,;:)!]|$)| (?:and|or|component|plugin|controller|which|that)\b| \()",
    ),
    _rule(
        "alternative_to",
        rf" (?:is|as|was) (?:an?|the) (?:[\w-]+,? ){{0,5}}(?:alternative"
        rf"|replacement) (?:to|for) {_ARTICLE}{_LISTED}",
        0.9,
    ),
    _rule(
        "alternative_to",
        r" (?:is|was) (?:an?|the) (?:[\w-]+ ){0,3}replacement \([^()]*\) for ",
        0.9,
    ),
    _rule(
        "alternative_to",
        rf" (?:replaces|is a fork of) {_ARTICLE}",
        0.8,
        after=r"(?= ?(?:[.,;:)!]|$)| (?:as|in|and|with|by)\b)",
    ),
    _rule(
        "maintained_by",
        r"(?: project)? (?:is|was)(?: now| currently| an? [\w -]{0,40})? (?:maintained"
        r"|developed|hosted|backed|sponsored|governed|stewarded) by (?:the )?",
        0.9,
    ),
    _rule(
        "maintained_by",
        r" (?:is|became|joined|was accepted (?:in)?to|was donated to)"
        r" (?:an?|the|as an?)? ?(?:[\w-]+,? ){0,3}(?:hosted )?(?:at |by |under |to |of )?(?:the )?",
        0.85,
        after=r" (?:(?:graduated|incubating|incubation|sandbox|hosted|top[- ]level|level) )*"
        r"(?:projects?\b|in 20\d\d)",
    ),
    _rule(
        "maintained_by",
        r", (?:an?|the) (?:[\w-]+ ){0,2}",
        0.85,
        after=r" (?:(?:graduated|incubating|incubation|sandbox|hosted) )*projects?\b",
    ),
)

# Software that other software runs on. Nearly any other project there is a wrong reading.
_HOSTS = frozenset(
    {
        "kubernetes",
        "openshift",
        "docker",
        "docker swarm",
        "nomad",
        "apache mesos",
        "k3s",
        "podman",
        "minikube",
        "kind",
        "rancher",
        "knative",
        "openstack",
        "node.js",
        ".net",
        "istio",
        "linkerd",
    }
)
# Kinds of Kubernetes itself. Before one of them, another project's name says whose object it is
# ("the Flux Deployment"); before any other kind, whose kind it is ("the Flux HelmRelease").
_BUILT_IN = frozenset(
    "APIService CertificateSigningRequest ClusterRole ClusterRoleBinding ConfigMap ControllerRevision "
    "CronJob CSIDriver CustomResourceDefinition DaemonSet Deployment Endpoints EndpointSlice Event "
    "HorizontalPodAutoscaler Ingress IngressClass Job Lease LimitRange MutatingWebhookConfiguration "
    "Namespace NetworkPolicy Node PersistentVolume PersistentVolumeClaim Pod PodDisruptionBudget "
    "PodSecurityPolicy PodTemplate PriorityClass ReplicaSet ReplicationController ResourceQuota Role "
    "RoleBinding RuntimeClass Secret Service ServiceAccount StatefulSet StorageClass "
    "ValidatingAdmissionPolicy ValidatingWebhookConfiguration".split()
)


_TOO_FAR = 170  # characters between head and tail
_STATISTICAL = 0.6  # what a relation is worth, at most, that rests on a learnt name


@dataclass(frozen=True)
class Mention:
    """An entity in a sentence, by offsets into the sentence."""

    start: int
    end: int
    label: str
    name: str
    entity_id: str
    statistical: bool = False


@dataclass(frozen=True)
class Relation:
    """One statement found in one sentence."""

    relation: str
    head: Mention
    tail: Mention
    confidence: float


@dataclass(frozen=True)
class Refused:
    """A pattern that fitted, and why it makes no relation."""

    reason: str
    detail: str


def find_relations(sentence: str, mentions: Iterable[Mention]) -> Iterator[Relation | Refused]:
    """Yield the relations that a sentence states between its entities, and the refused ones.

    `sentence` is plain text. `mentions` do not overlap and come in order. Reasons for refusal are
    `breaks-signature`, `not-stated` and `relates-to-itself`.
    """
    marks = list(mentions)
    if len(marks) < 2:
        return
    denied = bool(_NOT_STATED.search(sentence))
    seen: set[tuple[str, str, str]] = set()
    refused: dict[tuple[str, str, str], Refused] = {}
    for i, first in enumerate(marks):
        before = _masked(sentence, 0, first.start, marks[:i])
        opens = bool(_OPENING.fullmatch(before))
        for j in range(i + 1, min(i + 7, len(marks))):
            second = marks[j]
            if second.start - first.end > _TOO_FAR:
                break
            between = _masked(sentence, first.end, second.start, marks[i + 1 : j])
            following = marks[j + 1 : j + 2]
            after = _masked(sentence, second.end, min(len(sentence), second.end + 60), following)
            for rule in RULES:
                if not (opens or rule.anywhere) or not rule.between.fullmatch(between):
                    continue
                if rule.after and not rule.after.match(after):
                    continue
                head, tail = (second, first) if rule.reverse else (first, second)
                result = _judge(rule, head, tail, denied)
                key = (rule.relation, head.entity_id, tail.entity_id)
                if isinstance(result, Refused):
                    refused.setdefault(key, result)
                elif result is not None and key not in seen:
                    seen.add(key)
                    yield result
    pairs = {frozenset(key[1:]) for key in seen}
    for key, result in refused.items():
        if frozenset(key[1:]) not in pairs:  # else another reading of the same words held
            yield result


def _judge(rule: Rule, head: Mention, tail: Mention, denied: bool) -> Relation | Refused | None:
    said = f"{head.name} {rule.relation} {tail.name}"
    if rule.heads and head.label not in rule.heads or rule.tails and tail.label not in rule.tails:
        return None
    if rule.relation == "part_of" and head.label == KUBERNETES_KIND and not _owns(head, tail):
        return None
    heads, tails = RELATIONS[rule.relation]
    if tail.label not in tails and head.label not in heads:
        return None  # the pattern's words alone say too little to call this a mistake
    wrong = breaks_signature(rule.relation, head.label, tail.label)
    if wrong:
        return Refused("breaks-signature", f"{said}: {wrong}")
    if rule.relation == "runs_on" and tail.label == "PROJECT" and tail.name.lower() not in _HOSTS:
        return Refused("not-stated", f"{said}: not software that others run on")
    if denied:
        return Refused("not-stated", f"{said}: the sentence denies, asks or supposes")
    if head.entity_id == tail.entity_id or head.name.lower() == tail.name.lower():
        return Refused("relates-to-itself", said)
    learnt = head.statistical or tail.statistical
    return Relation(
        rule.relation, head, tail, min(rule.confidence, _STATISTICAL) if learnt else rule.confidence
    )


def _owns(kind: Mention, project: Mention) -> bool:
    return (kind.name in _BUILT_IN) == (project.name == "Kubernetes")


def _masked(sentence: str, start: int, end: int, mentions: Iterable[Mention]) -> str:
    """Return a stretch of the sentence with the mentions inside it as `<LABEL>`."""
    pieces = []
    at = start
    for mention in mentions:
        if mention.end > end:
            break
        pieces += [sentence[at : mention.start], f"<{mention.label}>"]
        at = mention.end
    return "".join([*pieces, sentence[at:end]])
