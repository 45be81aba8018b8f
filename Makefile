# Everything a person needs to run, test and measure kith, on Python 3.11 and make alone.

.DEFAULT_GOAL := help
.PHONY: help install serve test faults neighbours kafka asyncapi providers check bench clean

PYTHON := .venv/bin/python
STAMP := .venv/.installed
KAFKA := .kafka/.fetched
ASYNCAPI := .asyncapi/3.0.0.json
GOOGLE := .providers/calendar.v3.json
GRAPH := .providers/microsoft-graph.d.ts

help: ## show this list
	@echo "kith: an event-sourced ledger of contacts and interactions"
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP) ## make ./.venv with the kith command and all the tests need
	@echo "kith is installed in ./.venv: 'make serve' starts it, 'make test' tests it."

serve: $(STAMP) ## run kith in every role on an embedded PostgreSQL (PORT=9000 picks another port)
	@exec .venv/bin/kith serve $(if $(PORT),--port $(PORT))

test: $(STAMP) ## run the tests on a real PostgreSQL (ARGS='-k name' passes on to pytest)
	@$(PYTHON) -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(ARGS)

faults: $(STAMP) $(KAFKA) ## the relay under faults: kills, restarts, cut connections (takes minutes)
	@$(PYTHON) -m tests.faults $(ARGS)

neighbours: $(STAMP) ## attacks of one tenant beside another that must not notice (takes minutes)
	@$(PYTHON) -m tests.neighbours $(ARGS)

kafka: $(KAFKA) ## fetch Apache Kafka for the tests (needs Java 17 and Maven; else they use Tansu)
	@echo "The tests run on Apache Kafka, from ./.kafka."

asyncapi: $(ASYNCAPI) ## fetch AsyncAPI's own JSON Schema for the tests (needs npm; else they skip it)
	@echo "The tests hold the AsyncAPI document against ./$(ASYNCAPI)."

providers: $(GOOGLE) $(GRAPH) ## fetch Google's and Microsoft's own descriptions of their calendars (needs npm)
	@echo "The tests hold the doubles of Google and Microsoft against ./.providers."

check: $(STAMP) ## lint, formatting, types, and the import rule between the layers
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports

bench: $(STAMP) ## measure kith against a plain CRUD peer and the library (takes minutes)
	@$(PYTHON) -m bench $(ARGS)

clean: ## remove the virtual environment and caches; your data stays
	rm -rf .venv .kafka .asyncapi .providers build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	rm -rf .import_linter_cache .grimp_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The lock names exact versions and their hashes; the stamp makes a second `make install` do nothing.
$(STAMP): requirements.lock pyproject.toml
	@python=; for candidate in python3.11 python3 python3.12 python3.13; do \
	    if $$candidate -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
	        2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "kith needs Python 3.11 or newer with its venv module, and found none as" \
	        "python3.11 or python3. Install it and run 'make install' again." >&2; \
	    exit 1; \
	fi; \
	test -x $(PYTHON) && $(PYTHON) -c '' 2>/dev/null || { \
	    echo "Making ./.venv with $$($$python --version)"; $$python -m venv --clear .venv; }
	@echo "Installing kith and its libraries into ./.venv (about half a minute the first time)"
	@$(PYTHON) -m pip install --disable-pip-version-check --quiet --require-hashes \
	    -r requirements.lock
	@$(PYTHON) -m pip install --disable-pip-version-check --quiet --no-deps \
	    --no-build-isolation --editable .
	@touch $(STAMP)

$(ASYNCAPI):
	@command -v npm > /dev/null || { echo "This needs npm, and there is none here." >&2; exit 1; }
	@mkdir -p .asyncapi
	@cd .asyncapi && npm pack --silent @asyncapi/specs@6.11.1 > /dev/null && \
	    tar xzf asyncapi-specs-6.11.1.tgz --strip-components=2 package/schemas/3.0.0.json && \
	    rm asyncapi-specs-6.11.1.tgz
	@touch $(ASYNCAPI)

# The description lies in the wheel of Google's library, which nothing here runs.
$(GOOGLE): | $(STAMP)
	@mkdir -p .providers
	@cd .providers && ../$(PYTHON) -m pip download --disable-pip-version-check --quiet --no-deps \
	    --only-binary :all: google-api-python-client==2.202.0 && \
	    ../$(PYTHON) -c "import glob, sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(\
	    glob.glob('*.whl')[0]).read('googleapiclient/discovery_cache/documents/calendar.v3.json'))" \
	    > calendar.v3.new && mv calendar.v3.new calendar.v3.json && rm -f *.whl

$(GRAPH):
	@command -v npm > /dev/null || { echo "This needs npm, and there is none here." >&2; exit 1; }
	@mkdir -p .providers
	@cd .providers && npm pack --silent @microsoft/microsoft-graph-types@2.43.1 > /dev/null && \
	    tar xzf microsoft-microsoft-graph-types-2.43.1.tgz --strip-components=1 \
	    package/microsoft-graph.d.ts && rm microsoft-microsoft-graph-types-2.43.1.tgz
	@touch $(GRAPH)

$(KAFKA): tests/brokers/pom.xml
	@for tool in java mvn; do command -v $$tool > /dev/null || { \
	    echo "Apache Kafka needs Java 17 and Maven, and there is no $$tool here." \
	        "Without them the tests run on Tansu." >&2; exit 1; }; done
	@echo "Fetching Apache Kafka and what it needs into ./.kafka (43 MB)"
	@rm -rf .kafka/libs
	@mvn --batch-mode --quiet --file tests/brokers/pom.xml dependency:copy-dependencies \
	    -DoutputDirectory=$(CURDIR)/.kafka/libs
	@touch $(KAFKA)
