"""What goes to a model and what comes back, whatever runs the model."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from cncf_llm.store import content_hash, digest

MAX_TOKENS = 4096  # of one reply
TEMPERATURES = (0.2, 0.7, 0.9)  # of the first try and of those after it


@dataclass(frozen=True)
class Request:
    """One request. `schema` is the JSON schema of the reply; `seed` is that of the sampling."""

    model: str
    system: str
    user: str
    schema: Mapping[str, object] = field(repr=False)
    seed: int
    temperature: float

    @property
    def key(self) -> str:
        """The hash of everything that decides the reply. Same key: never paid for again."""
        return digest(
            {
                "model": self.model,
                "system": self.system,
                "user": self.user,
                "schema": self.schema,
                "seed": self.seed,
                "temperature": self.temperature,
                "max_tokens": MAX_TOKENS,
            }
        )


@dataclass(frozen=True)
class Reply:
    """A finished reply. `finish` is the endpoint's reason for its end ("stop", "length"), or
    "refused" or "too-large"; the token counts are None where it gives none."""

    text: str
    finish: str
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class EndpointError(Exception):
    """One request has no reply, after all attempts. The message names the host."""

    reason = "endpoint-error"


class NotAskedError(EndpointError):
    """There is no model to ask."""

    reason = "no-model"


class RequestRefusedError(EndpointError):
    """The endpoint does not take this one request, such as one that is too long for its model."""

    reason = "request-refused"


class EndpointDownError(EndpointError):
    """No request can have a reply: nothing answers, or the endpoint refuses us."""


class Model(Protocol):
    """What answers requests. `name` identifies it in keys and in each pair's `generator`."""

    name: str

    async def ask(self, request: Request) -> Reply:
        """Return the reply. Raises `EndpointError`."""
        ...

    async def close(self) -> None: ...


def fenced(name: str, text: str, mark: str) -> str:
    """Return untrusted material between two lines that carry the mark."""
    return f"<<<{name} {mark}\n{text}\n{name} {mark}>>>"


def mark_of(*materials: str) -> str:
    """Return a mark that the materials cannot contain, and that is the same on the next run.

    A text that contained it would have to contain a hash of itself.
    """
    return content_hash(json.dumps(["fence", *materials]))[:20]


def list_schema(name: str, item: Mapping[str, str]) -> dict[str, object]:
    """Return the JSON schema of {name: [item, ...]}. `item` maps fields to their JSON types.

    All fields are required and no other is allowed, as OpenAI's strict mode asks for. "strings" is
    a list of strings.
    """
    fields = {
        key: {"type": "array", "items": {"type": "string"}} if kind == "strings" else {"type": kind}
        for key, kind in item.items()
    }
    return _object({name: {"type": "array", "items": _object(fields)}})


def _object(properties: Mapping[str, object]) -> dict[str, object]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
