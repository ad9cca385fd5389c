# Everything runs in .venv, from the versions in uv.lock. `make help` lists what there is.

SHELL := /bin/bash
.DEFAULT_GOAL := help

UV_VERSION := 0.13.9
PYTHON ?= python3
BIN := .venv/bin

# Compiled modules make every start faster; an environment that forbids them is overruled.
unexport PYTHONDONTWRITEBYTECODE
# Another project's active environment is not ours.
unexport VIRTUAL_ENV

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14 | sort

.PHONY: demo
demo: .venv/.installed ## A dialogue in, a playable file out: the whole service on this machine
	@$(BIN)/python -m local demo

.PHONY: dev
dev: .venv/.installed ## Keep the service running on 127.0.0.1:8000 (PORT=… for another port; ARGS=--help for more)
	@$(BIN)/python -m local dev $(ARGS)

.PHONY: test
test: .venv/.installed ## Run all tests (ARGS=… goes to pytest)
	@$(BIN)/pytest $(ARGS)

.PHONY: faults
faults: .venv/.installed ## Break each AWS call and each provider call in turn; show how the job ends and what is left behind
	@$(BIN)/python -m tests.faults $(ARGS)

.PHONY: load
load: .venv/.installed ## Run hundreds of jobs of many users at a failing provider, and account for each (ARGS=--help)
	@$(BIN)/python -m benchmarks.load $(ARGS)

.PHONY: lint
lint: .venv/.installed ## Check style, formatting and the direction of dependencies
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports

.PHONY: types
types: .venv/.installed ## Check types
	@$(BIN)/mypy

.PHONY: check
check: lint types test ## Everything that has to pass

.PHONY: format
format: .venv/.installed ## Format the code and fix what can be fixed
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

.PHONY: lock
lock: .venv/.installed ## Bring uv.lock in line with pyproject.toml
	@$(BIN)/uv lock

.PHONY: clean
clean: ## Remove everything that is not in the repository
	@git clean -dXfq

.venv/.installed: pyproject.toml uv.lock | .venv/bin/uv
	@echo "installing the locked dependencies into .venv"
	@$(BIN)/uv sync --quiet --locked --all-extras --compile-bytecode
	@touch $@

.venv/bin/uv:
	@PYTHON=$(PYTHON) UV_VERSION=$(UV_VERSION) scripts/bootstrap
