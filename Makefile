# Every target that needs libtorch calls set-up first, so each works as the first command in a clone.
# LIBTORCH=…/site-packages/torch, on the command line or in the environment, takes an installed PyTorch.

# C sources name their files in assertions: without the folders of this machine.
NO_PATHS := -Xcc -fmacro-prefix-map=$(CURDIR)/=

.PHONY: help setup build demo test faults fuzz lint format dist clean

help:  ## list these targets
	@sed -n 's/^\([a-z]*\): .*## /  make \1\t/p' Makefile

setup:  ## install what the build needs (every target below that builds does this first)
	@Scripts/setup.sh

build: setup  ## build .build/release/segnas3d
	swift build -c release --static-swift-stdlib --product segnas3d $(NO_PATHS)

demo: build  ## build, then search a network for phantoms and judge it: minutes
	.build/release/segnas3d demo

test: setup  ## run all tests
	swift test

# How often searches are killed at random: make faults KILLS=…
KILLS := 100

faults: setup  ## cause what can happen to a machine while it searches, and kill a search 100 times: minutes
	SEGNAS3D_KILLS=$(KILLS) swift test --filter 'segnas3dTests.(FaultTests|FileSystemTests|SignalTests|PredictTests)'

# Folders of image files besides those that the command makes itself: make fuzz IMAGES=…
FUZZ_COUNT := 200000

fuzz: setup  ## read 200,000 spoilt image files (IMAGES=folders adds files to spoil): minutes
	swift run -c release FuzzImages --count $(FUZZ_COUNT) --work .build/fuzz $(IMAGES) || \
		{ echo 'the last mutants:' `cat .build/fuzz/*/current`; exit 1; }

lint: setup  ## check the format of the sources and build the documentation, warnings being errors
	swift format lint --strict --recursive Sources Tests Package.swift
	for target in Torch Search Imaging Datasets Segmentation Study Report; do \
		swift package generate-documentation --target $$target --warnings-as-errors || exit 1; \
	done

format:  ## format the sources in place
	swift format --in-place --recursive Sources Tests Package.swift

dist: build  ## make dist/segnas3d-VERSION-linux-x86_64, which runs on machines without Swift
	Scripts/dist.sh

clean:  ## delete build products and the link to libtorch, never the downloaded libtorch
	rm -rf .build dist .deps/libtorch
