"""Secrets and personal data in a text, replaced by typed placeholders.

`<EMAIL>`, `<PHONE>`, `<PRIVATE-KEY>`, `<TOKEN>` and `<PASSWORD>`. The rule for example values, of
which documentation is full: a value goes when it could be real, and stays when it can be seen that
it is not.

- E-mail addresses go, those of lists and roles too: no rule tells them from a person's. They stay
  where mail cannot be meant: names reserved for examples (RFC 2606, RFC 6761), `noreply`, service
  accounts, `git@host:path`, logins in URLs, `name@v1.2`, `icon@2x.png`.
- Phone numbers go when written as such (`+CC` and groups, `(NNN) NNN-NNNN`, `NNN-NNN-NNNN`) and
  assignable: not exchange 555, no area code below 200. Dates, versions, timestamps, ids look
  different.
- Private keys in PEM (RFC 7468), also base64 of them, go unless the body is left out (`...`).
  Certificates, public keys and fingerprints are public and stay.
- Tokens go when they have an issuer's prefix (`ghp_`, `AKIA`, `xoxb-`; the prefixes are those of
  https://github.com/gitleaks/gitleaks) or are named by the word before them (`password: ...`,
  `--token ...`), and look random: see `looks_random`. So `AKIAIOSFODNN7EXAMPLE`, `<your-token>`,
  `xxxx` and `changeme` stay. Base64 is judged by what it encodes, so `YWRtaW4=` (admin) stays.
  Commits, digests and ids have no such word before them and stay.
- Passwords in URLs go by the same test from 8 characters on: `guest:password@localhost` stays.

IP addresses stay: documentation is about them, and they name machines. Names of persons stay: the
licence of Stack Overflow's posts asks for their authors, which `attribution` names.

Patterns of our own, because detect-secrets and presidio take milliseconds for a passage, and this
about 30 microseconds.
"""

import base64
import binascii
import re
from collections import Counter
from itertools import pairwise

EMAIL, PHONE, PRIVATE_KEY, TOKEN, PASSWORD = "EMAIL", "PHONE", "PRIVATE-KEY", "TOKEN", "PASSWORD"
TYPES = (EMAIL, PASSWORD, PHONE, PRIVATE_KEY, TOKEN)

_RANDOM = 16  # letters and digits in a row that a random value has at least
_RANDOM_PASSWORD = 8
_CHANGES = 0.25  # of neighbours are of different classes; random hex has 0.47, CamelCase1 less

# Every secret looked for has a digit before a letter, and so many characters in a row; every phone
# number has one of the other two. These four decide in a few microseconds that a text has none.
_DIGIT_LETTER = re.compile(r"\d[A-Za-z]")
_LONG_WORD = re.compile(r"[A-Za-z0-9_-]{16}")
_DIGIT_GROUPS = re.compile(r"\d[-.) ]+\d{3}[-. ]?\d")
_PLUS_DIGITS = re.compile(r"\+\d[\d .()-]{7}")

_PLACEHOLDER = re.compile(
    r"example|passw|pwd|secret|token|change|your|dummy|sample|fake|test|x{4}|\.\.\.|…|\*\*|[<>${}%]",
    re.IGNORECASE,
)
_PEM = re.compile(
    r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----(?P<body>[A-Za-z0-9+/=\s:,.\\-]*?)"
    r"(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|(?=\n\s*\n|\n```|\Z))"
)
_PEM_BASE64 = re.compile(r"LS0tLS1CRUdJTi[A-Za-z0-9+/]+={0,2}(?:\n\s*[A-Za-z0-9+/]{40,}={0,2})*")
_KEY_BODY = 100  # characters of base64; the shortest private key (Ed25519) has 64 with its header
_JWT = re.compile(r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{20,}")
_JWT_EXAMPLE = "eyJzdWIiOiIxMjM0NTY3ODkwI"  # subject 1234567890, as on the page that explains JWT

# Each begins with one of `_MARKS`, so that a text without any is passed at once.
_PREFIXED = re.compile(
    r"""(?<![A-Za-z0-9])(?:
    (?:AKIA|ASIA)[A-Z2-7]{16}
    |gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{40,}|glpat-[\w-]{20,}|glsa_\w{32,}
    |xox[abeoprs]-[\w-]{20,}|xapp-[\w-]{20,}|hooks\.slack\.com/services/T[A-Z0-9/]{10,}\w{16,}
    |AIza[\w-]{35}|ya29\.[\w-]{20,}|[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|sk-[\w-]{32,}
    |npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,}|dckr_pat_[\w-]{20,}|hf_[A-Za-z0-9]{30,}
    |hv[sb]\.[\w-]{20,}|dop_v1_[a-f0-9]{64}|SG\.[\w-]{16,}\.[\w-]{16,}
    |dt0[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}|NRAK-[A-Z0-9]{27}|\$2[aby]\$\d\d\$[./\w]{53}
    )(?![A-Za-z0-9])""",
    re.VERBOSE,
)
_MARKS = (
    "AKIA ASIA ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- glsa_ xox xapp- hooks.slack AIza ya29. "
    "k_live_ k_test_ sk- npm_ pypi- dckr_pat_ hf_ hvs. hvb. dop_v1_ SG. dt0 NRAK- $2a$ $2b$ $2y$"
).split()
_URL_PASSWORD = re.compile(r"(?P<before>://[^\s/:@\"'<>`]*:)(?P<value>[^\s/@\"'<>`]{8,})(?=@)")
_KEY_WORDS = (
    "password passwd passphrase pwd secret token credential credentials authorization bearer key"
).split()
_WHICH_KEY = re.compile(r"(?:api|access|auth|account|encryption|secret)[_ -]?$")
_NAMED = re.compile(
    r"[\"'`]?(?:\s*(?::=|[:=])\s*|\s+)(?:[\"'`]|[Bb]earer |[Bb]asic )*"
    r"(?P<value>[\w+/=.~$-]{15,}[\w+/=~$-])"
)
_PADDED = re.compile(r"[A-Za-z0-9+/]{20,}={1,2}")
_RUN = re.compile(rf"[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}|[A-Za-z0-9]{{{_RANDOM},}}")

_ADDRESS = (
    r"(?P<local>[A-Za-z0-9][\w.%+'-]{0,63})@(?P<domain>(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.)+"
    r"[A-Za-z]{2,18})"
)
_EMAIL = re.compile(
    rf"<(?:mailto:)?{_ADDRESS}>"
    rf"|(?:(?<![\w.%+@/:$-])|(?<=mail:)|(?<=mailto:)){_ADDRESS.replace('<', '<other_')}"
    r"(?![\w@(*-]|\.\w|:[\w/~.])"
)
_MACHINE = re.compile(
    r"(?:^|\.)(?:example(?:\.[a-z]+){0,2}|test|invalid|localhost|local|internal|lan|svc|cluster"
    r"|gserviceaccount\.com|(?:your[\w-]*|my-?(?:company|corp|domain|email|host|org|site))\.[a-z]+"
    r"|(?:acme|company|domain|email|foo|host|test)\.[a-z]+"
    r"|service|socket|timer|target|mount|png|jpe?g|gif|svg|webp|html|json|ya?ml|toml|conf|txt)$",
    re.IGNORECASE,
)
_NOBODY = re.compile(r"^(?:git|no-?reply|do-?not-?reply|.*[_-]noreply)$", re.IGNORECASE)

_PHONE = re.compile(
    r"(?<![\w+=.,/:@#-])(?:"
    r"\+[1-9]\d{0,2}(?:[ .-]?\(\d{1,4}\))?(?:[ .-]\d{2,5}){2,5}"
    r"|\+[1-9]\d{9,13}"
    r"|\((?P<area>[2-9]\d\d)\) ?(?P<exchange>[2-9]\d\d)[-. ]\d{4}"
    r"|(?P<area2>[2-9]\d\d)(?P<by>[-.])(?P<exchange2>[2-9]\d\d)(?P=by)\d{4}"
    r")(?![\w/@#]|[.,:-]\d)"
)


def replaced(text: str) -> tuple[str, Counter[str]]:
    """Return the text with placeholders, and how many of each type it now has."""
    found: Counter[str] = Counter()
    if _DIGIT_LETTER.search(text) and _LONG_WORD.search(text):
        text = _without_secrets(text, found)
    if "@" in text:
        if "://" in text:
            text = _URL_PASSWORD.sub(lambda match: _of_url(match, found), text)
        text = _EMAIL.sub(lambda match: _of_address(match, found), text)
    if _DIGIT_GROUPS.search(text) or ("+" in text and _PLUS_DIGITS.search(text)):
        text = _PHONE.sub(lambda match: _of_phone(match, found), text)
    return text, found


def looks_random(value: str, shortest: int = _RANDOM) -> bool:
    """Judge whether a value could be a real secret rather than a placeholder or a name.

    It has `shortest` letters and digits in a row (or is a UUID), both kinds, that change between
    lower case, upper case and digit as often as in random text; it has none of the words of
    placeholders, and no `abcdef` or `12345`. Base64 of printable text is judged by that text.
    """
    if _PLACEHOLDER.search(value) or _JWT_EXAMPLE in value:
        return False
    inner = _decoded(value)
    if inner is not None:
        return looks_random(inner, shortest)
    if _PADDED.fullmatch(value):
        value = value.replace("/", "").replace("+", "")
    runs = _RUN.findall(value) if shortest == _RANDOM else [value]
    return any(len(run) >= shortest and _is_mixed(run.replace("-", "")) for run in runs)


def _is_mixed(run: str) -> bool:
    letters = "".join(filter(str.isalpha, run)).lower()
    digits = "".join(filter(str.isdigit, run))
    if not letters or not digits or "abcdef" in letters or "12345" in digits:
        return False
    classes = ["d" if one.isdigit() else "u" if one.isupper() else "l" for one in run]
    changes = sum(one != other for one, other in pairwise(classes))
    return changes >= _CHANGES * len(run)


def _decoded(value: str) -> str | None:
    """Return the printable text that a value is the base64 of, or None."""
    if len(value) % 4 or len(value) < 8:
        return None
    try:
        text = base64.b64decode(value, validate=True).decode("ascii").strip()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return text if text.isprintable() else None


def _without_secrets(text: str, found: Counter[str]) -> str:
    if "PRIVATE KEY" in text:
        text = _PEM.sub(lambda match: _of_pem(match, found), text)
    if "LS0tLS1CRUdJTi" in text:
        text = _PEM_BASE64.sub(lambda match: _of_base64_pem(match, found), text)
    if "eyJ" in text:
        text = _JWT.sub(lambda match: _of_token(match, found, _JWT_EXAMPLE not in match[0]), text)
    if any(mark in text for mark in _MARKS):
        text = _PREFIXED.sub(lambda match: _of_token(match, found, _is_issued(match[0])), text)
    return _without_named(text, found)


def _without_named(text: str, found: Counter[str]) -> str:
    lower = text.lower()
    if len(lower) != len(text):  # a few letters have a longer lower case
        lower = text
    spans = set()
    for word in _KEY_WORDS:
        at = lower.find(word)
        while at >= 0:
            end = at + len(word)
            named = _NAMED.match(text, end)
            if (
                named
                and looks_random(named["value"])
                and not text.startswith(("...", "…"), named.end())  # the rest is left out
                and (word != "key" or _WHICH_KEY.search(lower, max(0, at - 12), at))
            ):
                spans.add(named.span("value"))
            at = lower.find(word, end)
    parts, done = [], 0
    for start, end in sorted(spans):
        if start >= done:
            parts += [text[done:start], _placed(TOKEN, found)]
            done = end
    return "".join([*parts, text[done:]])


def _placed(kind: str, found: Counter[str]) -> str:
    found[kind] += 1
    return f"<{kind}>"


def _of_pem(match: re.Match[str], found: Counter[str]) -> str:
    body = "".join(match["body"].split())
    if len(body) < _KEY_BODY // 2 or "..." in body:
        return match[0]
    return _placed(PRIVATE_KEY, found)


def _of_base64_pem(match: re.Match[str], found: Counter[str]) -> str:
    value = "".join(match[0].split())
    head = base64.b64decode(value[: min(len(value), 64) // 4 * 4])  # all of it is in the alphabet
    real = b"PRIVATE KEY" in head and len(value) > _KEY_BODY
    return _placed(PRIVATE_KEY, found) if real else match[0]


def _of_token(match: re.Match[str], found: Counter[str], real: bool) -> str:
    return _placed(TOKEN, found) if real else match[0]


def _is_issued(value: str) -> bool:
    """Judge a value with an issuer's prefix: the prefix is not judged."""
    bare = re.sub(r"^(?:[a-z]+_(?:pat|live|test|v1)_|[A-Za-z]+[-_.]|AKIA|ASIA)", "", value)
    if value.startswith("$2"):
        return True
    return not _PLACEHOLDER.search(bare) and any(
        _is_mixed(run) for run in re.findall(r"[A-Za-z0-9]{12,}", bare)
    )


def _of_url(match: re.Match[str], found: Counter[str]) -> str:
    if not looks_random(match["value"], _RANDOM_PASSWORD):
        return match[0]
    return match["before"] + _placed(PASSWORD, found)


def _of_address(match: re.Match[str], found: Counter[str]) -> str:
    local, domain = match["local"] or match["other_local"], match["domain"] or match["other_domain"]
    if _MACHINE.search(domain) or _NOBODY.match(local):
        return match[0]
    return _placed(EMAIL, found)


def _of_phone(match: re.Match[str], found: Counter[str]) -> str:
    digits = sum(map(str.isdigit, match[0]))
    if "555" in (match["exchange"], match["exchange2"]) or not 8 <= digits <= 15:
        return match[0]
    return _placed(PHONE, found)
