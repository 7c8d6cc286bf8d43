# Every target works on a fresh clone with Python 3.11-3.13, make and a C compiler: the first one makes .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.locked

.PHONY: help engine services demo reproduce test soak check bench generate lock clean

help:  ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Wattloom needs Python 3.11 to 3.13; choose one with: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m wattloom.market.homes.batch
	@touch $@

demo: $(STAMP) $(if $(filter cometbft,$(ENGINE)),engine)  ## one market day (DATA=FOLDER real data, KEEP=FOLDER keeps the ledger, ENGINE=cometbft a network)
	$(BIN)/wattloom demo $(if $(ENGINE),--engine $(ENGINE)) $(if $(DATA),--data "$(DATA)") $(if $(KEEP),--keep "$(KEEP)")

reproduce: $(STAMP)  ## the papers' figures, our numbers beside theirs (DATA=FOLDER real weeks, QUICK=1 one day, OUT=FOLDER)
	$(BIN)/wattloom reproduce $(if $(DATA),--data "$(DATA)") $(if $(OUT),--out "$(OUT)") $(if $(QUICK),--quick)

engine: $(STAMP)  ## find CometBFT, or build it into the user's cache (needs Go or the package registries once)
	@$(BIN)/python -c "from wattloom.network.engine_binary import install_engine; print(install_engine(print))"

services:  ## install PostgreSQL and SoftHSM from the system's packages where they are missing; tests start them
	@bash tools/install_services.sh

test: engine services  ## the usual tests, a sample of each long one included
	$(BIN)/python tools/run_tests.py $(PYTEST_ARGS)

soak: engine services  ## the long versions of the crash and random tests
	$(BIN)/python -m pytest -m soak --timeout 7200 $(PYTEST_ARGS)

check: $(STAMP)  ## format, lint, types, import directions, chaincode rules, freshness of what is generated
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/wattloom lint-chaincode
	$(BIN)/python tools/generate.py --check

bench: $(STAMP) $(if $(filter cometbft,$(ENGINE)),engine)  ## figures also in build/*.json (ENGINE=cometbft VALIDATORS=4,10 measures networks)
	$(BIN)/python -m benchmarks $(if $(filter cometbft,$(ENGINE)),network $(if $(VALIDATORS),--validators $(VALIDATORS)))

generate: $(STAMP)  ## write the protobuf code and the generated reference pages
	$(BIN)/python tools/generate.py

lock: $(STAMP)  ## resolve requirements.lock again from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --group dev \
	  -p 3.11 pyproject.toml -o requirements.lock

clean:  ## remove what the targets above made
	rm -rf $(VENV) build *.egg-info
