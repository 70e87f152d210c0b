#!/usr/bin/env bash
# What the program does on an NVIDIA GPU: gpu_run.sh OUT [STAGES], beside app.tar.xz of gpu_pack.sh. Works in /tmp/gpu ($WORK).
# Every stage has limits of its own, writes a log, and lets the next one run whatever happens.
here=$(dirname "$(realpath "$0")"); back=$(mkdir -p "${1:-.}" && realpath "${1:-.}"); stages=${2:-facts doctor parity step oom exact search}
export PYTHONUNBUFFERED=1 WORK=${WORK:-/tmp/gpu} GPU=${GPU:-cuda:0}; out=$WORK/out; mkdir -p "$out"; cd "$WORK" || exit 1
py=$(command -v python3); export LIBTORCH=${LIBTORCH:-$($py -c 'import importlib.util as u;print(u.find_spec("torch").submodule_search_locations[0])')}
[ -d app ] || tar xJf "$here/app.tar.xz"; S=$WORK/app/bin/segnas3d
# PRELOAD=1 works around two faults of 2ccb1eb: it finds no GPU (asks libtorch before CUDA is loaded), and workers ask for memory before CUDA
# is initialized. A library, preloaded into the program and its workers, does both first. Not needed once these are repaired.
if [ -n "$PRELOAD" ]; then
  printf '%s\n' '#include <ATen/Context.h>' '__attribute__((constructor)) static void start() { try { at::globalContext().lazyInitDevice(c10::kCUDA); } catch (...) {} }' > start.cpp
  g++ -shared -fPIC -std=c++20 start.cpp -o libstart.so -I"$LIBTORCH/include" -L"$LIBTORCH/lib" -Wl,--no-as-needed -ltorch_cuda -ltorch_cpu -lc10 -Wl,-rpath,"$LIBTORCH/lib"
  printf '#!/bin/sh\nLD_PRELOAD=%s/libstart.so exec %s "$@"\n' "$WORK" "$S" > segnas3d; chmod +x segnas3d; S=$WORK/segnas3d; fi
export XDG_CACHE_HOME=$WORK/cache
n() { echo "{\"n\":$1,\"p\":3,\"sup\":0,\"res\":1,\"nodes\":3,\"ops\":[2,0,2]}" > n$1.json; }; n 8; n 16; n 26; n 32
sed 's/}/,"dropout":0}/' n8.json > p8.json  # masks of dropout are each device's own
now() { date +%s%3N; }
at() { local limit=$1 t0 rc; shift; t0=$(now); timeout -k 5 "$limit" "$@"; rc=$?; echo "[rc $rc, $(( $(now) - t0 )) ms: $(echo "$*" | sed "s#$WORK/##g;s#app/bin/##" | cut -c1-170)]" >&3; return $rc; }
epochs() { $py "$here/gpu_log.py" "$@"; }
used() { awk -F', *' -v a="$1" '$1 >= a { if ($4 > m) m = $4; if ($2 > u) u = $2; s += $2; c++ } END { printf "GPU memory at most %d MiB, utilization at most %d %%, mean %d %%\n", m, u, s / (c ? c : 1) }' "$out/smi.csv"; }
stamp() { date '+%Y/%m/%d %H:%M:%S'; }
make_data() { $S phantom d64 --cases 12 --size 64 --seed 1; $S phantom d128 --cases ${CASES128:-18} --size ${SIZE:-128} --seed 2 --structures 19; }
data() { wait "$maker"; ls d64 d128 | head -4; }
facts() { nvidia-smi -L; nvidia-smi --query-gpu=driver_version,memory.total,mig.mode.current --format=csv,noheader; ldd --version | head -1; nproc; grep -m1 'model name' /proc/cpuinfo; cat app/commit
  at 60 $py -c 'import torch,time;print(torch.__version__,torch.backends.cudnn.version(),torch.cuda.get_device_name());a=torch.empty(1<<30,dtype=torch.float32,device="cuda");b=a.clone()
def t(f):
 f();torch.cuda.synchronize();s=time.time();[f() for _ in range(10)];torch.cuda.synchronize();return (time.time()-s)/10
print("copy TB/s",2*4*(1<<30)/t(lambda:b.copy_(a))/1e12);x=torch.randn(8192,8192,device="cuda").bfloat16();print("bf16 TFLOP/s",2*8192**3/t(lambda:x@x)/1e12)'; }
doctor() { at 60 $S doctor; at 30 $S doctor --json > "$out/doctor.json"; at 20 $S train d64 --network unet3d --size 32 --output x --device cuda:9; at 20 env CUDA_VISIBLE_DEVICES= $S doctor | grep -i -A3 gpu; }
# The same three epochs on both: float32 without augmentation and dropout. Then a model that has learned something, used on both.
parity() { data; local c="--network p8.json --size 32 --epochs 3 --batch 3 --no-augmentation --seed 7 --quiet" r
  at 100 $S train d64 $c --precision float32 --device cpu --output p-cpu > "$out/p-cpu.txt"
  at 60 $S train d64 $c --precision float32 --device $GPU --output p-tf32 > "$out/p-tf32.txt"
  at 60 env NVIDIA_TF32_OVERRIDE=0 $S train d64 $c --precision float32 --device $GPU --output p-f32 > "$out/p-f32.txt"
  at 60 $S train d64 $c --precision bfloat16 --device cpu --output p-cpubf > "$out/p-cpubf.txt"
  at 60 $S train d64 $c --precision bfloat16 --device $GPU --output p-bf > "$out/p-bf.txt"
  for r in p-cpu p-f32 p-tf32 p-cpubf p-bf; do epochs $r 2; cp $r/log.jsonl "$out/$r.jsonl"; done
  at 60 $S train d64 --network n8.json --size ${XSIZE:-64} --epochs ${MEPOCHS:-60} --batch 3 --device $GPU --quiet --output m > "$out/m.txt"; epochs m 2; cp m/log.jsonl "$out/m.jsonl"
  at 60 $S predict m d64/imagesTr --output q-cpu --device cpu --precision float32 --quiet
  at 60 $S predict m d64/imagesTr --output q-tf32 --device $GPU --precision float32 --quiet
  at 60 env NVIDIA_TF32_OVERRIDE=0 $S predict m d64/imagesTr --output q-f32 --device $GPU --precision float32 --quiet
  at 60 $S predict m d64/imagesTr --output q-bf --device $GPU --precision bfloat16 --quiet
  for r in f32 tf32 bf; do at 60 $S evaluate --references q-cpu --predictions q-$r --json > "$out/eval-$r.json"; $py -c 'import json,sys;d=json.load(open(sys.argv[1]));print(sys.argv[1][-14:],"Dice with the prediction of the CPU",d["foreground_mean"]["Dice"],"least of a label",min(v["Dice"] for v in d["mean"].values() if v.get("Dice") is not None))' "$out/eval-$r.json"; done
  $py -c 'import json;d=json.load(open("'"$out"'/eval-bf.json"));print(list(d))' ; }
# The log's seconds leave out the backward pass of an epoch's last step (2ccb1eb): 4 steps an epoch are up to a third too few. CASES128=60 helps.
# Full size: seconds a step, share of it that waits for data, memory. 12 cases to train, 4 steps an epoch, 6 to validate.
one() { local name=$1 net=$2 since; shift 2; sleep 1.2; since=$(stamp); at 80 $S train d128 --network $net.json --size ${SIZE:-128} --epochs ${EPOCHS:-6} --batch 3 --split 67/33/0 --device $GPU --output s-$name --quiet "$@" > "$out/s-$name.txt"; used "$since"; epochs s-$name $(( ${CASES128:-18} * 2 / 9 )); cp s-$name/log.jsonl "$out/s-$name.jsonl"; }
step() { data > /dev/null; one n16 n16; one n32 n32; one n8 n8; one n26 n26; one n16-plain n16 --no-augmentation; TORCH_CUDNN_USE_HEURISTIC_MODE_B=1 one n16-modeB n16 --no-augmentation; one n16-again n16 --no-augmentation
  at 30 $S bench augment --size 128 --threads 1; du -sh s-n16/checkpoints s-n32/checkpoints; }
# Too large: exit code 4 and a sentence. With limits of the allocator: networks fit, cuDNN's workspace may not. With a card that others fill.
oom() { data > /dev/null; local f jobs=
  at 80 $S train d128 --network n32.json --size ${SIZE:-128} --epochs 1 --batch 12 --split all --device $GPU --precision float32 --output o-big --quiet
  for f in 0.03 0.05 0.07 0.08 0.09 0.10 0.11 0.12; do (at 60 env PYTORCH_ALLOC_CONF=per_process_memory_fraction:$f $S train d128 --network n16.json --size ${SIZE:-128} --epochs 1 --split all --no-augmentation --threads 2 --device $GPU --output o-$f --quiet > o-$f.txt 2>&1) & jobs="$jobs $!"; done; wait $jobs; for f in o-0*.txt; do cat $f | cut -c1-600; done; cp o-0*.txt "$out"
  at 60 $S train d128 --network n16.json --size ${SIZE:-128} --epochs 1 --split all --no-augmentation --memory-limit 4GiB --device $GPU --output o-limit --quiet
  $py -c 'import torch,time;f,_=torch.cuda.mem_get_info();x=torch.empty(f-(6<<30),dtype=torch.uint8,device="cuda");open("hog","w");time.sleep(40)' & local hog=$!; for f in $(seq 80); do [ -e hog ] && break; sleep 0.3; done; at 40 $S train d128 --network n16.json --size ${SIZE:-128} --epochs 1 --split all --no-augmentation --device $GPU --output o-full --quiet; kill $hog; wait $hog 2> /dev/null; rm -f hog; }
# The same seed twice, and interrupted: is the GPU's result the same?
exact() { data > /dev/null; local c="d64 --network n16.json --size ${XSIZE:-64} --epochs ${XEPOCHS:-20} --device $GPU --seed 3 --quiet" r
  for r in a b; do at 40 $S train $c --output e$r > "$out/e$r.txt"; epochs e$r 2 | tail -1; cp e$r/log.jsonl "$out/e$r.jsonl"; done
  cmp ea/model/weights.safetensors eb/model/weights.safetensors && echo "two runs: identical"
  timeout -k 5 40 $S train $c --output ec > "$out/ec.txt" 2>&1 & r=$!; for i in $(seq 400); do [ "$(cat ec/log.jsonl 2> /dev/null | wc -l)" -ge 3 ] && break; sleep 0.05; done
  kill $r; wait $r; echo "interrupted: exit code $?, $(wc -l < ec/log.jsonl) epochs"; at 40 $S train $c --output ec > "$out/ec2.txt"; epochs ec 2 | tail -1; cmp ea/model/weights.safetensors ec/model/weights.safetensors && echo "interrupted: identical"; }
# Two workers on one card, of which one is killed.
search() { data > /dev/null; (at 110 $S search d64 --space segnas4 --size ${XSIZE:-64} --iterations ${ITERATIONS:-10} --population 5 --epochs 6 --workers 2 --device $GPU --output st --quiet > st.txt 2>&1) & local job=$! pid i
  for i in $(seq 200); do pid=$(ps -eo pid,args | awk '/worker --trial 3 / && !/awk/ {print $1; exit}'); [ -n "$pid" ] && break; sleep 0.1; done; sleep 1.5; nvidia-smi --query-compute-apps=pid,used_memory --format=csv,noheader; nvidia-smi --query-gpu=memory.used --format=csv,noheader
  [ -z "$pid" ] || { kill -9 "$pid" && echo "killed $pid"; }; wait $job; cat st.txt | cut -c1-1500; at 20 $S status st; at 20 $S status st --json > "$out/status.json"; find st -name 'log*' | head -40 | tar cf "$out/st-logs.tar" -T - 2> /dev/null; cat st/trials/000003/log; tail -n 2 -q st/trials/*/log;  }
kernels() { (cd "$here" && at 60 $py gpu_kernels.py); }
ops() { (cd "$here"; at 60 $py gpu_ops.py heuristics > "$out/ops-h.txt" 2>&1; at 100 $py gpu_ops.py benchmark > "$out/ops-b.txt" 2>&1); cat "$out"/ops-h.txt "$out"/ops-b.txt; }
peers() { for m in "bf16-cl-eager:16 bf16-cl-eager:32 bf16-cf-eager:16" "bf16-cl-eager-bench:16 bf16-cl-graph-bench:16 bf16-cl-eager-bench:32 bf16-cl-graph-bench:32 bf16-cl-eager-bench:8 bf16-cl-graph-bench:8 bf16-cl-eager-bench:26 bf16-cl-graph-bench:26 bf16-cf-eager-bench:16 bf16-cf-eager-bench:32"; do at ${LIMIT:-70} $py "$here/gpu_step.py" $m 2>> "$out/peers.err"; done | tee -a "$out/peers.jsonl" | cut -c1-330; }
compiled() { at ${LIMIT:-130} $py "$here/gpu_step.py" bf16-cl-compile-bench:16 bf16-cl-compile-graph-bench:16 bf16-cl-compile-bench:32 bf16-cl-compile-graph-bench:32 bf16-cl-compile-graph-bench:8 bf16-cl-compile-graph-bench:26 bf16-cf-compile-graph-bench:16 2>> "$out/peers.err" | tee -a "$out/peers.jsonl" | cut -c1-330; }
nvidia-smi --query-gpu=timestamp,utilization.gpu,utilization.memory,memory.used,power.draw,clocks.sm --format=csv,noheader,nounits -lms 250 >> "$out/smi.csv" 2> /dev/null & watcher=$!
if [ -d d128 ]; then true & else make_data > "$out/data.log" 2>&1 & fi; maker=$!
pack() { tar czf "$back/all.tgz" -C "$out" .; }
trap 'pack; kill $watcher 2> /dev/null' EXIT; trap 'exit 124' TERM
# Without a GPU that the program can use nothing of it is worth the time.
case " $stages " in *" doctor "*) [ "$GPU" = cpu ] || $S doctor 2>&1 | grep -q "cuda:0" || { echo "the program cannot use the GPU"; $S doctor; stages=; };; esac
for s in $stages; do [ $SECONDS -ge ${DEADLINE:-560} ] && { echo "no time for $s"; continue; }; echo "=== $s $(date +%T)"; $s > "$out/$s.log" 2>&1 3>&1; cut -c1-700 "$out/$s.log"; pack; done; echo "=== end $(date +%T)"
