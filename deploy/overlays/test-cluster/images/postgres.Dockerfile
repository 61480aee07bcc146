# PostgreSQL from Debian's packages, for clusters that cannot pull docker.io/library/postgres:15.
# As there: user 999, the programs on PATH. The StatefulSet brings its own commands.
ARG BASE=docker.io/library/debian:bookworm-slim
FROM ${BASE}
RUN groupadd --gid 999 postgres \
    && useradd --uid 999 --gid 999 --home-dir /var/lib/postgresql --shell /bin/bash postgres \
    && apt-get update \
    && apt-get install -y --no-install-recommends postgresql-15 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/* /var/lib/postgresql/15
ENV PATH=/usr/lib/postgresql/15/bin:$PATH
USER 999:999
CMD ["postgres", "--version"]
