#!/usr/bin/env bash
# Shows in ten minutes whether the program is right and fast on a machine's NVIDIA GPU, beside PyTorch on the same GPU.
#
#   Scripts/gpu-check.sh pack       after make build: dist/gpu-check.tar.xz with the program and this check
#   gpu-check/run OUT [STAGES]      where that was unpacked: needs python3 with PyTorch 2.11.0 and CUDA, nothing else
#
# OUT/figures.json holds the figures, and what was required of them; the exit code is 1 if something is not as required.
# In the environment: PYTHON (python3), DEVICE (cuda:0), SECONDS_LEFT (590), WORK (a temporary folder) and PROGRAM (the one
# beside this file). DEVICE=cpu puts the CPU in the GPU's place, on small images: to try the check itself. What needs an
# NVIDIA driver is left out then.
set -uo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")

# MARK: - Packing

pack() {
    set -e
    cd "$here/.."
    Scripts/dist.sh
    local folder name
    folder=$(find dist -maxdepth 1 -type d -name 'segnas3d-*-linux-x86_64' | sort -V | tail -n 1)
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    mkdir -p "$work/gpu-check"
    cp -r "$folder" "$work/gpu-check/program"
    cp Scripts/gpu-check.sh "$work/gpu-check/run"
    cp Scripts/gpu-check/*.py "$work/gpu-check"
    git rev-parse HEAD > "$work/gpu-check/commit"
    name=dist/gpu-check.tar.xz
    tar -C "$work" -cf - gpu-check | xz -T2 > "$name"
    local size
    size=$(stat -c %s "$name")
    (( size < 64 << 20 )) || { echo "$name has $((size >> 20)) MiB, and less than 64 are wanted" >&2; exit 1; }
    echo "$name: $((size >> 20)) MiB"
}

if [[ ${1:-} == pack ]]; then pack; exit; fi
if [[ ${1:-} == "" || ${1:-} == -* ]]; then sed -n '2,/^set /{s/^# \{0,1\}//;/^set /d;p}' "${BASH_SOURCE[0]}"; exit 2; fi

# MARK: - What the stages share

mkdir -p "$1" && out=$(realpath "$1") || exit 1
stages=${2:-facts self-test parity steps determinism memory search space peers}
python=${PYTHON:-python3}
device=${DEVICE:-cuda:0}
deadline=${SECONDS_LEFT:-590}
program=${PROGRAM:-$here/program/segnas3d}
tools=$here
[[ ! -d $here/gpu-check ]] || tools=$here/gpu-check  # in a clone of the sources
work=${WORK:-$(mktemp -d)}
[[ -n ${WORK:-} ]] || trap 'rm -rf "$work"' EXIT
[[ -n ${LIBTORCH:-} ]] || LIBTORCH=$("$python" -c 'import torch; print(torch.__path__[0])') || exit 1
export LIBTORCH PYTHONUNBUFFERED=1 XDG_CACHE_HOME=$work/cache
mkdir -p "$work" && cd "$work" || exit 1
: > "$out/figures.jsonl"

if [[ $device == cpu ]]; then
    size=32 batch=2 widths="8" small=32 epochs=60 limit=8MiB fits=4GiB cases=10 points=2 side=16
else
    size=128 batch=3 widths="16 21 26 32" small=64 epochs=60 limit=1GiB fits=40GiB cases=43 points=12 side=128
fi

left() { echo $((deadline - SECONDS)); }

# at LIMIT COMMAND…: runs it, for LIMIT seconds at most or as long as there is time; its exit code, time and words are
# in the log.
at() {
    local limit=$1 begin=$EPOCHREALTIME code
    shift
    (( limit < $(left) )) || limit=$(left)
    (( limit > 0 )) || { echo "no time for $*"; return 124; }
    timeout -k 5 "$limit" "$@"
    code=$?
    echo "[exit $code after $("$python" -c "print(round($EPOCHREALTIME - $begin, 1))") s: $*]" >> "$out/commands.log"
    return "$code"
}

figures() { "$python" "$tools/figures.py" "$out" "$@"; }

# expect NAME WANTED FOUND: a requirement that is met if both are the same.
expect() { figures require "$stage" "$@"; }

network() { echo "{\"n\": $1, \"p\": ${2:-3}, \"sup\": 0, \"res\": 1, \"nodes\": 3, \"ops\": [2, 0, 2]${3:-}}"; }
for n in 8 $widths 256; do network "$n" > "n$n.json"; done
network 8 2 ', "dropout": 0' > plain.json  # masks of dropout are each device's own
network 8 2 > dropped.json

# Images are resized where larger ones are needed.
images() { [[ -d images ]] || at 60 "$program" phantom images --cases 12 --size 64 --seed 1 --structures 5 > /dev/null; }

train() { images; at 120 "$program" train images --quiet "$@"; }

# MARK: - The stages

facts() {
    [[ $device == cpu ]] || nvidia-smi --query-gpu=name,driver_version,memory.total,mig.mode.current --format=csv
    grep -m1 'model name' /proc/cpuinfo
    cat "$here/commit" 2> /dev/null
    at 60 "$python" "$tools/figures.py" "$out" facts "$device"
}

self-test() {
    at 90 "$program" doctor --device "$device" --json > "$out/doctor.json"
    expect "all operations are right" 0 $?
    [[ $device == cpu ]] && return
    ! grep "program's own are not used" "$out/doctor.json"
    expect "the program's own kernels are used" 0 $?
    at 30 "$program" train images --network unet3d --size 32 --output none --device cuda:99 2> absent.txt
    expect "a device that is not there is refused" 2 $?
    CUDA_VISIBLE_DEVICES= at 30 "$program" doctor > hidden.txt
    grep -q 'hides every GPU' hidden.txt
    expect "a GPU that is hidden is spoken of" 0 $?
}

# The same three epochs from the same weights, in float32 and without chance; then one model, used on both.
parity() {
    local -A where=([reference]=cpu [device]=$device)
    local role
    for role in reference device; do
        train --network plain.json --size 32 --epochs 3 --batch 3 --no-augmentation --precision float32 --seed 7 \
            --device "${where[$role]}" --output "losses-$role" > /dev/null
    done
    figures losses losses-reference losses-device 1e-3
    train --network dropped.json --size "$small" --epochs "$epochs" --batch 3 --device "$device" --output model \
        > /dev/null
    for role in reference device; do
        at 60 "$program" predict model images/imagesTr --precision float32 --device "${where[$role]}" --quiet \
            --output "labels-$role" > /dev/null
    done
    at 60 "$program" evaluate --references labels-reference --predictions labels-device --json > dice.json
    figures dice dice.json 0.999
}

steps() {
    local n type
    for n in $widths; do
        for type in bfloat16 float32; do
            [[ $type == float32 && $n != "${widths%% *}" ]] && continue
            at 60 "$program" bench train-step --device "$device" --size "$size" --batch "$batch" --n "$n" \
                --precision "$type" --json > step.json
            expect "a step at n $n in $type" 0 $?
            figures bench step.json
        done
    done
    # What the program's own kernels gain.
    SEGNAS3D_GPU_KERNELS=0 at 60 "$program" bench train-step --device "$device" --size "$size" --batch "$batch" \
        --n "${widths%% *}" --json > step.json
    figures bench step.json "by libtorch's operations"
    at 60 "$program" bench inference --device "$device" --size "$size" --n "${widths%% *}" --json > step.json
    figures bench step.json
    at 30 "$program" bench augment --size "$size" --threads 1 --json > step.json
    figures bench step.json
}

# The same seed twice, and once ended on the way.
determinism() {
    local options=(--network dropped.json --size "$small" --epochs 6 --seed 3 --device "$device") i
    train "${options[@]}" --output first > /dev/null
    train "${options[@]}" --output second > /dev/null
    cmp first/model/weights.safetensors second/model/weights.safetensors
    figures note determinism "two runs end with the same weights" "$([[ $? == 0 ]] && echo true || echo false)"
    "$program" train images --quiet "${options[@]}" --output ended > /dev/null 2>&1 &
    local job=$!
    for (( i = 0; i < 400; i++ )); do
        [[ $(wc -l 2> /dev/null < ended/log.jsonl || echo 0) -ge 2 ]] && break
        sleep 0.05
    done
    kill -TERM "$job" 2> /dev/null
    wait "$job"
    expect "a run that is asked to end says that it can be resumed" 130 $?
    train "${options[@]}" --output ended > /dev/null
    expect "it is resumed" 0 $?
    cmp first/model/weights.safetensors ended/model/weights.safetensors
    figures note determinism "so does a run that was interrupted" "$([[ $? == 0 ]] && echo true || echo false)"
}

memory() {
    local options=(--epochs 1 --split all --no-augmentation --device "$device" --size "$size")
    if [[ $device != cpu ]]; then
        train "${options[@]}" --network n256.json --batch 12 --precision float32 --output large > large.txt 2>&1
        expect "a network that is too large ends with exit code 4" 4 $?
        cat large.txt
    fi
    options+=(--network "n${widths##* }.json" --batch "$batch")
    train "${options[@]}" --memory-limit "$limit" --output limited > limited.txt 2>&1
    expect "one beyond --memory-limit does so too" 4 $?
    cat limited.txt
    train "${options[@]}" --memory-limit "$fits" --output fits > /dev/null
    expect "one within it is trained" 0 $?
}

# Two workers on one device, of which one is killed.
search() {
    images
    at 150 "$program" search images --space segnas4 --size 32 --iterations 7 --population 5 --epochs 2 --workers 2 \
        --device "$device" --output study --quiet > study.txt 2>&1 &
    local job=$! i process killed=1
    for (( i = 0; i < 600 && killed; i++ )); do
        kill -0 "$job" 2> /dev/null || break
        for process in /proc/[0-9]*; do
            [[ $(tr '\0' ' ' 2> /dev/null < "$process/cmdline") == *" worker $work/study "* ]] || continue
            kill -KILL "${process#/proc/}" && killed=0
            break
        done
        sleep 0.1
    done
    expect "a worker is killed" 0 "$killed"
    wait "$job"
    expect "a search ends well though a worker is killed" 0 $?
    tail -n 5 study.txt
    at 30 "$program" status study --json > status.json
    figures states status.json
}

# What a search of the paper takes: some of its networks are trained for two epochs.
space() {
    at 60 "$program" phantom scans --cases "$cases" --size "$side" --seed 2 --structures 19 > /dev/null
    at 200 "$program" search scans --space segnas11 --size "$side" --batch "$batch" --split 50/20/30 --sampler random \
        --effective-iterations "$points" --epochs 2 --device "$device" --output points --quiet > points.txt 2>&1
    expect "a search through the paper's largest space ends well" 0 $?
    tail -n 5 points.txt
    figures space points
}

peers() { at 240 "$python" "$tools/steps.py" "$out/figures.jsonl" "$device" "$size" "$batch" $widths; }

# MARK: - The run

for stage in $stages; do
    if (( $(left) < 10 )); then echo "no time for $stage"; figures note "$stage" "left out: no time" true; continue; fi
    echo "=== $stage, $(left) s left"
    "$stage" 2>&1 | tee "$out/$stage.log" | cut -c 1-300
done
figures end
