# Wary in a container: no root, no write access outside /data and /tmp, no capability.
#   docker build -t wary . && docker run --rm -p 8080:8080 -v wary-data:/data wary

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
WORKDIR /src
# Requirements first: they change less often than the code, and their layer is kept.
COPY requirements-build.txt requirements-all.txt ./
RUN python -m venv /opt/wary \
 && /opt/wary/bin/pip install --require-hashes -r requirements-all.txt \
 && python -m pip install --require-hashes -r requirements-build.txt
COPY pyproject.toml setup.py README.md LICENSE LICENSE-lessons ./
COPY bot bot
COPY lessons lessons
COPY quizzes quizzes
COPY locales locales
RUN python -m pip wheel --no-deps --no-build-isolation --no-index --wheel-dir /wheel . \
 && /opt/wary/bin/pip install --no-deps --no-index /wheel/*.whl
# What is taught is read once here, and kept beside the program: nobody may write there later.
RUN /opt/wary/bin/wary preview acc-01 > /dev/null

FROM python:3.13-slim
ENV PATH=/opt/wary/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    WARY_DATABASE_URL=sqlite:////data/wary.db
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin wary \
 && install --directory --owner=10001 --group=10001 --mode=0700 /data
COPY --from=build /opt/wary /opt/wary
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
CMD ["wary", "serve"]
