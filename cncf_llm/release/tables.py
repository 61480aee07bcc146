"""Tables of the release stage."""

import polars as pl

from cncf_llm.store import Table

SOURCES = Table(
    "sources",
    {
        "project": (pl.String, "landscape key"),
        "repository": (pl.String, "owner/name, a host, or the landscape"),
        "revision": (pl.String, "commit or content hash that was read"),
        "licence": (pl.String, "SPDX expression"),
        "rows": (pl.Int64, "rows of the release that come from it"),
    },
)
