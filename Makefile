PYTHON ?= $(if $(wildcard .venv/bin/python),.venv/bin/python,python3)

EXPORTS ?= build/exports

.PHONY: check format lint types layers test fast coverage demo residuals kills endurance bench bench-long proof results exports screenshots fmt

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

fast:
	$(PYTHON) -m pytest -q -m 'not slow'

coverage:
	mkdir -p build/coverage
	$(PYTHON) -m coverage erase
	$(PYTHON) -m coverage run -m pytest -q
	$(PYTHON) -m coverage combine -q
	$(PYTHON) -m coverage report --skip-covered --show-missing --sort=miss
	$(PYTHON) -m benchmarks.coverage --save
	$(PYTHON) -m benchmarks.table

demo:
	$(PYTHON) -c "import sys; from screens.start import start; sys.exit(start(['demo']))"

residuals:
	$(PYTHON) -m benchmarks.memory_formula --write

kills:
	$(PYTHON) -m benchmarks.kills

endurance:
	$(PYTHON) -m benchmarks.soak --save
	$(PYTHON) -m benchmarks.table

# Within 20 minutes on two cores; `make bench PEER=PYTHON` also asks fitcheck-llm about memory.
bench:
	$(PYTHON) -m benchmarks.bench $(if $(PEER),--peer $(PEER))

bench-long:
	$(PYTHON) -m benchmarks.curves
	$(PYTHON) -m benchmarks.forecast --save
	$(PYTHON) -m benchmarks.learning_rate
	$(PYTHON) -m benchmarks.table

results:
	$(PYTHON) -m benchmarks.table

proof:
	OMP_NUM_THREADS=1 OMP_WAIT_POLICY=PASSIVE $(PYTHON) -m benchmarks.proof --save

exports:
	$(PYTHON) -m venv $(EXPORTS)
	$(EXPORTS)/bin/python -m pip install -q -r tests/exports/requirements.txt
	$(EXPORTS)/bin/python -m pip install -q --no-deps -r tests/exports/trainers.txt
	$(PYTHON) -c "import sys; print(*filter(None, sys.path), sep='\n')" \
		> "$$($(EXPORTS)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/program.pth"
	HF_HUB_OFFLINE=1 $(EXPORTS)/bin/python -m pytest -v -m exports tests/exports

screenshots:
	$(PYTHON) -m benchmarks.screenshots

fmt:
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .
