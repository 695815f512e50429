# The commands of the registry. `make run` and `make test` need nothing but Python 3.11 or newer.

PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# CONTENT=no begins with an empty registry.
EMPTY = $(if $(filter no,$(CONTENT)),--empty)
ADDRESS = http://127.0.0.1:$(PORT)/

.PHONY: help run develop test check format messages extract clean

help:
	@echo "make run       prepare the registry and serve it on $(ADDRESS) (PORT=8001 for another port)"
	@echo "make test      run the tests; DATABASE_URL=postgres://… runs them on PostgreSQL"
	@echo "make develop   like run, restarting when the code changes and with Django's debug pages"
	@echo "make check     linters and static checks"
	@echo "make format    let the formatters rewrite what they can"
	@echo "make messages  extract and compile the translations (needs gettext)"
	@echo "make clean     remove the environment; the data in var/ stay"

# On this machine alone, over plain HTTP, as visitors will see it: no page shows a traceback.
run: export HTTPS ?= false
run: $(VENV)/installed
	@$(BIN)/python -m cooperation_site.port $(PORT)
	@$(BIN)/python manage.py bootstrap --address $(ADDRESS) $(EMPTY)
	@exec $(BIN)/python -m gunicorn cooperation_site.wsgi --bind 127.0.0.1:$(PORT) \
	  --workers 1 --threads 8 --log-level warning --no-control-socket

develop: export DEBUG = true
develop: export DJANGO_RUNSERVER_HIDE_WARNING = true
develop: $(VENV)/installed
	@$(BIN)/python -m cooperation_site.port $(PORT)
	@$(BIN)/python manage.py bootstrap --address $(ADDRESS) $(EMPTY)
	@exec $(BIN)/python manage.py runserver 127.0.0.1:$(PORT)

test: $(VENV)/installed-dev
	@$(BIN)/python -m pytest -n auto --dist worksteal -q $(ARGS)

check: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint templates --check
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/lint-imports
	DEBUG=true $(BIN)/python manage.py makemigrations --check --dry-run

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint templates --reformat --quiet

messages: $(VENV)/installed
	@command -v msgfmt >/dev/null || { echo "gettext is missing: apt install gettext" >&2; exit 1; }
	@$(MAKE) --no-print-directory extract
	DEBUG=true $(BIN)/python manage.py compilemessages --locale fr

# The messages of the code into locale/; apart, since a test makes sure that none was forgotten.
extract:
	@DEBUG=true $(BIN)/python manage.py makemessages --locale fr --add-location file --no-obsolete \
	  --verbosity 0 --ignore $(VENV) --ignore var --ignore build --ignore tests

clean:
	rm -rf $(VENV)

# The environment. A stamp says which requirements it holds, so that a second run is quick.

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	@echo "Installing what the tests need (a minute the first time)…"
	@$(PIP) install -r requirements-dev.txt
	@touch $@

$(VENV)/installed: requirements.txt $(BIN)/python
	@echo "Installing the application (a minute the first time)…"
	@$(PIP) install -r requirements.txt
	@touch $@

$(BIN)/python:
	@for python in $(PYTHON) python3.14 python3.13 python3.12 python3.11 python3; do \
	  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	  python=; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Python 3.11 or newer is missing. On Debian or Ubuntu: apt install python3 python3-venv" >&2; \
	  exit 1; \
	fi; \
	if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$python cannot make an environment. On Debian or Ubuntu: apt install python3-venv" >&2; \
	  exit 1; \
	fi; \
	$$python -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
