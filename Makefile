# Two commands are enough: `make run` and `make test`. Both set up what they need first.
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test coverage check audit eval bench train clean

VENV := .venv/bin
SOURCES := bot actions knowledge_index tests bench deploy

help: ## Show these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Make both environments (.venv and .venv-rasa); does nothing when they are current
	@python3 deploy/setup.py

setup-dev:
	@python3 deploy/setup.py --dev

run: setup ## Set up, then start everything on http://127.0.0.1:8080; Ctrl-C stops it
	@exec $(VENV)/firebreak up

test: setup-dev ## Set up, then run every test (ARGS="tests/chat -x -n0")
	@$(VENV)/python -m pytest -n 2 --no-loadscope-reorder $(ARGS)

coverage: setup-dev ## The same, showing which lines no test ran: takes half as long again
	@$(VENV)/python -m pytest -n 2 --no-loadscope-reorder --cov --cov-report=term $(ARGS)

check: setup-dev ## Format, lint, types, architecture
	@$(VENV)/ruff format --check $(SOURCES)
	@$(VENV)/ruff check $(SOURCES)
	@$(VENV)/mypy bot actions knowledge_index tests bench
	@$(VENV)/mypy deploy/*.py
	@$(VENV)/python -m pytest -q tests/test_architecture.py

audit: setup-dev ## Ask OSV for advisories on every pinned package; fails for one that was not reviewed
	@$(VENV)/python deploy/audit.py

eval: setup-dev ## Measure all that is understood, beside what was measured last (ARGS="--only held --keep")
	@$(VENV)/python -m bench.eval $(ARGS)

bench: setup-dev ## Measure: make bench ROOM=chat; one JSON object a line
	@$(VENV)/python -m bench.$(or $(ROOM),chat)

train: setup ## Train the dialogue model, if it is not cached
	@$(VENV)/firebreak train

clean: ## Remove environments, caches and the data directory's models and caches; customers' data stay
	rm -rf .venv .venv-rasa .mypy_cache .ruff_cache .pytest_cache .hypothesis .rasa *.egg-info htmlcov .coverage
	rm -rf models var/models var/home var/tmp var/run
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +
