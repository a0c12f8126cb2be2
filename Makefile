PYTHON ?= $(if $(wildcard .venv/bin/python),.venv/bin/python,python3)

.PHONY: check format lint types layers test demo bench fmt

check: format lint types layers test

format:
	$(PYTHON) -m ruff format --check .

lint:
	$(PYTHON) -m ruff check .

types:
	$(PYTHON) -m mypy

layers:
	$(PYTHON) -c "from importlinter.cli import lint_imports_command as run; run()"

test:
	$(PYTHON) -m pytest -q

demo:
	$(PYTHON) -c "import sys; from screens.start import start; sys.exit(start(['demo']))"

bench:
	$(PYTHON) -m benchmarks.startup --save
	$(PYTHON) -m benchmarks.profile --rows 40000

fmt:
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .
