# A portable image: no instruction set beyond the platform's baseline is assumed.
FROM python:3.12-slim-bookworm AS build
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends build-essential && rm -rf /var/lib/apt/lists/*
WORKDIR /tiza
# The address of PyTorch's index of CPU builds (see pytorch.org, "Get started"). Without it, Linux on x86 gets the CUDA
# build, which works as well but adds several gigabytes; on ARM the default build is the CPU one.
ARG TORCH_INDEX=""
ENV CMAKE_ARGS="-DGGML_NATIVE=OFF -DMTMD_BUILD=OFF -DLLAVA_BUILD=OFF" PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY constraints.txt ./
RUN python -m venv /venv && /venv/bin/pip install ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} -c constraints.txt torch
RUN /venv/bin/pip install -c constraints.txt llama-cpp-python
COPY pyproject.toml README.md LICENSE ./
COPY tutor tutor
COPY knowledge knowledge
COPY demos demos
# And the encoders' files, which would else be made at every start, in memory: nothing but /data can be written there.
RUN /venv/bin/pip install -c constraints.txt ".[postgresql]" && /venv/bin/python -c "from knowledge.retrieval.cross_encoder import CrossEncoder; \
    from knowledge.retrieval.embedder import Embedder; from tutor.answering.grounding import FILE; \
    from tutor.dialogue.act_encoder import ActEncoder; \
    [part.load() for part in (Embedder(), CrossEncoder(), CrossEncoder(FILE), ActEncoder())]"

FROM python:3.12-slim-bookworm
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 tesseract-ocr tesseract-ocr-spa && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 tiza && mkdir /data && chown tiza /data
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH TIZA_HOME=/data TIZA_HOST=0.0.0.0 TIZA_PORT=8000
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s --start-period=120s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
# The service refuses to listen beyond loopback without a key: where there is none, one is made and shown once.
CMD ["sh", "-c", "tiza keys add school --once && exec tiza serve"]
