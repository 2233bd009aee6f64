# Everything the project needs is installed into .venv; Debian packages that are missing, by .ci/setup.

VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test bench format docs clean

demo: $(VENV)/installed
	$(BIN)/timviet demo

test: $(VENV)/developed
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --numprocesses auto --dist worksteal
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# Takes hours with everything: make bench BENCH="--sizes 5000"
bench: $(VENV)/benched
	$(BIN)/python tests/bench/speed.py $(BENCH)

format: $(VENV)/developed
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: $(VENV)/developed
	$(BIN)/python docs/generate.py

clean:
	rm -rf $(VENV) .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pictures .pytest_cache .ruff_cache

# False where there is no virtual environment yet, its Python has gone, or the checkout was moved or copied since.
runs_here = $(BIN)/pip --version 2>/dev/null | grep -qF "$$(pwd -P)/$(VENV)/"

.PHONY: anew
$(VENV)/made: .ci/setup $(shell $(runs_here) || echo anew)
	.ci/setup $(VENV) $(if $(filter anew,$^),--clear)
	touch $@

$(VENV)/installed: pyproject.toml $(VENV)/made
	@echo "Installing timviet: a minute or so the first time, while PyICU is built"
	$(BIN)/pip install --quiet --editable .
	touch $@

$(VENV)/developed: $(VENV)/installed
	$(BIN)/pip install --quiet --group dev
	.ci/browser
	touch $@

$(VENV)/benched: $(VENV)/installed
	$(BIN)/pip install --quiet --group bench
	touch $@
