# linli as a small image: no compiler, no root, nothing writable but /data and /accounts (compose.yaml).
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS build
WORKDIR /source
# exactly the pinned requirements, each held against its hash; they change seldom, so they come first
COPY requirements/server.txt requirements/
RUN python3 -m venv /linli \
 && /linli/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements/server.txt
COPY . .
RUN /linli/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
 && /linli/bin/pip uninstall --yes pip

FROM ${PYTHON}
COPY --from=build /linli /linli
# 1883 is the group of Mosquitto in its own image: new files in /accounts are its to read
RUN mkdir /data /accounts \
 && chown 10001:10001 /data && chmod 0700 /data \
 && chown 10001:1883 /accounts && chmod 2750 /accounts
USER 10001:10001
ENV PATH=/linli/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    LINLI_DATA=/data LINLI_HTTP=0.0.0.0:8600
VOLUME ["/data", "/accounts"]
EXPOSE 8600
STOPSIGNAL SIGTERM
CMD ["linli", "run"]
