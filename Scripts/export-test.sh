#!/usr/bin/env bash
# Runs exported models in ONNX Runtime, OpenVINO, PyTorch and MONAI, and has TensorBoard, Optuna and highdicom read what
# the program writes, which reads what highdicom and pydicom write: the tests that look for packages of Python (SEGNAS3D_PYTHON), of which none is skipped here.
# The packages go beside PyTorch into the environment of make wheel-test, or a new one in its place (2 minutes, 5 GB).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

environment=.build/wheel-environment
python=$PWD/$environment/bin/python
torch=$(sed -n 's/^\(torch==[^ ]*\).*/\1/p' Scripts/libtorch.txt)

fail() { echo "export-test: $*" >&2; exit 1; }

[[ -x $python ]] || python3 -m venv "$environment"
"$python" -m pip install --quiet --disable-pip-version-check -r Scripts/runtimes.txt "$torch" ||
    fail "a package of Scripts/runtimes.txt or $torch was not installed, for the reason that pip gives above."
"$python" -m pip check || fail "the versions of Scripts/runtimes.txt do not fit together, see above."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
SEGNAS3D_PYTHON=$python timeout 900 Scripts/test.sh \
    --filter '^segnas3dTests\.(BundleTests|DICOMToolTests|RuntimeTests|OutputTests|OutputReaderTests)/' | tee "$log"
grep -qx 'tests skipped: 0' "$log" || fail "tests were skipped: the packages that they name cannot be imported."
