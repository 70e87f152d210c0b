#!/usr/bin/env bash
# package.sh FOLDER: puts the release build into FOLDER, as `make dist` and `make wheel` ship it, and prints what it needs
# of the system:
#   bin/segnas3d     the program
#   lib/             the libraries that it needs, without libtorch and those that every system has
#   licenses/        the licences of all that is inside, and components.tsv: kind, name, version and licence file of each
# It fails if the files do not run on the oldest systems that Documentation/installation.md promises.
set -euo pipefail
folder=$(realpath -m -- "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The oldest systems: RHEL 9, Amazon Linux 2023 (glibc 2.34, the libstdc++ of GCC 11). The wheel's tag says so too.
declare -A oldest=([GLIBC]=2.34 [GLIBCXX]=3.4.29 [CXXABI]=1.3.13)

fail() { echo "package: $*" >&2; exit 1; }

site_packages=$(realpath .deps/libtorch/..)
mkdir -p "$folder"/{bin,lib,licenses}

strip -o "$folder/bin/segnas3d" .build/release/segnas3d  # before patchelf, whose layout it breaks
strip --strip-unneeded -o "$folder/lib/libsegnas3d-torch.so" .build/release/libsegnas3d-torch.so
# Swift's linker names its runtime in every library, also in one without Swift.
patchelf --remove-needed libswiftCore.so "$folder/lib/libsegnas3d-torch.so"

# Notes something that is inside: its kind, name, version and licence file.
note() { printf '%s\t%s\t%s\t%s\n' "$@" >> "$folder/licenses/components.tsv"; }

# Shared libraries, except libtorch's and those that every system has. With libstdc++ it would run on fewer systems:
# Debian 12's needs a newer glibc (2.36), and systems with glibc 2.34 have a libstdc++ that is new enough. So does its
# libexpat, which GDCM is linked to and all but the smallest systems have.
copy_libraries() {
    local system='lib(anl|c|dl|expat|gcc_s|m|mvec|nsl|pthread|resolv|rt|stdc\+\+|util)\.so\.[0-9]+'
    local library path package
    ldd .build/release/segnas3d .build/release/libsegnas3d-torch.so |
        sed -n 's/^\s*\(.*\) => \(\/.*\) (0x.*)$/\1\t\2/p' | sort -u |
        while IFS=$'\t' read -r library path; do
            [[ $(realpath "$path") != "$site_packages"/* && ! $library =~ ^$system$ ]] || continue
            [[ ! -e $folder/lib/$library && $library != libswiftCore.so ]] || continue
            cp -L "$path" "$folder/lib/$library"
            package=$(dpkg-query -S "*/$library" | awk -F: 'NR == 1 { print $1 }')
            [[ ! -e $folder/licenses/$package ]] || continue
            cp "/usr/share/doc/$package/copyright" "$folder/licenses/$package"
            note debian "$package" "$(dpkg-query -W -f '${Version}\n' "$package" | head -n 1)" "$package"
        done
    # shellcheck disable=SC2016  # the loader expands $ORIGIN
    find "$folder"/{bin,lib} -type f -exec patchelf --set-rpath '$ORIGIN/../lib' {} +
}

# What is linked into the program itself: Swift packages, those whose modules the linker was given, Swift's own
# libraries, and the scripts of reports.
note_linked() {
    local modules checkout name version swift
    modules=$(sed -n 's/.*\/\([^/]*\)\.build\/.*/\1/p' .build/release/segnas3d.product/Objects.LinkFileList | sort -u)
    for checkout in .build/checkouts/*; do
        # A package may keep its modules in one of these folders alone.
        { ls "$checkout" "$checkout/Sources" 2>/dev/null || true; } | grep -qxFf <(echo "$modules") || continue
        name=${checkout##*/}
        version=$(awk -F '"' -v name="${name,,}" '
            $2 == "identity" { is_it = tolower($4) == name }
            $2 == "version" && is_it { print $4 }' Package.resolved)
        [[ -n $version ]] || fail "Package.resolved does not name $name; build again"
        # Not every package has a notice; the next line sees to it that there is a licence.
        cat "$checkout"/{LICENSE,NOTICE}* 2>/dev/null > "$folder/licenses/$name" || true
        [[ -s $folder/licenses/$name ]] || fail "$checkout has no licence"
        note swift "$name" "$version" "$name"
    done
    swift=$(dirname "$(realpath "$(command -v swift)")")/../share/swift/LICENSE.txt
    cp "$swift" "$folder/licenses/swift"
    note swift swift "$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p')" swift
    cp .deps/plotly/LICENSE.txt "$folder/licenses/plotly.js"
    note pypi plotly "$(sed -n 's/^plotly==\([^ ]*\).*/\1/p' Scripts/plotly.txt)" plotly.js
}

# The versions of the symbols of $1 that the files of the folder use, as lines of version and file.
versions() {
    find "$folder"/{bin,lib} -type f | while read -r file; do
        readelf -VW "$file" | sed -n "s|.*Name: $1_\([0-9.]*\).*|\1 ${file##*/}|p"
    done | sort -V
}

# Fails if a file needs a newer system than promised, with the symbols that do.
check_versions() {
    local library version file is_old=yes
    for library in "${!oldest[@]}"; do
        while read -r version file; do
            printf '%s\n' "$version" "${oldest[$library]}" | sort -VC && continue
            is_old=
            echo "package: $file uses ${library}_$version, and ${oldest[$library]} is the newest allowed:" >&2
            nm -D "$(find "$folder" -name "$file")" | sed -n "s/@${library}_$version$//p" >&2
        done < <(versions "$library")
    done
    [[ $is_old ]] || fail "this would not run on the oldest systems (glibc ${oldest[GLIBC]}): build on" \
        "Debian 12, or replace the symbols above as Sources/COlderGlibc does"
}

copy_libraries
note_linked
check_versions
echo "glibc $(versions GLIBC | awk 'END { print $1 }') and libstdc++ (GLIBCXX) $(versions GLIBCXX | awk 'END { print $1 }')"
