# The images of the grader:
#   docker build --target sandbox --tag grader-sandbox .    where one submission runs, and nothing else
#   docker build --target service --tag grader .            the whole project
# BASE is any image with Python 3.11 or newer and its venv module. The classic builder builds all stages above the
# target too, so `sandbox` comes first.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS tools
RUN python3 -m venv /opt/uv && /opt/uv/bin/pip install --no-cache-dir uv==0.13.9
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_CACHE=1 UV_PYTHON_PREFERENCE=only-system
WORKDIR /build
COPY pyproject.toml uv.lock ./

FROM tools AS sandbox-packages
RUN UV_PROJECT_ENVIRONMENT=/opt/sandbox /opt/uv/bin/uv sync --locked --only-group sandbox

FROM ${BASE} AS sandbox
# the base's own pip goes: nothing is installed here any more
RUN rm -rf /usr/local/lib/python3*/site-packages/pip* /usr/lib/python3*/ensurepip /usr/local/lib/python3*/ensurepip \
    /usr/share/python-wheels /usr/local/bin/pip*
COPY --from=sandbox-packages /opt/sandbox /opt/sandbox
COPY grader/__init__.py /opt/grader/grader/
COPY grader/boundary /opt/grader/grader/boundary
COPY grader/sandbox /opt/grader/grader/sandbox
# the root is read-only later, so what Python would write on first use is written now
RUN echo /opt/grader > "$(/opt/sandbox/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/grader.pth" \
    && /opt/sandbox/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/grader
WORKDIR /submission
USER 65534:65534

FROM tools AS service-packages
RUN UV_PROJECT_ENVIRONMENT=/opt/service /opt/uv/bin/uv sync --locked --no-dev --no-install-project

FROM ${BASE} AS service
COPY --from=service-packages /opt/service /opt/service
COPY . /opt/grader
ENV PATH=/opt/service/bin:$PATH PYTHONPATH=/opt/grader HOME=/tmp GRADER_DATA_DIR=/var/lib/grader \
    XDG_CACHE_HOME=/var/cache/grader
RUN install --directory --owner 1000 --group 1000 /var/lib/grader \
    && install --directory --mode 1777 /var/cache/grader
WORKDIR /opt/grader
USER 1000:1000
ENTRYPOINT ["python", "-B", "-m", "grader"]
