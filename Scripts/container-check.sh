#!/usr/bin/env bash
# Runs the lines after RUN of the Containerfile, with its files and environment, in a Debian made by debootstrap, where
# no registry of images answers; then trains and predicts there. Needs root, debootstrap and the wheel; 6 GB, minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() { echo "container-check: $*" >&2; exit 1; }

(( EUID == 0 )) || fail "this makes a root directory, and must be run as root."
release=$(sed -n 's|^FROM .*/debian:\([a-z]*\)-slim$|\1|p' Containerfile)
[[ $release ]] || fail "the Containerfile does not begin with FROM …/debian:RELEASE-slim."
ls dist/segnas3d-*.whl >/dev/null || fail "there is no wheel in dist: make wheel."

root=$(realpath .build)/container
trap 'rm -rf --one-file-system "$root"' EXIT
mkdir -p .build
rm -rf --one-file-system "$root"
debootstrap --variant=minbase "$release" "$root" >"$root.log" || fail "debootstrap failed: $(tail -n 3 "$root.log")"
cp /etc/resolv.conf "$root/etc/"
# Certificates and settings of pip of the machine that checks, which builders of images pass on as well.
mkdir -p "$root/usr/local/share/ca-certificates"
find /usr/local/share/ca-certificates -name '*.crt' -exec cp -t "$root/usr/local/share/ca-certificates" {} +
environment=(HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin)
while IFS= read -r variable; do
    environment+=("$variable")
done < <(env | grep -E '^(PIP_|[a-z]+_proxy=|[A-Z]+_PROXY=)')
# Its processes see each other alone, and its /proc goes with them.
run() {
    echo "container-check: $*"
    unshare --fork --pid --mount-proc="$root/proc" chroot "$root" \
        /usr/bin/env -i "${environment[@]}" /bin/sh -ec "$*" </dev/null
}

while read -r word rest; do
    case $word in
        RUN) run "$rest" ;;
        COPY)
            mkdir -p "$root${rest##* }"
            # shellcheck disable=SC2086  # a pattern
            cp ${rest% *} "$root${rest##* }" ;;
        ENV)
            for variable in $rest; do
                environment+=("${variable//\$PATH/\/usr\/sbin:\/usr\/bin:\/sbin:\/bin}")
            done ;;
        FROM | WORKDIR | ENTRYPOINT | '#'* | '') ;;
        *) fail "the Containerfile has $word, which this script does not know." ;;
    esac
done < Containerfile

run "cd /tmp && segnas3d phantom data --cases 5 --size 16 --structures 2"
run "cd /tmp && segnas3d train data --output run --epochs 1 --steps-per-epoch 2 --quiet"
run "cd /tmp && segnas3d predict run data/imagesTr --output labels --quiet && ls labels"
du -sh "$root/opt/segnas3d"
