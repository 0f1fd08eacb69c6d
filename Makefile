# Cupel's own build, tests and golden image. `make help` lists what there is.
SHELL := /bin/sh
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# Settings: make image BASELINE=debian12-cis-l2-server IMAGE=web OUT=/srv/images
BASELINE ?= debian12-cis-l1-server
IMAGE    ?= debian12-cis
OUT      ?= .
# The finished image that `make smoke` boots: the last one made, unless given.
QCOW2    ?= $(shell cat .cache/last-image 2>/dev/null)

# SCAP content is kept in .cache/content, also for what Packer calls.
export CUPEL_CACHE ?= $(CURDIR)/.cache

# Under sudo, what was made belongs to who asked for it. (.cache/lab holds roots whose
# owners are part of them.)
GIVE_BACK = if [ -n "$$SUDO_UID" ]; then for made in dist .cache/content .cache/builds .cache/agent provisioners/agent/bin '$(OUT)/artifacts' '$(OUT)/output'; do \
  [ ! -e "$$made" ] || chown -R "$$SUDO_UID:$${SUDO_GID:-$$SUDO_UID}" "$$made"; done; fi
ROOT  = $$([ "$$(id -u)" -eq 0 ] || echo sudo)

.PHONY: help setup build agent image base content smoke test prove lab lint bench clean

help: ## this list
	@echo 'Settings: BASELINE=$(BASELINE) IMAGE=$(IMAGE) OUT=$(OUT)'
	@sed -n 's/^\([a-z]*\):.* ## /\1\t/p' $(MAKEFILE_LIST) | while IFS='	' read -r target what; do printf '  make %-9s %s\n' "$$target" "$$what"; done

setup: ## install what the build and the tests need (Debian packages, npm packages)
	@scripts/setup.sh

build: setup ## compile to dist/
	@npm run --silent build

agent: setup ## build the agent for amd64 and arm64 (kept in .cache/agent until its source changes)
	@scripts/build-agent.sh >/dev/null

content: build ## fetch the SCAP content (kept in .cache)
	@node dist/cli/main.js content fetch debian12

base: setup ## make the Debian base image (kept in .cache until its recipe changes)
	@$(ROOT) env DEBIAN_MIRROR="$${DEBIAN_MIRROR:-}" packer/base/make-base.sh .cache/base >/dev/null

image: build agent content base ## build the golden image with Packer, then boot and check it
	@code=0; scripts/build-image.sh "$$(packer/base/make-base.sh --path .cache/base)" '$(OUT)/output' \
	  'image=$(IMAGE)' 'baseline=$(BASELINE)' 'evidence_dir=$(abspath $(OUT))/artifacts' || code=$$?; \
	  $(GIVE_BACK); \
	  if [ $$code -ne 0 ]; then echo 'make image: no image was made; the evidence, if the build came that far, is in $(OUT)/artifacts' >&2; fi; exit $$code
	@$(MAKE) --no-print-directory smoke

smoke: build ## boot the finished image and compare it with its evidence (QCOW2=, BASELINE=, OUT=)
	@[ -n '$(QCOW2)' ] || { echo 'smoke: no image yet: run make image, or give QCOW2=path' >&2; exit 64; }
	@node_modules/.bin/tsx test/e2e/smoke/main.ts --image '$(QCOW2)' --baseline '$(BASELINE)' --artifacts '$(OUT)/artifacts'

test: build agent ## every test but those that need a whole virtual machine; ends with N passed, N failed
	@scripts/test.sh

lab: build agent ## EC2 and Compute Engine on this host, with machines behind them, to try builds by hand; Ctrl-C ends it
	@$(ROOT) env DEBIAN_MIRROR="$${DEBIAN_MIRROR:-}" node --import tsx test/e2e/lab/clouds.ts

prove: build agent ## harden a container with BASELINE, reboot and judge it (no image)
	@$(ROOT) node_modules/.bin/tsx test/e2e/prove.ts '$(BASELINE)'

lint: build ## types, eslint, shellcheck, packer fmt and validate
	@npm run --silent typecheck
	@npm run --silent lint
	@shellcheck $$(git ls-files '*.sh')
	@packer fmt -check packer >/dev/null && packer fmt -check packer/qemu >/dev/null && packer fmt -check packer/cloud >/dev/null || { echo 'lint: run packer fmt packer packer/qemu packer/cloud' >&2; exit 1; }
	@seed=$$(mktemp -d) && trap 'rm -rf "$$seed"' EXIT && packer/make-seed.sh "$$seed" \
	  && packer validate -var base_image=base.qcow2 -var seed_dir="$$seed" -var base_checksum=sha256:$$(printf '0%.0s' $$(seq 64)) packer/qemu
	@packer validate packer/cloud

bench: build agent ## measure beside peers; results in bench/results (BENCH=names)
	@node_modules/.bin/tsx bench/main.ts $(BENCH)

clean: ## remove what was compiled or built, but not artifacts and output
	@rm -rf --one-file-system dist .cache
