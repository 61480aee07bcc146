"""Relations that the structure of a reference page states.

A row of a flag table configures the component that the page is about; a row of a metrics table is a
metric that it exposes; a custom resource definition makes its kind part of the project that the API
group names. Each comes with the row or line that says so, verbatim.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cncf_llm.entities.labels import COMPONENT, KUBERNETES_KIND, METRIC, PROJECT, SETTING
from cncf_llm.entities.patterns import ENVIRONMENT, FLAG, METRIC_NAME

_ROW = 0.95  # what a row of a reference is worth; a reader found hardly a wrong one


@dataclass(frozen=True)
class Stated:
    """A relation by labels and names: structure has no mentions of its own."""

    relation: str
    head: tuple[str, str]  # label, name
    tail: tuple[str, str]
    confidence: float
    sentence: str


_SETTING_TITLES = frozenset(
    (
        "flag flags option options field fields parameter parameters variable setting settings "
        "annotation property argument key name"
    ).split()
) | {"environment variable", "environment variables", "env var", "field name"}
_METRIC_TITLES = frozenset(["metric", "metrics", "metric name", "name"])
_NAME = re.compile(r"[|\-*+]*\s*`?([^\s`|=:,{(\[]+)")
_FLAG = re.compile(rf"(?:-\w, )?({FLAG})")
_ENVIRONMENT = re.compile(ENVIRONMENT)
_FIELD = re.compile(r"[a-z][A-Za-z0-9]*(?:\.[a-z][A-Za-z0-9]*)*")
_METRIC = re.compile(rf"(?:{METRIC_NAME}|[a-z]+(?:_[a-z0-9]+){{2,}})")
_ITEM = re.compile(r"^[-*+] `?([\w.:-]+)[`{ ]")
_CODE_FLAG = re.compile(rf"^\s*(?:-\w, )?({FLAG})(?:[ =]|$)")
_ITEM_FLAG = re.compile(rf"^[-*+] `?(?:-\w, )?({FLAG})(?:[ =][^`]*)?`")
_FENCE = re.compile(r"```")
_FLAG_PAGE = re.compile(
    r"\b(?:flags?|options?|command[- ]line|arguments?|command reference)\b", re.I
)
_METRICS_PAGE = re.compile(r"\bmetrics?\b", re.I)
_DEFINED = re.compile(
    r"^`([A-Z]\w+)` is a custom resource of the API group `([a-z0-9.-]+)`\.[^\n]*$", re.M
)
_METRIC_TYPES = frozenset(["counter", "gauge", "histogram", "summary"])
_NOT_A_FIELD = frozenset(["apiVersion", "kind", "status", "name", "metadata", "items"])


def find_structure(
    passage: Mapping[str, object],
    subjects: Mapping[str, tuple[str, str]],
    own: tuple[str, str],
    stems: frozenset[str],
) -> Iterator[Stated]:
    """Yield what the structure of a passage states.

    `passage` has `title`, `heading_path` and `text`. `subjects` maps the names of components,
    projects and kinds, in lower case, to label and own name. `own` is the project of the passage
    and `stems` are the words by which metrics and API groups show that they are its own.
    """
    text = str(passage["text"])
    headings = [str(h) for h in [passage["title"], *(passage["heading_path"] or [])] if h]  # type: ignore[misc]
    yield from _definitions(text, own, stems)
    subject = _subject(headings, subjects, own)
    fields = subject if subject and subject[0] == KUBERNETES_KIND else None
    runs = subject if subject and subject[0] != KUBERNETES_KIND else None
    about_flags = any(_FLAG_PAGE.search(heading) for heading in headings)
    about_metrics = any(_METRICS_PAGE.search(heading) for heading in headings)
    fenced = False
    title = ""
    in_table = False
    for line in text.split("\n"):
        if _FENCE.match(line.lstrip()):
            fenced, in_table = not fenced, False
            continue
        if fenced:
            match = _CODE_FLAG.match(line)
            if runs and about_flags and match:
                yield Stated("configured_by", runs, (SETTING, match[1]), _ROW, line.strip())
            continue
        if line.startswith("|"):
            first = line.strip().strip("|").split("|")[0].strip(" `*").lower()
            if not in_table:
                in_table, title = True, first
                continue
            if set(line) <= set("|-: "):
                continue
            yield from _row(line, title, runs, fields, own, stems, about_flags, about_metrics)
            continue
        in_table = False
        flag = _ITEM_FLAG.match(line)
        if flag and runs and about_flags:
            yield Stated("configured_by", runs, (SETTING, flag[1]), _ROW, line.strip())
        item = _ITEM.match(line)
        if item and _own_metric(item[1], stems) and about_metrics:
            yield Stated("exposes", own, (METRIC, item[1]), _ROW, line.strip())


def _row(
    line: str,
    title: str,
    runs: tuple[str, str] | None,
    fields: tuple[str, str] | None,
    own: tuple[str, str],
    stems: frozenset[str],
    about_flags: bool,
    about_metrics: bool,
) -> Iterator[Stated]:
    found = _NAME.match(line)
    cells = [cell.strip(" `").lower() for cell in line.strip().strip("|").split("|")]
    if not found or (len(cells) > 1 and cells[1] in _METRIC_TYPES and fields):
        return
    name = found[1].rstrip(".")
    cell = line.strip().strip("|").split("|")[0].strip(" `")
    flag = _FLAG.match(cell)
    if flag and runs and (title in _SETTING_TITLES or about_flags):
        yield Stated("configured_by", runs, (SETTING, flag[1]), _ROW, line.strip())
    elif _own_metric(name, stems) and (title in _METRIC_TITLES or about_metrics):
        yield Stated("exposes", own, (METRIC, name), _ROW, line.strip())
    elif title not in _SETTING_TITLES:
        return
    elif fields and _FIELD.fullmatch(name) and name not in _NOT_A_FIELD:
        yield Stated("configured_by", fields, (SETTING, name), _ROW, line.strip())
    elif runs and _ENVIRONMENT.fullmatch(name):
        yield Stated("configured_by", runs, (SETTING, name), _ROW, line.strip())


def _own_metric(name: str, stems: frozenset[str]) -> bool:
    """Whether a metric's name starts with the project's: etcd_server_has_leader."""
    return bool(_METRIC.fullmatch(name)) and name.split("_", maxsplit=1)[0] in stems


def _definitions(text: str, own: tuple[str, str], stems: frozenset[str]) -> Iterator[Stated]:
    for match in _DEFINED.finditer(text):
        words = set(re.split(r"[.-]", match[2]))
        if words & stems or any(stem in match[2] for stem in stems if len(stem) > 4):
            yield Stated("part_of", (KUBERNETES_KIND, match[1]), own, _ROW, match[0])


_AROUND = re.compile(
    r"\b(?:command[- ]line|reference|configuration|options?|flags?|command|spec|v\d\w*|resource"
    r"|arguments?|parameters?|fields?|the|crd|documentation|of|for)\b|[`:()/]",
    re.I,
)


def _subject(
    headings: Sequence[str], subjects: Mapping[str, tuple[str, str]], own: tuple[str, str]
) -> tuple[str, str] | None:
    """Return what the nearest heading names that names anything and nothing besides.

    "etcd configuration options" is about etcd; "Deploying etcd" is about deploying. Where all that
    is above is "Configuration flags" and the like, it is the project that the page belongs to.
    """
    for heading in reversed(headings):
        plain = " ".join(_AROUND.sub(" ", heading).split()).lower()
        if plain in subjects:
            found = subjects[plain]
            # "serviceAccount" is a field, "ServiceAccount" a kind
            return found if found[0] != KUBERNETES_KIND or found[1] in heading else None
        if plain.endswith("spec") and plain.removesuffix("spec") in subjects:
            return subjects[plain.removesuffix("spec")]
        if plain and not _NEUTRAL.fullmatch(plain):
            return None
    return own


# A heading under which its parent still is the subject.
_NEUTRAL = re.compile(
    r"(?:synopsis|general|global|metrics?|server|logging|security|settings|values|list|all|overview"
    r"|description|attributes|properties|types|api|types|and|inherited|parent|commands|usage| )+"
)


def subjects_of(
    mentions: Mapping[tuple[str, str], int],
    kinds: Mapping[str, Sequence[str]],
    stems: frozenset[str],
) -> dict[str, tuple[str, str]]:
    """Return what a page may be about, by name in lower case.

    `mentions` counts the mentions of each (label, name) of the project; of two labels the commoner
    one counts. A kind is one that the corpus defines. One of a single word must be Kubernetes' or
    the project's, by the words `stems`: "Server" is a kind of Linkerd alone.
    """
    found: dict[str, tuple[str, str]] = {}
    ranked = sorted(mentions.items(), key=lambda item: (-item[1], item[0]))
    for (label, name), _ in ranked:
        if label in (PROJECT, COMPONENT) and len(name) > 2:
            found.setdefault(name.lower(), (label, name))
    for kind, versions in kinds.items():
        groups = [version.rpartition("/")[0] for version in versions]
        near = any("." not in g or "k8s.io" in g or any(s in g for s in stems) for g in groups)
        if not near and len(re.findall("[A-Z]", kind)) < 2:
            continue
        found.setdefault(kind.lower(), (KUBERNETES_KIND, kind))
    return found
