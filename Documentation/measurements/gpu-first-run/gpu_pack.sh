#!/usr/bin/env bash
# Packs what a GPU run needs into app.tar.xz beside this script: gpu_pack.sh CHECKOUT. As Scripts/dist.sh does, but faster.
# The layout is bin/segnas3d and lib/: the library of the tensors is found there by the RPATH, libtorch by LIBTORCH.
set -euo pipefail
build=$(realpath "$1")/.build/release; here=$(dirname "$(realpath "$0")"); work=$(mktemp -d); app=$work/app
trap 'rm -rf "$work"' EXIT
mkdir -p "$app"/{bin,lib}
strip -o "$app/bin/segnas3d" "$build/segnas3d"
strip --strip-unneeded -o "$app/lib/libsegnas3d-torch.so" "$build/libsegnas3d-torch.so"
patchelf --remove-needed libswiftCore.so "$app/lib/libsegnas3d-torch.so"
system='lib(anl|c|dl|expat|gcc_s|m|mvec|nsl|pthread|resolv|rt|stdc\+\+|util)\.so\.[0-9]+'
ldd "$build/segnas3d" "$build/libsegnas3d-torch.so" | sed -n 's/^\s*\(.*\) => \(\/.*\) (0x.*)$/\1\t\2/p' | sort -u | while IFS=$'\t' read -r name path; do
    [[ $(realpath "$path") == */torch/lib/* || $(realpath "$path") == */nvidia/* || $path == */libsegnas3d-torch.so || $name =~ ^$system$ ]] && continue
    cp -L "$path" "$app/lib/$name"
done
# shellcheck disable=SC2016
find "$app" -type f -exec patchelf --set-rpath '$ORIGIN/../lib' {} +
git -C "$1" rev-parse --short HEAD > "$app/commit"
tar -C "$work" -cf - app | xz -T1 -3 > "$here/app.tar.xz"; du -sh "$app" "$here/app.tar.xz"
