#!/usr/bin/env python3
"""Compiles Sources/CTorch/Kernels for several kinds of GPUs, and tells the registers that each kernel takes.

The argument is a folder with NVIDIA's compiler for run time. A kernel whose registers do not suffice keeps numbers in
memory, and is slow: the exit code is 1 then.
"""

import ctypes
import re
import sys
from pathlib import Path

KERNELS = Path(__file__).resolve().parent.parent / "Sources/CTorch/Kernels"
ARCHITECTURES = ["sm_75", "sm_80", "sm_90", "sm_120"]
PATTERN = re.compile(
    r"Compiling entry function '(\w+)'.*?(\d+) bytes spill stores.*?Used (\d+) registers", re.DOTALL
)


def library(folder: Path) -> ctypes.CDLL:
    """The compiler, which finds its second library only if that is open already."""
    for path in folder.glob("libnvrtc-builtins.so.*"):
        ctypes.CDLL(str(path))
    return ctypes.CDLL(str(next(folder.glob("libnvrtc.so.*"))))


def compiler_log(nvrtc: ctypes.CDLL, source: Path, architecture: str) -> str:
    """What the compiler tells of a file of kernels."""

    def array(items: list[bytes]) -> ctypes.Array:
        return (ctypes.c_char_p * len(items))(*items)

    headers = sorted(KERNELS.glob("*.h"))
    program = ctypes.c_void_p()
    nvrtc.nvrtcCreateProgram(
        ctypes.byref(program), source.read_bytes(), source.name.encode(), len(headers),
        array([header.read_bytes() for header in headers]), array([header.name.encode() for header in headers]),
    )
    options = [f"--gpu-architecture={architecture}", "--std=c++20", "--device-as-default-execution-space"]
    options.append("--ptxas-options=-v")
    failure = nvrtc.nvrtcCompileProgram(program, len(options), array([option.encode() for option in options]))
    size = ctypes.c_size_t()
    nvrtc.nvrtcGetProgramLogSize(program, ctypes.byref(size))
    log = ctypes.create_string_buffer(size.value)
    nvrtc.nvrtcGetProgramLog(program, log)
    nvrtc.nvrtcDestroyProgram(ctypes.byref(program))
    if failure:
        sys.exit(f"gpu-kernels: {source.name} is not compiled for {architecture}:\n{log.value.decode()}")
    return log.value.decode()


def main() -> None:
    """Prints a line for each kernel."""
    nvrtc = library(Path(sys.argv[1]))
    registers: dict[str, dict[str, str]] = {}
    spilling = []
    for architecture in ARCHITECTURES:
        for source in sorted(KERNELS.glob("*.cu")):
            for name, spilled, used in PATTERN.findall(compiler_log(nvrtc, source, architecture)):
                registers.setdefault(name, {})[architecture] = used
                if spilled != "0":
                    spilling.append(f"{name} ({architecture}, {spilled} bytes)")
    print(f"{'registers of a thread':32}" + "".join(f"{architecture:>8}" for architecture in ARCHITECTURES))
    for name, used in sorted(registers.items()):
        print(f"{name:32}" + "".join(f"{used.get(architecture, '-'):>8}" for architecture in ARCHITECTURES))
    if spilling:
        sys.exit("gpu-kernels: registers do not suffice for " + ", ".join(spilling))


if __name__ == "__main__":
    main()
