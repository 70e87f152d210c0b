# Every target that needs libtorch calls set-up first, so each works as the first command in a clone.
# LIBTORCH=…/site-packages/torch, on the command line or in the environment, takes an installed PyTorch.

# C sources name their files in assertions: without the folders of this machine.
NO_PATHS := -Xcc -fmacro-prefix-map=$(CURDIR)/=

.PHONY: help setup build demo test test-avx2 browser faults slurm fuzz headers lint format dist wheel wheel-test \
	export-test container-check release gpu-check gpu-kernels clean

help:  ## list these targets
	@sed -n 's/^\([a-z0-9-]*\): .*## /  make \1\t/p' Makefile

setup:  ## install what the build needs (every target below that builds does this first)
	@Scripts/setup.sh

build: setup  ## build .build/release/segnas3d
	swift build -c release --static-swift-stdlib --product segnas3d-torch $(NO_PATHS)
	swift build -c release --static-swift-stdlib --product segnas3d $(NO_PATHS)

demo: build  ## build, then search for a network on phantoms and evaluate it: 5 minutes at most after the build
	.build/release/segnas3d demo

# Real images, which some tests need, lie in the folder that SEGNAS3D_DATA names.

test: setup  ## run all tests but those of make browser, and say how many were skipped
	Scripts/test.sh --skip '^ReportTests.(Watch)?BrowserTests'

# A processor that has AVX2 and neither AVX-512 nor bfloat16, to oneDNN, libtorch, MKL and our own kernels.
AVX2 := ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2 MKL_ENABLE_INSTRUCTIONS=AVX2 SEGNAS3D_CPU_ISA=avx2

test-avx2: setup  ## run what computes, and a training, as on a processor without AVX-512: minutes
	$(AVX2) swift test --filter '^(TorchTests|SegmentationTests)\.|segnas3dTests.TrainTests/whole'

# What finds hindrances for readers in a page: axe-core, as a package of PyPI carries it.
AXE := .build/axe/axe.min.js

$(AXE):
	@{ command -v unzip && python3 -m pip --version; } >/dev/null || Scripts/setup.sh unzip python3-pip
	python3 -m pip download --quiet --no-cache-dir --disable-pip-version-check --no-deps --dest $(@D) \
		axe-selenium-python==2.1.6
	unzip -qjo $(@D)/axe_selenium_python-*.whl '*/axe.min.js' -d $(@D)
	touch $@

browser: $(AXE)  ## open reports and watched searches in Chromium, use them, and fail on any error: minutes
	@Scripts/setup.sh chromium
	swift build --build-tests
	SEGNAS3D_AXE=$(CURDIR)/$(AXE) timeout 300 Scripts/test.sh --filter '^ReportTests.(Watch)?BrowserTests'

# How often searches are killed at random: make faults KILLS=…
KILLS := 200

# The same on a small Slurm, where that is installed (make slurm does it).
SLURM_KILLS := 40

faults: setup  ## cause what can happen to a machine while it searches, and kill a search 200 times: minutes
	swift build --build-tests
	SEGNAS3D_KILLS=$(KILLS) Scripts/test.sh --skip-build --filter \
		'segnas3dTests.(FaultTests|LadderSearchTests|StandstillTests|FileSystemTests|SignalTests|PredictTests)'
	SEGNAS3D_SLURM=1 SEGNAS3D_SLURM_KILLS=$(SLURM_KILLS) Scripts/test.sh --skip-build --filter \
		'^segnas3dTests\.SlurmTests/Faults'

slurm: setup  ## search on a small Slurm cluster of this machine: minutes
	@Scripts/setup.sh slurmctld slurmd slurm-client munge
	swift build --build-tests
	SEGNAS3D_SLURM=1 timeout 600 Scripts/test.sh --filter '^segnas3dTests\.Slurm'

# Folders of image files besides those that the command makes itself: make fuzz IMAGES=…
FUZZ_COUNT := 200000

fuzz: setup  ## read 200,000 spoilt image files (IMAGES=folders adds files to spoil): minutes
	swift run -c release FuzzImages --count $(FUZZ_COUNT) --work .build/fuzz $(IMAGES) || \
		{ echo 'the last mutants:' `cat .build/fuzz/*/current`; exit 1; }

# Where Python with numpy, nibabel, SimpleITK and pydicom is: made here, and removed by make clean.
PYTHON := .build/python

headers: setup  ## compare 20,000 images with unusual headers with what nibabel and SimpleITK read: minutes
	swift build -c release --product FuzzImages
	[ -x $(PYTHON)/bin/python ] || python3 -m venv $(PYTHON)
	$(PYTHON)/bin/pip install --quiet numpy nibabel SimpleITK pydicom
	$(PYTHON)/bin/python Tests/FuzzImages/Headers/compare.py .build/release/FuzzImages --work .build/headers

# The C sources as the clang-format of Debian 12 writes them: others differ in details.
C_SOURCES := git ls-files -z '*.c' '*.cpp' '*.h'

# NVIDIA's compiler for run time, as PyPI has it.
NVRTC := .build/nvrtc/nvidia/cu13/lib

$(NVRTC):
	@python3 -m pip --version >/dev/null || Scripts/setup.sh python3-pip
	python3 -m pip install --quiet --no-cache-dir --disable-pip-version-check --no-deps --target .build/nvrtc \
		nvidia-cuda-nvrtc==13.0.88

gpu-kernels: setup $(NVRTC)  ## compile our kernels for GPUs by NVIDIA's compiler, and run them without one: minutes
	Scripts/gpu-kernels.py $(NVRTC)
	swift build --build-tests
	SEGNAS3D_NVRTC=$(CURDIR)/$(NVRTC) Scripts/test.sh --skip-build --filter '^segnas3dTests\.GPUKernelTests'

lint:  ## check the format of the sources and build the documentation, warnings being errors
	@Scripts/setup.sh clang-format
	$(C_SOURCES) | xargs -0 clang-format --dry-run --Werror
	swift format lint --strict --recursive Sources Tests Package.swift
	! LC_ALL=C.UTF-8 grep -rnE --include=*.swift '^.{121,}' Sources Tests Package.swift
	for target in Torch Search Imaging Datasets Segmentation Study Report Experiments; do \
		swift package generate-documentation --target SegNAS$$target --warnings-as-errors || exit 1; \
	done

format:  ## format the sources in place
	@Scripts/setup.sh clang-format
	swift format --in-place --recursive Sources Tests Package.swift
	$(C_SOURCES) | xargs -0 clang-format -i

dist: build  ## make dist/segnas3d-VERSION-linux-x86_64, which runs on machines without Swift
	Scripts/dist.sh

wheel: build  ## make dist/segnas3d-VERSION-….whl for pip
	Scripts/wheel.py

# Debian's Python makes environments with another package only.
VENV := python3 -m ensurepip --version >/dev/null 2>&1 || Scripts/setup.sh python3-venv

wheel-test: wheel  ## install the wheel with PyTorch in a new environment, and test it: minutes, 5 GB
	@$(VENV)
	Scripts/wheel-test.sh

export-test: setup  ## run exported models in ONNX Runtime, OpenVINO, PyTorch and MONAI from PyPI: minutes, 5 GB
	@$(VENV)
	Scripts/export-test.sh

container-check: wheel  ## run the Containerfile's lines in a Debian made by debootstrap, as root: minutes, 6 GB
	@Scripts/setup.sh debootstrap
	Scripts/container-check.sh

release: dist wheel  ## make dist/release-VERSION: archive, wheel, notes, SBOM (SPDX) and SHA-256 sums
	@$(VENV)
	Scripts/release.py

gpu-check: build  ## make dist/gpu-check.tar.xz, which tests and measures the program on a machine with a GPU
	Scripts/gpu-check.sh pack

clean:  ## delete build products and the link to libtorch, never the downloaded libtorch
	rm -rf .build dist .deps/libtorch
