# One image for every process. Nothing is trained while it is built; the first start does that, into /data.
# FIREBREAK_TORCH_INDEX: an index that has PyTorch's CPU build; without it the default index is asked.
ARG DEBIAN=bookworm

FROM python:3.10-slim-${DEBIAN} AS python310

FROM python:3.11-slim-${DEBIAN} AS pythons
COPY --from=python310 /usr/local/bin/python3.10 /usr/local/bin/python3.10
COPY --from=python310 /usr/local/lib/libpython3.10.so.1.0 /usr/local/lib/libpython3.10.so.1.0
COPY --from=python310 /usr/local/lib/python3.10 /usr/local/lib/python3.10
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/* \
    && ldconfig \
    && python3.10 -c "import ssl, sqlite3, venv, ensurepip"

FROM pythons AS environments
ARG FIREBREAK_TORCH_INDEX=""
ENV FIREBREAK_TORCH_INDEX=${FIREBREAK_TORCH_INDEX} PIP_NO_CACHE_DIR=1
WORKDIR /app
COPY pyproject.toml ./
COPY requirements requirements
COPY deploy/setup.py deploy/environments.py deploy/pythons.py deploy/
RUN python3.11 deploy/setup.py --packages

FROM pythons
RUN useradd --system --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin firebreak \
    && install -d -o firebreak -g firebreak /data
WORKDIR /app
COPY --from=environments /app/.venv .venv
COPY --from=environments /app/.venv-rasa .venv-rasa
COPY config.yml domain.yml endpoints.yml credentials.yml pyproject.toml ./
COPY data data
COPY requirements requirements
COPY actions actions
COPY knowledge_index knowledge_index
COPY bot bot
RUN .venv/bin/python -m compileall -q bot actions knowledge_index \
    && .venv-rasa/bin/python -m compileall -q bot/nlu bot/wire.py bot/__init__.py
ENV PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    FIREBREAK_HOST=0.0.0.0 \
    FIREBREAK_PORT=8080 \
    FIREBREAK_DATA_DIR=/data \
    RASA_TELEMETRY_ENABLED=false \
    RASA_CACHE_DIRECTORY=/data/home/rasa-cache \
    MPLCONFIGDIR=/data/home/.config/matplotlib \
    HOME=/data/home
USER firebreak
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["/app/.venv/bin/python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["tini", "--", "/app/.venv/bin/python", "-m", "bot.cli"]
CMD ["up"]
