# SPDX-License-Identifier: Apache-2.0
#
# The verbs. Each is a line or two over CMake or a script, does its own set-up, and starts at once when all is there.
.DEFAULT_GOAL := help

BUILD ?= build
JOBS  ?= $(shell nproc)
SANITIZED := $(BUILD)/sanitized
FUZZED    := $(BUILD)/fuzzed

MODEL   ?=
CLIP    ?=
CHIP    ?=
FRAMES  ?=
BACKEND ?=
RUN_OPTIONS ?=

FUZZ_SECONDS ?=

.PHONY: help setup configure build test nightly fuzz run bench conformance zoo lint format check-format synth sanitize docs clean
help: ## list the verbs
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

setup: ## install what the build needs (Debian packages, tools in .venv/)
	@scripts/setup core

# Ninja configures again by itself when a CMake file changed.
configure: setup
	@test -e $(BUILD)/build.ninja || cmake -S . -B $(BUILD) -G Ninja -Wno-dev --log-level=WARNING

build: configure ## build everything into build/
	@cmake --build $(BUILD) -j $(JOBS)

test: build ## run all tests but the nightly ones
	@scripts/setup referee
	@ctest --test-dir $(BUILD) --output-on-failure -LE nightly -j2

nightly: build fuzz ## run the long tests: random networks, the clip, the whole chip as one model, the fuzzers
	@cmake --build $(BUILD) -j $(JOBS) --target nightly_tests
	@ctest --test-dir $(BUILD) --output-on-failure -L nightly -j2

# libFuzzer is clang's: a build folder of its own, of what reads files.
fuzz: setup ## feed broken models, images and thresholds to their readers: [FUZZ_SECONDS=600 each]
	@scripts/setup fuzz
	@cmake -S . -B $(FUZZED) -G Ninja -Wno-dev --log-level=WARNING -DCMAKE_CXX_COMPILER=clang++-16 -DEDDY_FUZZ=ON \
	  -DEDDY_SANITIZE=address,undefined -DEDDY_DRIVER_PARTS="import;quantise;golden;frames;compile" $(addprefix -DEDDY_FUZZ_SECONDS=,$(FUZZ_SECONDS))
	@cmake --build $(FUZZED) -j $(JOBS) --target fuzz_onnx fuzz_image fuzz_thresholds
	@ctest --test-dir $(FUZZED) --output-on-failure -R nightly.fuzz -j2

# The default clip is fetched while the program is built.
run: configure ## run a network on a video: [MODEL=] [CLIP=] [CHIP=] [FRAMES=A:B] [BACKEND=]
	@scripts/setup clip & cmake --build $(BUILD) -j $(JOBS) --target eddy; built=$$?; wait; exit $$built
	@$(BUILD)/bin/eddy run $(addprefix --model=,$(MODEL)) $(addprefix --clip=,$(CLIP)) $(addprefix --chip=,$(CHIP)) \
	  $(addprefix --frames=,$(FRAMES)) $(addprefix --backend=,$(BACKEND)) $(RUN_OPTIONS)

bench: build ## measure all figures of the README into out/bench.json
	@scripts/setup referee clip
	@cmake --build $(BUILD) -j $(JOBS) --target model_speed noc_load flat_ratio
	@scripts/bench --build $(BUILD) --out out/bench.json

conformance: configure ## run the ONNX project's backend tests; writes docs/conformance.md, out/conformance.json
	@scripts/setup referee
	@cmake --build $(BUILD) -j $(JOBS) --target eddy
	@.venv/bin/python scripts/conformance.py --program $(BUILD)/bin/eddy --rtl

zoo: configure ## run every trained network on the model and on the RTL; writes docs/zoo.md, out/zoo.json
	@scripts/setup referee clip
	@cmake --build $(BUILD) -j $(JOBS) --target eddy
	@.venv/bin/python scripts/zoo.py --program $(BUILD)/bin/eddy

lint: configure ## Verilator's and Verible's warnings over all modules
	@scripts/setup check
	@cmake --build $(BUILD) --target eddy_csr_generate
	@scripts/lint $(BUILD)

format: setup ## format SystemVerilog and C++
	@scripts/setup check
	@scripts/format

check-format: setup ## fail where something is not formatted
	@scripts/setup check
	@scripts/format --check

synth: configure ## synthesise tile and gateway, elaborate the chip, check them, print cells and memories
	@scripts/setup check
	@cmake --build $(BUILD) --target eddy_csr_generate
	@scripts/synth --build $(BUILD) --top eddy_tile
	@scripts/synth --build $(BUILD) --top eddy_gateway
	@scripts/synth --build $(BUILD) --top eddy_chip --param Rows=2 --param Cols=2 --wiring

sanitize: setup ## the tests of driver and simulator under address and undefined-behaviour sanitizers
	@test -e $(SANITIZED)/build.ninja || \
	  cmake -S . -B $(SANITIZED) -G Ninja -Wno-dev --log-level=WARNING -DEDDY_SANITIZE=address,undefined
	@cmake --build $(SANITIZED) -j $(JOBS) --target cpp_tests
	@ctest --test-dir $(SANITIZED) --output-on-failure -L cpp -LE 'nightly|slow' -j2

docs: configure ## write the register pages into build/generated/registers
	@cmake --build $(BUILD) --target docs_registers

clean: ## remove what was built (the tools in .venv/ stay)
	@rm -rf $(BUILD) out
