# Everything here works from a fresh clone with Python 3.11 or newer; `make help` lists it.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:

UV_NEEDED := 0.9
BIN := .venv/bin
READY := .venv/.ready

# The commands in .venv name the folder they were made in, so a moved checkout is set up again.
ifneq ($(shell cat $(READY) 2>/dev/null),$(CURDIR))
$(READY): FORCE
endif

.PHONY: help setup demo test check format bench clean FORCE

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## Install all that is needed into .venv (PYTHON=... chooses the Python)

demo: $(READY) ## Run the demonstration (DATA=folder imports the real files in it)
	@$(BIN)/cocreate demo $(if $(DATA),--data "$(DATA)")

test: $(READY) ## Run the tests (ARGS="-k timeline" are passed to pytest)
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(READY) ## Check format, lint, types and the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## Format the code, and mend what can be mended by itself
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

bench: $(READY) ## Run the benchmarks (ARGS are passed on)
	@$(BIN)/python -m benchmarks $(ARGS)

clean: ## Remove what was made here: .venv, caches, builds (data stays)
	rm -rf .venv .cache .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	rm -rf build dist
	find src tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

# Exits with 0 when the version on standard input is new enough.
is_new_enough := import re, sys; \
	version = lambda text: [int(n) for n in re.findall(r"\d+", text)[:2]]; \
	sys.exit(version(sys.stdin.read()) < version("$(UV_NEEDED)"))

$(READY): pyproject.toml uv.lock
	@set -eu; \
	python=; \
	for each in $(or $(PYTHON),python3.13 python3.12 python3.11 python3.14 python3); do \
		if "$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			python=$$each; break; \
		fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo 'Python 3.11 or newer is needed. Install it, or name it: make PYTHON=/path/to/python3' >&2; \
		exit 1; \
	fi; \
	uv=; \
	for each in uv .cache/uv/bin/uv; do \
		if "$$each" --version 2>/dev/null | "$$python" -c '$(is_new_enough)'; then \
			uv=$$each; break; \
		fi; \
	done; \
	if [ -z "$$uv" ]; then \
		echo 'Fetching uv, which installs the rest'; \
		rm -rf .cache/uv; \
		if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
			echo "$$python cannot make virtual environments: its module venv or ensurepip is missing." >&2; \
			echo 'Install it (Debian, Ubuntu: apt install python3-venv), or install uv.' >&2; \
			exit 1; \
		fi; \
		"$$python" -m venv .cache/uv; \
		.cache/uv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=$(UV_NEEDED)'; \
		uv=.cache/uv/bin/uv; \
	fi; \
	if [ -e $@ ] && [ "$$(cat $@)" != "$(CURDIR)" ] || ! $(BIN)/python -c '' 2>/dev/null; then \
		rm -rf .venv; \
		"$$python" -m venv --without-pip .venv; \
	fi; \
	env -u VIRTUAL_ENV -u UV_PROJECT_ENVIRONMENT UV_PYTHON_DOWNLOADS=never \
		"$$uv" sync --frozen --python $(BIN)/python; \
	printf '%s\n' "$(CURDIR)" >$@
