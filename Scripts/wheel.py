#!/usr/bin/env python3
"""Makes dist/segnas3d-VERSION-py3-none-manylinux_2_34_x86_64.whl of the release build and of Python/segnas3d.

The wheel holds what `make dist` ships, as Scripts/package.sh lays it out, without libtorch: pip brings that with PyTorch.
"""

import base64
import hashlib
import re
import stat
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TAG = "py3-none-manylinux_2_34_x86_64"  # Scripts/package.sh sees to it that this is true
LARGEST = 29 * 10**6
# The earliest date that a zip can hold: equal builds make equal wheels.
DATE = (1980, 1, 1, 0, 0, 0)


def number(pattern: str, path: str) -> str:
    """The version that a pattern finds in a file of the sources."""
    return re.search(pattern, (ROOT / path).read_text(), re.MULTILINE)[1]


def metadata(version: str, licenses: list[str]) -> str:
    """The text of METADATA."""
    torch = number(r"^torch==(\S+)", "Scripts/libtorch.txt")
    fields = [
        ("Metadata-Version", "2.4"),
        ("Name", "segnas3d"),
        ("Version", version),
        ("Summary", "Finds, trains and ships 3D segmentation networks for medical images"),
        ("License-Expression", "Apache-2.0"),
        *(("License-File", name) for name in licenses),
        ("Classifier", "Intended Audience :: Healthcare Industry"),
        ("Classifier", "Intended Audience :: Science/Research"),
        ("Classifier", "Operating System :: POSIX :: Linux"),
        ("Classifier", "Topic :: Scientific/Engineering :: Medical Science Apps."),
        ("Classifier", "Typing :: Typed"),
        ("Requires-Python", ">=3.10"),
        ("Requires-Dist", f"torch=={torch}"),
        ("Description-Content-Type", "text/markdown"),
    ]
    return "\n".join(f"{name}: {value}" for name, value in fields) + "\n\n" + (ROOT / "README.md").read_text()


def contents(version: str, package: Path) -> dict[str, bytes | Path]:
    """The files of the wheel by their names, but for RECORD; `package` is what Scripts/package.sh has made."""
    info = f"segnas3d-{version}.dist-info"
    files: dict[str, bytes | Path] = {}
    for path in sorted((ROOT / "Python/segnas3d").iterdir()):
        if path.suffix == ".py" or path.name == "py.typed":
            files[f"segnas3d/{path.name}"] = path
    files["segnas3d/_version.py"] = f'"""The version, which is the program\'s."""\n\n__version__ = "{version}"\n'.encode()
    for path in sorted([*package.glob("bin/*"), *package.glob("lib/*")]):
        files[f"segnas3d/_native/{path.relative_to(package)}"] = path
    licenses = {"LICENSE": ROOT / "LICENSE", **{path.name: path for path in sorted(package.glob("licenses/*"))}}
    files |= {f"{info}/licenses/{name}": path for name, path in licenses.items()}
    files[f"{info}/METADATA"] = metadata(version, list(licenses)).encode()
    files[f"{info}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: segnas3d {version}\nRoot-Is-Purelib: false\nTag: {TAG}\n".encode()
    )
    files[f"{info}/entry_points.txt"] = b"[console_scripts]\nsegnas3d = segnas3d._program:main\n"
    return files


def write(path: Path, files: dict[str, bytes | Path], record: str) -> None:
    """Writes a wheel, whose list of files has the name `record`."""
    lines = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:

        def add(name: str, data: bytes, is_program: bool) -> None:
            entry = zipfile.ZipInfo(name, DATE)
            entry.external_attr = (stat.S_IFREG | (0o755 if is_program else 0o644)) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)

        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.read_bytes()
            add(name, data, is_program="/_native/bin/" in name)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
            lines.append(f"{name},sha256={digest},{len(data)}")
        add(record, "\n".join([*lines, f"{record},,", ""]).encode(), is_program=False)


def main() -> None:
    """Makes the wheel, and says how large it is."""
    version = number(r'let version = "(.*)"', "Sources/Experiments/Version.swift")
    subprocess.run([ROOT / "Scripts/setup.sh", "patchelf"], check=True)
    target = ROOT / f"dist/segnas3d-{version}-{TAG}.whl"
    partial = target.with_suffix(".partial")
    target.parent.mkdir(exist_ok=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            package = subprocess.run(
                [ROOT / "Scripts/package.sh", folder], check=True, stdout=subprocess.PIPE, text=True
            )
            write(partial, contents(version, Path(folder)), record=f"segnas3d-{version}.dist-info/RECORD")
        size = partial.stat().st_size
        if size > LARGEST:
            sys.exit(f"wheel: it has {size / 1e6:.1f} MB, and {LARGEST / 1e6:.0f} are enough")
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    print(f"{target.relative_to(ROOT)}: {size / 1e6:.1f} MB, needs {package.stdout.strip()} or newer")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)  # what failed has said why
