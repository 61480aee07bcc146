"""Relations that a sentence states outright, by patterns over the words between two entities.

A sentence is read with its entities as single tokens, `<PROJECT>` and so on. A pattern fits the
words between a head and a tail as a whole, so it holds only where nothing else intervenes.
Precision comes first: a sentence that denies, asks, supposes or compares states nothing here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cncf_llm.entities.gazetteer import kinds_of_kubernetes
from cncf_llm.entities.labels import KUBERNETES_KIND, RELATIONS, breaks_signature
from cncf_llm.entities.rules import RULES
from cncf_llm.entities.wording import Rule

# Signs of a sentence that does not state what its words seem to say.
_NOT_STATED = re.compile(
    r"\?\s*$|\b(?:not|no longer|never|cannot|without|n't|unlike|previously|formerly|used to"
    r"|would|might|maybe|perhaps|should|could|proposal|proposed|planned|plan to|deprecated|removed"
    r"|instead of|rather than|until|unless|whether)\b|n['’]t\b|^(?:If|When|Assuming|Suppose)\b",
    re.I,
)

# Up to the head, nothing may come that could make another word the subject.
_OPENING = re.compile(
    r"(?:^|.*(?:, |; |: |\. |\(| (?:and|but|that|because|since|as|while|where|so|how) |[Hh]ow "
    r"|[–—-] ))"
    r"(?:[Tt]he (?:\w+ed |\w+al |open[- ]source |default |new )?|[Aa]n? |[Bb]oth |[Cc]urrently,? "
    r"|[Oo]ur |[Yy]our |<\w+> )?"
    r"(?:<\w+>(?:,| and| or) )*"
)

# "Envoy Ratelimit which requires Redis", but not "a filter for Envoy that requires Redis".
_RELATIVE = re.compile(r",? (?:which|that)(?= )")
_HANGS = re.compile(r"\b(?:of|for|in|with|by|from|to|like|and|or|as)(?: the| an?)? $")

# Software that other software runs on. Nearly any other project there is a wrong reading.
_HOSTS = frozenset(
    [
        *("kubernetes", "openshift", "docker", "docker swarm", "nomad", "apache mesos", "k3s"),
        *("podman", "minikube", "kind", "rancher", "knative", "openstack", "node.js", ".net"),
    ]
)
_NO_SETTING = re.compile(r"\.?status\b|apiVersion$|apiGroup$|kind$|spec$")
_PRACTICE = re.compile(r"(?:ing|ability|ance|tion|delivery|deployment|rollout|update|rollback)$")
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
    plain: bool = False  # an ordinary word that the passage does not set in back-ticks


@dataclass(frozen=True)
class Relation:
    """One statement found in one sentence."""

    relation: str
    head: Mention
    tail: Mention
    confidence: float
    rule: Rule


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
    seen: set[tuple[str, str, str]] = set()
    refused: dict[tuple[str, str, str], Refused] = {}
    for i, first in enumerate(marks):
        before = _masked(sentence, 0, first.start, marks[:i])
        opens = bool(_OPENING.fullmatch(before))
        related = not _HANGS.search(before)
        for j in range(i + 1, min(i + 7, len(marks))):
            second = marks[j]
            if second.start - first.end > _TOO_FAR:
                break
            between = _masked(sentence, first.end, second.start, marks[i + 1 : j])
            following = marks[j + 1 : j + 2]
            after = _masked(sentence, second.end, min(len(sentence), second.end + 60), following)
            relative = _RELATIVE.match(between) if related else None
            for rule in RULES:
                fits = (opens or rule.anywhere) and rule.between.fullmatch(between)
                if not fits and relative and not rule.anywhere:
                    fits = rule.between.fullmatch(between, relative.end())
                if not fits:
                    continue
                if rule.lead and not rule.lead.fullmatch(before):
                    continue
                if rule.after and not rule.after.match(after):
                    continue
                head, tail = (second, first) if rule.reverse else (first, second)
                result = _judge(rule, head, tail, _clause(sentence, first.start, second.end))
                if rule.named and sentence[second.end - 1] == "s":
                    continue  # "the containerd snapshotters" are its parts
                if rule.capital and not sentence[head.start].isupper():
                    continue
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


def _judge(rule: Rule, head: Mention, tail: Mention, clause: str) -> Relation | Refused | None:
    said = f"{head.name} {rule.relation} {tail.name}"
    if (rule.heads and head.label not in rule.heads) or (
        rule.tails and tail.label not in rule.tails
    ):
        return None
    if rule.named and (head.name == "Kubernetes" or not rule.named.fullmatch(tail.name)):
        return None  # "the Kubernetes package manager" is Helm
    if rule.relation == "part_of" and head.label == KUBERNETES_KIND and not _owns(head, tail):
        return None
    learnt = head.statistical or tail.statistical
    if learnt and rule.relation == "part_of" and rule.anywhere:
        return None  # names side by side say too little where one of them is a guess
    heads, tails = RELATIONS[rule.relation]
    if tail.label not in tails and head.label not in heads:
        return None  # the pattern's words alone say too little to call this a mistake
    wrong = breaks_signature(rule.relation, head.label, tail.label)
    if wrong:
        return Refused("breaks-signature", f"{said}: {wrong}")
    if rule.relation == "runs_on" and tail.label == "PROJECT" and tail.name.lower() not in _HOSTS:
        return Refused("not-stated", f"{said}: not software that others run on")
    if rule.relation == "configured_by" and _NO_SETTING.match(tail.name):
        return Refused("not-stated", f"{said}: a state or a type, nothing to set")
    if rule.relation == "configured_by" and tail.plain:
        return Refused("not-stated", f"{said}: an ordinary word")
    if rule.relation == "is_a" and _PRACTICE.search(tail.name):
        return Refused("not-stated", f"{said}: something done, nothing to be")
    if not rule.presupposed and _NOT_STATED.search(clause):
        return Refused("not-stated", f"{said}: the sentence denies, asks or supposes")
    if head.entity_id == tail.entity_id or head.name.lower() == tail.name.lower():
        return Refused("relates-to-itself", said)
    confidence = min(rule.confidence, _STATISTICAL) if learnt else rule.confidence
    return Relation(rule.relation, head, tail, confidence, rule)


_BOUNDARY = re.compile(r"[;:] |, (?:and|but|however|so|while|whereas|although|though) ")


def _clause(sentence: str, start: int, end: int) -> str:
    """Return the part of a sentence that two entities stand in, up to the next clause.

    A question stays one as a whole.
    """
    first = max((m.end() for m in _BOUNDARY.finditer(sentence, 0, start)), default=0)
    after = _BOUNDARY.search(sentence, end)
    part = sentence[first : after.start() if after else len(sentence)]
    return f"{part}?" if sentence.rstrip().endswith("?") else part


def _owns(kind: Mention, project: Mention) -> bool:
    """Whether a project's name beside a kind says whose kind it is.

    "The Flux HelmRelease" does; "the Flux Deployment" says whose object it is.
    """
    own = kind.name in kinds_of_kubernetes()
    return own == (project.name == "Kubernetes")


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
