#!/bin/sh
# Starts segnas3d with the libtorch in folder LIBTORCH, by default `libtorch` beside this file. A
# program that lacks a library does not start, so only a script can say what to do.

here=$(dirname "$(readlink -f "$0")")
torch=${LIBTORCH:-$here/libtorch}

found=$(sed -n "s/^__version__ = '\([^+']*\).*/\1/p" "$torch/version.py" 2>/dev/null)
if [ "$found" != @TORCH@ ] || [ ! -e "$torch/lib/libtorch_cpu.so" ]; then
    echo "segnas3d: libtorch @TORCH@ is needed in $torch (found: ${found:-none});" \
        "$here/INSTALL.txt says how to get it." >&2
    exit 1
fi

# Resolved, so that a relative LIBTORCH holds in other folders; first, as the rest may name another.
LD_LIBRARY_PATH=$(readlink -f "$torch")/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
exec "$here/bin/segnas3d" "$@"
