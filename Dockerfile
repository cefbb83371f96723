# The server for a team: docker build -t tracekb . && docker run -p 8765:8765 -v tracekb:/data tracekb
# Two stages, so that what builds the packages stays out of what runs. docs/running-for-a-team.md says how to run it.
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements.lock ./
RUN python -m venv /opt/tracekb \
 && /opt/tracekb/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY pyproject.toml setup.cfg README.md LICENSE ./
COPY kb kb
COPY indexer indexer
COPY web web
COPY cli cli
COPY articles articles
RUN /opt/tracekb/bin/pip install --no-cache-dir --disable-pip-version-check setuptools wheel \
 && /opt/tracekb/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation . \
 && /opt/tracekb/bin/pip uninstall --yes setuptools wheel

FROM python:3.13-slim
RUN useradd --uid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin kb && install -d -o kb -g kb /data
COPY --from=build /opt/tracekb /opt/tracekb
ENV PATH=/opt/tracekb/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    KB_DATA_DIR=/data \
    KB_HOST=0.0.0.0 \
    KB_PORT=8765 \
    KB_LOG_FORMAT=json
USER kb
VOLUME /data
EXPOSE 8765
# Ready is: filled, and store and engine answer. The first start fills the knowledge base.
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s --retries=3 \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8765/readyz', timeout=4)"]
CMD ["kb", "serve"]
