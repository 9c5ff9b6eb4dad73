# Voygen: what a person types. `make help` lists it; the work is done by the scripts of service/cluster, by
# extension/Makefile, service/Makefile and test/run.

SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
CLUSTER := service/cluster
PG_CONFIG = $(shell $(CLUSTER)/where pg_config)
T ?=

.DEFAULT_GOAL := help
.PHONY: help deps copy build cluster deploy up down psql check check-kernel check-sql check-tap \
	bench soak backup restore doctor format lint clean reset inventory

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

deps: ## install the Debian packages that are missing
	@$(CLUSTER)/deps

copy: deps
	@$(CLUSTER)/copy

build: copy ## build the extension (into the private PostgreSQL) and build/voygen
	@echo "voygen: building the extension"
	@flock .voygen/build.lock $(MAKE) -s -C extension PG_CONFIG="$(PG_CONFIG)" all install
	@echo "voygen: building build/voygen"
	@flock .voygen/build.lock $(MAKE) -s -C service

cluster: build ## start the private server (restarts it when voygen.so has changed)
	@$(CLUSTER)/start

deploy: cluster ## migrations and the SQL API into database voygen
	@$(CLUSTER)/deploy

up: deploy ## everything: install, build, start, migrate, gateway, demo agency, main job
	@$(CLUSTER)/gateway start
	@service/demo

down: ## stop the gateway and the private server; data, ports and secrets stay
	@$(CLUSTER)/stop
	@VOYGEN_CLUSTER=test $(CLUSTER)/stop

psql: ## open psql on database voygen
	@eval "$$($(CLUSTER)/env)" && exec psql

doctor: ## name every missing or altered database object
	@build/voygen doctor

check: build ## every test; the last line says how many passed and failed
	@test/run

check-kernel: build ## the C kernels under sanitizers, and a short fuzz
	@test/run kernel

check-sql: build ## pg_regress and isolation specs
	@test/run regress isolation

check-tap: build ## TAP tests, all or one: make check-tap T=test/t/name.t
	@test/run tap $(T)

bench: deploy ## the performance table
	@test/bench/run

soak: build ## the long forms of the tests (SOAK_SECONDS each, default 600)
	@test/soak/run

backup: ## dump database voygen to FILE (default .voygen/backup/TIME.dump)
	@$(CLUSTER)/backup $(FILE)

restore: cluster ## replace database voygen by the dump FILE
	@$(CLUSTER)/restore $(FILE)
	@$(CLUSTER)/deploy

inventory: build ## write migrations/inventory.txt and service/TOOLS.md anew, after a change of migrations, extension or sql
	@migrations/make_inventory

format: ## rewrite the C sources as .clang-format wants them
	@git ls-files '*.c' '*.h' | xargs -r clang-format-14 -i

lint: ## formatting, cppcheck, shellcheck
	@test/run lint

reset: cluster ## drop database voygen and deploy it anew; asks for CONFIRM=yes
	@$(CLUSTER)/reset $(CONFIRM)
	@$(CLUSTER)/deploy

clean: ## remove what was built; data and secrets stay
	@rm -rf build
	@if [ -x "$(PG_CONFIG)" ]; then $(MAKE) -s -C extension PG_CONFIG="$(PG_CONFIG)" clean; fi
