#!/usr/bin/env bash
# Makes this machine ready for `swift build`: checks Swift, installs missing Debian packages (those
# named as arguments too), and links .deps/libtorch and .deps/plotly to libtorch and plotly.js,
# downloaded once for each user. With LIBTORCH=…/site-packages/torch it links to the libtorch of that
# installed PyTorch instead.
# `make` runs it before every build; when all is there, it only looks.
set -euo pipefail

# Resolved before `cd`, and fully, so that LIBTORCH=.deps/libtorch does not make a link to itself.
chosen=${LIBTORCH:+$(realpath -m -- "$LIBTORCH")}
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf 'set-up: %s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }

# Debian packages that the build needs.
packages=(
    g++                      # the headers of libstdc++, and the linker
    libdeflate-dev           # gzip
    libgdcm-dev              # GDCM, which decompresses DICOM
    libsqlite3-dev           # studies
    libwebp-dev              # images in reports
    libxxhash-dev            # fingerprints of files
    "$@"
)

version=$(sed -n 's/^torch==\([^ ]*\).*/\1/p' Scripts/libtorch.txt)
name=libtorch-$version
plotly=plotly-$(sed -n 's/^plotly==\([^ ]*\).*/\1/p' Scripts/plotly.txt)
cache=${XDG_CACHE_HOME:-~/.cache}/segnas3d

# The PyTorch version of the torch folder $1, without a suffix such as +cpu.
version_of() { sed -n "s/^__version__ = '\([^+']*\).*/\1/p" "$1/version.py" 2>/dev/null; }

is_torch() { [[ -s $1/version.py && -s $1/lib/libtorch_cpu.so && -s $1/include/ATen/ATen.h ]]; }

is_wanted() { is_torch "$1" && [[ $(version_of "$1") == "$version" ]]; }

check_machine() {
    [[ $(uname -sm) == "Linux x86_64" ]] ||
        fail "segnas3d is built on Linux x86_64 and this is $(uname -sm): use another machine."
    local found
    found=$(swift --version | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p') || found=
    printf '%s\n' 6.3 "$found" | sort -VC ||
        fail "Swift 6.3 or newer is needed (now: ${found:-none}); see https://swift.org/install/"
}

# Without dpkg, a package counts as installed when it has a command of its name, as most here have.
is_installed() {
    if command -v dpkg-query >/dev/null; then
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed* ]]
    else
        command -v "$1" >/dev/null
    fi
}

install_packages() {
    local package missing=() as_root=()
    for package in "${packages[@]}"; do
        is_installed "$package" || missing+=("$package")
    done
    (( ${#missing[@]} )) || return 0
    command -v apt-get >/dev/null ||
        fail "please install ${missing[*]} (names of Debian packages) and try again."

    if (( EUID != 0 )); then
        as_root=(sudo)
        [[ -t 0 ]] || as_root+=(-n)  # nobody is there to type a password
    fi
    local install=(apt-get install -y --no-install-recommends "${missing[@]}")
    say "installing Debian packages: ${missing[*]}"
    { "${as_root[@]}" apt-get update && "${as_root[@]}" "${install[@]}"; } >&2 ||
        fail "they were not installed; an administrator may run: apt-get update && ${install[*]}"
}

# Lets one set-up at a time fill the cache.
lock_cache() {
    # pip and unzip inherit the lock: were this script killed alone, they would still be waited for.
    exec 9>"$cache/lock"
    flock -n 9 || { say "waiting for another set-up that uses $cache"; flock 9; }
}

# Makes the folder $partial, in which $cache/$1 is prepared: it gets that name only when complete, and
# a killed run leaves nothing but $partial, which the next one deletes.
begin() {
    partial=$cache/$1.partial
    rm -rf "$partial" "${cache:?}/$1"
    trap 'rm -rf "$partial"' EXIT
    trap 'exit 130' INT  # pip catches Ctrl-C and exits with 1, which bash would take for a failure
    mkdir -p "$partial/wheels"
}

# pip's own cache would keep the wheels a second time.
pip_download() {
    TMPDIR=$partial/wheels "$python" -m pip download --dest "$partial/wheels" >&2 \
        --no-cache-dir --disable-pip-version-check --no-deps --only-binary :all: \
        --require-hashes "$@"
}

# Downloads libtorch into $cache/$name.
download() {
    lock_cache
    ! is_wanted "$cache/$name/torch" || return 0
    begin "$name"

    local free need=1200  # MB: pip holds the wheels twice for a moment, more than unpacking needs
    free=$(df --output=avail -B1MB "$cache" | tail -n 1)
    (( free >= need )) ||
        fail "libtorch needs $need MB of free space in $cache, which has ${free// /} MB;" \
            "make room there or set XDG_CACHE_HOME to a folder with more."

    say "downloading libtorch $version with pip (544 MB; 520 MB unpacked) into $cache"
    # The platforms are those of the three wheels.
    pip_download -r Scripts/libtorch.txt \
        --platform manylinux_2_28_x86_64 --platform manylinux_2_25_x86_64 \
        --platform manylinux_2_17_x86_64 --implementation cp --python-version 3.12 \
        --abi cp312 --abi none ||
        fail "libtorch was not downloaded, for the reason that pip gives above. Try again, or set" \
            "LIBTORCH to the torch folder of an installed PyTorch $version."
    unpack || fail "libtorch was not unpacked in $cache, for the reason above."
    mv -T "$partial" "$cache/$name"
}

# The part of the wheels that segnas3d needs, laid out as in site-packages, where libtorch's own
# relative search paths find the CUDA runtime.
unpack() (
    cd "$partial"
    take() { unzip -q "$@" '*.dist-info/licenses/*' </dev/null; }  # or it asks what to do on errors
    take wheels/torch-*.whl torch/version.py 'torch/include/*' \
        torch/lib/libtorch_cpu.so torch/lib/libc10.so torch/lib/libgomp.so.1 &&
        take wheels/nvidia_cuda_runtime-*.whl nvidia/cu13/lib/libcudart.so.13 &&
        take wheels/nvidia_cuda_cupti-*.whl nvidia/cu13/lib/libcupti.so.13 &&
        rm -r wheels &&
        sync -f . &&  # a power cut must not leave empty files under the final name
        is_wanted torch
)

# Whether $1 holds the files of plotly.js that reports need.
is_plotly() { [[ -s $1/plotly.min.js && -s $1/LICENSE.txt ]]; }

has_plotly() { [[ $(realpath -m .deps/plotly) == */"$plotly" ]] && is_plotly .deps/plotly; }

# Links .deps/plotly to plotly.js, which the program carries in itself: of the wheel's 10 MB it takes two files.
link_plotly() {
    ! has_plotly || return 0
    choose_cache is_plotly "$cache/$plotly"
    [[ ! -w $cache ]] || lock_cache
    if ! is_plotly "$cache/$plotly"; then
        say "downloading $plotly with pip (10 MB; 5 MB unpacked) into $cache"
        begin "$plotly"
        pip_download -r Scripts/plotly.txt && (
            cd "$partial"
            unzip -qj wheels/plotly-*.whl plotly/package_data/plotly.min.js \
                '*.dist-info/licenses/LICENSE.txt' </dev/null && rm -r wheels && sync -f . && is_plotly .
        ) || fail "plotly.js was not downloaded into $cache, for the reason above."
        mv -T "$partial" "$cache/$plotly"
    fi
    mkdir -p .deps
    ln -sfnT "$(realpath "$cache/$plotly")" .deps/plotly
}

link() {
    ldd "$1/lib/libtorch_cpu.so" | awk '/not found/ { print; bad = 1 } END { exit bad }' >&2 ||
        fail "libtorch_cpu.so in $1/lib does not find the libraries that it needs, see above."
    mkdir -p .deps
    ln -sfnT "$(realpath "$1")" .deps/libtorch
    say ".deps/libtorch is now $1"
}

# A cache that another user fills may be read-only; one without what the command $@ looks for must be
# ours to write.
choose_cache() {
    ! "$@" || return 0
    ! { mkdir -p "$cache" 2>/dev/null && [[ -w $cache ]]; } || return 0
    say "$cache cannot be written; downloads go into .deps"
    cache=$PWD/.deps
    mkdir -p "$cache"
}

check_machine

if [[ -n $chosen ]]; then
    is_torch "$chosen" ||
        fail "LIBTORCH=$chosen is not the torch folder of an installed PyTorch $version."
    is_wanted "$chosen" ||
        fail "LIBTORCH=$chosen is PyTorch $(version_of "$chosen"), and segnas3d needs $version."
    torch=$chosen
elif is_wanted .deps/libtorch; then
    torch=.deps/libtorch
else
    choose_cache is_wanted "$cache/$name/torch"
    torch=$cache/$name/torch
fi

# What only the download needs is asked for together with the rest: one list for the administrator.
python=python3
if ! { is_wanted "$torch" && { has_plotly || is_plotly "$cache/$plotly"; }; }; then
    "$python" -m pip --version &>/dev/null || { python=/usr/bin/python3; packages+=(python3-pip); }
    command -v unzip >/dev/null || packages+=(unzip)
fi
install_packages
is_wanted "$torch" || download
[[ $torch -ef .deps/libtorch ]] || link "$torch"
link_plotly
