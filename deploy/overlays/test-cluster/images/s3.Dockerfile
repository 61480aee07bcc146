# MiniStack's S3 (MIT licence): one Python process, objects in a folder, conditional writes as in
# Amazon's (the store's lease needs them; rclone 1.75 takes such a request and ignores the
# condition). It checks no key: for tests alone.
ARG BASE=docker.io/library/python:3.11-slim-bookworm
FROM ${BASE} AS build
RUN python3 -m venv /opt/venv
COPY s3-requirements.txt .
RUN --mount=type=secret,id=pip,target=/etc/pip.conf,required=false \
    /opt/venv/bin/pip install --no-cache-dir --no-deps -r s3-requirements.txt

FROM ${BASE}
RUN useradd --uid 1000 --no-create-home --home-dir /data app && install -d -o 1000 -g 1000 /data
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 \
    SERVICES=s3 GATEWAY_PORT=9000 S3_PERSIST=1 S3_DATA_DIR=/data/objects \
    PERSIST_STATE=1 STATE_DIR=/data/state
USER 1000:1000
CMD ["ministack"]
