# A few lines over Meson. Every target stands alone: none needs another first.
PREFIX ?= /usr/local
BUILD := build
SAN := build-san
FUZZ := build-fuzz
FUZZ_SECONDS ?= 60
SAN_OPTIONS := -Db_sanitize=address,undefined -Dfaults=true -Dwerror=false

# Output only of what fails.
quiet = { out=$$($(1) 2>&1) || { echo "$$out"; exit 1; }; }

.PHONY: all setup setup-test build-san test soak check format demo bench fuzz install clean
.NOTPARALLEL:

all: setup
	@test -f $(BUILD)/build.ninja || $(call quiet,meson setup $(BUILD))
	@ninja -C $(BUILD) leat

setup:
	@scripts/setup

setup-test:
	@scripts/setup test

# -Dwerror=false: gcc's warnings are less exact under sanitizers; the plain build has them all.
build-san: setup
	@test -f $(SAN)/build.ninja || $(call quiet,meson setup $(SAN) $(SAN_OPTIONS))
	@ninja -C $(SAN)

test: setup-test all build-san
	@ninja -C $(BUILD)
	scripts/check
	meson test -C $(BUILD) --no-rebuild --print-errorlogs
	meson test -C $(SAN) --no-rebuild --print-errorlogs
	scripts/run-tests

# What takes longer: the nasty files under the sanitizers, all real days, each fuzzer for half an hour.
soak: test
	scripts/run-tests soak
	@scripts/setup fuzz
	@tests/fuzz/run $(FUZZ) 1800

check: setup-test all
	scripts/check

format: setup-test
	scripts/check format --fix

demo: all
	@scripts/demo

bench: all
	@scripts/setup bench
	@tests/bench/run

# Each fuzzer for FUZZ_SECONDS, one after the other.
fuzz: setup-test
	@scripts/setup fuzz
	@tests/fuzz/run $(FUZZ) $(FUZZ_SECONDS)

install: all
	@meson configure $(BUILD) -Dprefix=$(abspath $(PREFIX))
	DESTDIR=$(DESTDIR) meson install -C $(BUILD)

clean:
	rm -rf $(BUILD) $(SAN) $(FUZZ)
