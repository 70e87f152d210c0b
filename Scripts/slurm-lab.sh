#!/usr/bin/env bash
# A throw-away Slurm cluster on this machine, for tests: a controller, two nodes (lab1, lab2) and a munge daemon, all on
# loopback and all in one folder, without root, systemd, control groups, accounting and GPUs.
#
#   SLURM_LAB=/absolute/folder Scripts/slurm-lab.sh start|stop|status
#
# After start, SLURM_CONF=$SLURM_LAB/slurm.conf makes Slurm's commands use it. Jobs of the partition urgent end those of
# main. SLURM_LAB_PORT (36817) is the first of three ports. A start repairs what was killed; a stop leaves nothing.
# Needs the packages slurmctld, slurmd, slurm-client and munge. Exit codes: 0 done, 1 failed, 2 wrong use, 3 not all up.
set -uo pipefail
umask 022
PATH=$PATH:/usr/sbin:/sbin

# What the environment says of another cluster.
for name in $(compgen -e | grep -E '^(SLURM|SBATCH|SRUN|SQUEUE|SCANCEL|SINFO)_' | grep -v '^SLURM_LAB'); do
    unset "$name"
done

lab=${SLURM_LAB-}
lab=${lab%/}
port=${SLURM_LAB_PORT:-36817}
nodes=2
[[ $lab =~ ^/[A-Za-z0-9_./+-]+$ ]] ||
    { echo "SLURM_LAB must be an absolute path of letters, digits and _ . / + -" >&2; exit 2; }
(( ${#lab} <= 80 )) || { echo "SLURM_LAB is too long for the path of a socket" >&2; exit 2; }
run=$lab/run
log=$lab/log
export SLURM_CONF=$lab/slurm.conf

daemons=(slurmd-lab1 slurmd-lab2 slurmctld munged)

# The process of a daemon of this lab, if it lives: its command line names our folder.
process_of() {
    local process
    process=$(cat "$run/$1.pid" 2>/dev/null) && [[ $process =~ ^[0-9]+$ ]] &&
        tr '\0' ' ' 2>/dev/null <"/proc/$process/cmdline" | grep -qF "$lab/" && echo "$process"
}

# Waits at most $1 seconds until a command succeeds.
wait_for() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        (( SECONDS < end )) || return 1
        sleep 0.2
    done
}

is_gone() { [[ -z $(tr -d '\0' 2>/dev/null <"/proc/$1/cmdline") ]]; }  # a zombie has no command line

answers() { timeout 3 scontrol ping | grep -q 'is UP'; }

nodes_are_up() { (( $(timeout 3 sinfo -h -N -t idle,alloc,mix -o %N | sort -u | wc -l) == nodes )); }

has_no_jobs() { [[ -z $(timeout 3 squeue -h -o %A || echo unknown) ]]; }

# The processes that run this lab's jobs, which outlive their slurmd: a log in our folder is open in them.
steps() {
    local folder
    for folder in /proc/[0-9]*; do
        [[ $(cat "$folder/comm" 2>/dev/null) == slurmstepd ]] &&
            find "$folder/fd" -lname "$log/*" 2>/dev/null | grep -q . && echo "${folder#/proc/}"
    done
}

offspring() {
    local child
    for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do
        echo "$child"
        offspring "$child"
    done
}

# Short times, so that tests need not wait: without cred_expire every requeue waits two minutes.
write_configuration() {
    local host user
    host=$(hostname -s)
    user=$(id -un)
    cat >"$SLURM_CONF" <<END
ClusterName=lab
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$run/munge.sock,cred_expire=10
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmctldPidFile=$run/slurmctld.pid
SlurmctldLogFile=$log/slurmctld.log
StateSaveLocation=$lab/state
SlurmdParameters=config_overrides
SlurmdPidFile=$run/slurmd-%n.pid
SlurmdLogFile=$log/slurmd-%n.log
SlurmdSpoolDir=$lab/spool-%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=bf_interval=2,sched_interval=2,sched_min_interval=0
PreemptType=preempt/partition_prio
PreemptMode=CANCEL
AccountingStorageType=accounting_storage/none
EnforcePartLimits=ALL
ReturnToService=2
MailProg=/bin/true
MessageTimeout=5
SlurmctldTimeout=10
SlurmdTimeout=10
InactiveLimit=0
KillWait=3
MinJobAge=300
NodeName=lab[1-$nodes] NodeHostName=$host NodeAddr=127.0.0.1 Port=[$((port + 1))-$((port + nodes))] CPUs=4 RealMemory=10000
PartitionName=main Nodes=ALL Default=YES MaxTime=1-00:00:00 State=UP DefMemPerCPU=100 PriorityTier=1
PartitionName=urgent Nodes=ALL MaxTime=INFINITE State=UP DefMemPerCPU=100 PriorityTier=10
END
}

start() {
    local name
    for name in munged slurmctld slurmd scontrol; do
        command -v $name >/dev/null || { echo "$name is missing" >&2; return 1; }
    done
    mkdir -p "$run" "$log" "$lab/state" "$lab"/spool-lab{1,2} && (umask 077; mkdir -p "$lab/munge") || return 1
    [[ -n $(process_of slurmctld) ]] || write_configuration
    [[ -s $lab/munge/key ]] || (umask 077; head -c 128 /dev/urandom >"$lab/munge/key") || return 1
    if [[ -z $(process_of munged) ]]; then
        rm -f "$run/munged.pid"
        munged --force --key-file="$lab/munge/key" --socket="$run/munge.sock" --pid-file="$run/munged.pid" \
            --log-file="$lab/munge/munged.log" --seed-file="$lab/munge/seed" >>"$log/start.out" 2>&1 || return 1
    fi
    if [[ -z $(process_of slurmctld) ]]; then
        rm -f "$run/slurmctld.pid"
        slurmctld -f "$SLURM_CONF" </dev/null >>"$log/start.out" 2>&1 || return 1
    fi
    wait_for 20 answers || { tail -n 5 "$log/slurmctld.log" >&2; return 1; }
    for name in lab1 lab2; do
        [[ -z $(process_of "slurmd-$name") ]] || continue
        rm -f "$run/slurmd-$name.pid"
        slurmd -f "$SLURM_CONF" -N "$name" </dev/null >>"$log/start.out" 2>&1 || return 1
    done
    # What an earlier life has left of a node.
    timeout 5 scontrol update nodename="lab[1-$nodes]" state=resume >/dev/null 2>&1
    wait_for 30 nodes_are_up || { tail -n 5 "$log/slurmd-lab1.log" >&2; return 1; }
}

stop() {
    [[ -d $run ]] || return 0
    local name process jobs processes=()
    if answers; then
        jobs=$(timeout 5 squeue -h -o %A 2>/dev/null)
        # shellcheck disable=SC2086  # several numbers
        [[ -z $jobs ]] || timeout 10 scancel $jobs >/dev/null 2>&1
        wait_for 10 has_no_jobs
    fi
    for process in $(steps); do
        processes+=("$process")
        mapfile -t -O ${#processes[@]} processes < <(offspring "$process")
    done
    (( ${#processes[@]} == 0 )) || kill -KILL "${processes[@]}" 2>/dev/null
    for name in "${daemons[@]}"; do
        process=$(process_of "$name") || continue
        kill -TERM "$process" 2>/dev/null
        wait_for 8 is_gone "$process" || { kill -KILL "$process" 2>/dev/null; wait_for 3 is_gone "$process"; }
        rm -f "$run/$name.pid"
    done
    [[ -z $(for name in "${daemons[@]}"; do process_of "$name"; done; steps) ]]
}

status() {
    local name process code=0
    for name in "${daemons[@]}"; do
        process=$(process_of "$name") && echo "$name: process $process" || { echo "$name: down"; code=3; }
    done
    return $code
}

case ${1-} in
    start) start || { echo "the lab does not start; its logs are in $log" >&2; stop; exit 1; } ;;
    stop) stop || { echo "something of the lab is still there" >&2; exit 1; } ;;
    status) status ;;
    *) echo "use: SLURM_LAB=/absolute/folder $0 start|stop|status" >&2; exit 2 ;;
esac
