# Everything a newcomer or CI needs: `make chat` and `make test` do their own set-up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.tiza-installed
# PyTorch's own index of CPU builds, when you have its address: make chat TORCH_INDEX=...
TORCH_INDEX ?=
# A model of `tiza models list` to fetch and chat with, or a GGUF file: make chat MODEL=fluent. Without it, the starter.
MODEL :=

.DEFAULT_GOAL := help
.PHONY: help setup model chat serve test check lint lint-course types imports bench bench-demos bench-ingest bench-service clients eval eval-smoke clean

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(STAMP) $(if $(MODEL),model) ## install everything into .venv, once; with MODEL=fluent, fetch that model too

$(STAMP): pyproject.toml constraints.txt scripts/setup.sh
	@PYTHON="$(PYTHON)" VENV="$(VENV)" TORCH_INDEX="$(TORCH_INDEX)" sh scripts/setup.sh
	@touch $@

model: $(STAMP)
	@$(BIN)/tiza models pull --quiet "$(MODEL)" >&2 </dev/null

chat: $(STAMP) $(if $(MODEL),model) ## talk with the tutor (or pipe questions in, one a line); MODEL=fluent with that model
	@$(if $(MODEL),TIZA_MODEL="$(MODEL)" )$(BIN)/tiza chat

serve: $(STAMP) ## serve the tutor over HTTP
	@$(BIN)/tiza serve

test: $(STAMP) ## run every test, those with the real model too, on two cores
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: $(STAMP)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

lint-course: $(STAMP) ## check the course's own texts: units, notes, slides
	@$(BIN)/python -m knowledge.courses.lint

types: $(STAMP)
	@$(BIN)/mypy

imports: $(STAMP)
	@$(BIN)/lint-imports

processors: $(STAMP) ## run every demo as three processors would, and compare; and the programs for PyTorch
	@$(BIN)/python -m pytest -m processors tests/contracts

check: lint lint-course types imports test processors eval-smoke ## everything that CI runs

bench: $(STAMP) ## measure speed and memory, and write docs/benchmarks.md
	@$(BIN)/python -m benchmarks

eval: $(STAMP) ## examine the answers on the test split and write docs/quality.md
	@$(BIN)/tiza eval --write

eval-smoke: $(STAMP) ## examine a sample of the dev split; fails below the floor in evaluation/quality.py
	@$(BIN)/tiza eval --set dev --limit 150 --baselines 0 --floor

bench-ingest: $(STAMP) ## measure ingestion and search in large courses
	@$(BIN)/python -m benchmarks.ingest

bench-service: $(STAMP) ## measure a class at once, floods and memory of the service
	@$(BIN)/python -m benchmarks.service

clients: $(STAMP) ## run real client libraries against a service (needs a network the first time)
	@sh tests/clients/run.sh

bench-demos: $(STAMP) ## time every demo, and write docs/demos.md with pictures
	@$(BIN)/python -m benchmarks.demos

clean: ## remove .venv
	rm -rf $(VENV)
