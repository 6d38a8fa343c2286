# Each target sets up what it needs; nothing but python3 (3.11 or newer) with venv and pip, and make, is asked for.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python

# Commands are started many times; without the compiled modules each start costs seconds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup setup-dev demo serve test check bench soak docs lock clean

setup: $(VENV)/.demo-ready
setup-dev: $(VENV)/.dev-ready

$(BIN)/uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else f"Entrepot needs Python 3.11 or newer; {sys.executable} is {v.major}.{v.minor}. Try `make PYTHON=python3.11`.")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.demo-ready: requirements/demo.txt pyproject.toml $(BIN)/uv
	@echo "setting up $(VENV)"
	@$(UV) --require-hashes -r requirements/demo.txt
	@$(UV) --no-deps --editable .
	@touch $@

$(VENV)/.dev-ready: requirements/dev.txt $(VENV)/.demo-ready
	@$(UV) --require-hashes -r requirements/dev.txt
	@touch $@

# The official Delta Sharing client pins older releases of pandas and pyarrow, so it lives in an environment of its own.
.venv-delta-sharing/.ready: requirements/delta-sharing-client.txt $(BIN)/uv
	@test -x .venv-delta-sharing/bin/python || $(PYTHON) -m venv .venv-delta-sharing
	@$(BIN)/uv pip install --quiet --python .venv-delta-sharing/bin/python --require-hashes -r requirements/delta-sharing-client.txt
	@touch $@

# Tools that the benchmarks compare with; made when a benchmark asks for them.
.venv-bench-peers/.ready: requirements/bench-peers.txt $(BIN)/uv
	@test -x .venv-bench-peers/bin/python || $(PYTHON) -m venv .venv-bench-peers
	@$(BIN)/uv pip install --quiet --python .venv-bench-peers/bin/python --require-hashes -r requirements/bench-peers.txt
	@touch $@

demo: setup .venv-delta-sharing/.ready
	@$(BIN)/entrepot demo $(if $(KEEP),--keep)

serve: setup
	@$(BIN)/entrepot serve

# One more than two cores: some tests wait for a browser, a server or a clock.
WORKERS ?= 3
test: setup-dev .venv-delta-sharing/.ready
	@$(BIN)/pytest -n $(WORKERS) --dist loadgroup -m "not soak" $(ARGS)

soak: setup-dev .venv-delta-sharing/.ready
	@$(BIN)/pytest -m soak $(ARGS)

check: setup-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/check_docs.py

bench: setup-dev .venv-delta-sharing/.ready
	@$(BIN)/python -m bench $(ARGS)

docs: setup-dev
	@$(BIN)/python scripts/make_docs.py

# Pinned with hashes and without download addresses, so that they install from whatever registry a machine uses.
COMPILE := $(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --no-emit-package entrepot
lock: $(BIN)/uv
	@$(COMPILE) --extra dev pyproject.toml -o requirements/dev.txt
	@$(COMPILE) --constraints requirements/dev.txt --extra demo pyproject.toml -o requirements/demo.txt
	@echo uv | $(COMPILE) --universal - -o requirements/uv.txt
	@echo 'delta-sharing>=1.4' | $(COMPILE) --universal - -o requirements/delta-sharing-client.txt
	@printf 'anjana>=1.2.3\npycanon>=1.3\n' | $(COMPILE) --universal - -o requirements/bench-peers.txt

clean:
	rm -rf $(VENV) .venv-delta-sharing .venv-bench-peers build dist
