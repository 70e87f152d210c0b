#!/usr/bin/env python3
"""Makes dist/release-VERSION of what `make dist` and `make wheel` have made: all that is published of a version.

It holds the folder as an archive, the wheel, the change log's part on this version, an SBOM (SPDX 2.3), and SHA256SUMS
of these. The SBOM is checked with spdx-tools from PyPI, in an environment of its own.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPDX_TOOLS = "spdx-tools==0.8.5"


def sha256(path: Path) -> str:
    """The checksum of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def number(pattern: str, path: str) -> str:
    """The version that a pattern finds in a file of the sources."""
    return re.search(pattern, (ROOT / path).read_text(), re.MULTILINE)[1]


def notes(version: str) -> str:
    """The part of the change log on a version."""
    text = (ROOT / "CHANGELOG.md").read_text()
    found = re.search(rf"^## \[{re.escape(version)}\].*?(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if not found:
        sys.exit(f"release: CHANGELOG.md has no part on {version}: write one, beginning with '## [{version}]'")
    heading, rest = found[0].split("\n", 1)
    if "unreleased" in heading:
        print(f"release: CHANGELOG.md calls {version} unreleased: put its date there first", file=sys.stderr)
    return "# segnas3d " + heading.removeprefix("## ").replace("[", "").replace("]", "") + "\n" + rest


def commit_date() -> datetime:
    """When the commit was made that is released: the same commit gives the same archive and SBOM."""
    seconds = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    return datetime.fromtimestamp(int(seconds), timezone.utc)


def archive(folder: Path, path: Path, date: datetime) -> None:
    """Packs a folder, so that equal folders make equal archives."""
    subprocess.run(
        ["tar", "-C", folder.parent, "--sort=name", f"--mtime={date:%Y-%m-%d %H:%M:%SZ}", "--owner=0", "--group=0"]
        + ["--numeric-owner", "--mode=go-w", "--xz", "-cf", path, folder.name],
        check=True,
    )


class Bill:
    """An SBOM: documents of SPDX 2.3 as JSON."""

    def __init__(self, version: str, date: datetime) -> None:
        self.version = version
        self.packages: list[dict] = []
        self.relationships: list[dict] = []
        self.licenses: list[dict] = []
        self.created = date.strftime("%Y-%m-%dT%H:%M:%SZ")
        pins = json.loads((ROOT / "Package.resolved").read_text())["pins"]
        self.places = {pin["location"].removesuffix(".git").rsplit("/", 1)[1]: pin["location"] for pin in pins}

    def add(self, name: str, version: str, license: str, purl: str | None, **more: object) -> str:
        """Adds a package, and returns its identifier."""
        identifier = "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", more.get("packageFileName") or name)
        package = {
            "SPDXID": identifier,
            "name": name,
            "versionInfo": version,
            "downloadLocation": "NOASSERTION",
            "filesAnalyzed": False,
            "licenseConcluded": "NOASSERTION",
            "licenseDeclared": license,
            "copyrightText": "NOASSERTION",
            **more,
        }
        if purl:
            reference = {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}
            package["externalRefs"] = [reference]
        self.packages.append(package)
        return identifier

    def relate(self, one: str, kind: str, other: str) -> None:
        """Adds a relationship of two packages."""
        self.relationships.append({"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other})

    def add_component(self, kind: str, name: str, version: str, text: Path) -> str:
        """Adds a line of components.tsv: its licence is the text that is shipped with it."""
        license = "LicenseRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)
        self.licenses.append(
            {"licenseId": license, "name": f"licences of {name}", "extractedText": text.read_text(errors="replace")}
        )
        place = self.places.get(name, "").removesuffix(".git").removeprefix("https://")
        purl = {
            "debian": f"pkg:deb/debian/{name}@{version.replace('+', '%2B').replace(':', '%3A')}?arch=amd64",
            "pypi": f"pkg:pypi/{name}@{version}",
            "swift": f"pkg:swift/{place}@{version}" if place else None,
        }[kind]
        return self.add(name, version, license, purl)

    def document(self) -> dict:
        """The whole document."""
        digest = hashlib.sha256(json.dumps(self.packages, sort_keys=True).encode()).hexdigest()
        return {
            "spdxVersion": "SPDX-2.3",
            "dataLicense": "CC0-1.0",
            "SPDXID": "SPDXRef-DOCUMENT",
            "name": f"segnas3d-{self.version}",
            "documentNamespace": f"https://spdx.org/spdxdocs/segnas3d-{self.version}-{digest[:32]}",
            "creationInfo": {"created": self.created, "creators": [f"Tool: segnas3d-release-{self.version}"]},
            "packages": self.packages,
            "relationships": self.relationships,
            "hasExtractedLicensingInfos": self.licenses,
        }


def bill(version: str, artefacts: list[Path], licenses: Path, date: datetime) -> dict:
    """What is inside of the artefacts, which hold the same, and what they need."""
    result = Bill(version, date)
    torch = number(r"^torch==(\S+)", "Scripts/libtorch.txt")
    needed = result.add("torch", torch, "NOASSERTION", f"pkg:pypi/torch@{torch}", comment="Needed, and not inside.")
    lines = [line.split("\t") for line in (licenses / "components.tsv").read_text().splitlines()]
    inside = [result.add_component(kind, name, number, licenses / text) for kind, name, number, text in lines]
    for artefact in artefacts:
        checksum = {"algorithm": "SHA256", "checksumValue": sha256(artefact)}
        itself = result.add(
            "segnas3d", version, "Apache-2.0", None, packageFileName=artefact.name, checksums=[checksum]
        )
        result.relate("SPDXRef-DOCUMENT", "DESCRIBES", itself)
        result.relate(itself, "DEPENDS_ON", needed)
        for component in inside:
            result.relate(itself, "CONTAINS", component)
    return result.document()


def check(path: Path) -> None:
    """Fails if an SBOM is not valid."""
    environment = ROOT / ".build/spdx"
    python = environment / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", SPDX_TOOLS], check=True)
    subprocess.run([environment / "bin/pyspdxtools", "--infile", path, "--version", "SPDX-2.3"], check=True)


def main() -> None:
    """Makes the release, whole or not at all, and says what it holds."""
    version = number(r'let version = "(.*)"', "Sources/Experiments/Version.swift")
    folder = ROOT / f"dist/segnas3d-{version}-linux-x86_64"
    wheel = ROOT / f"dist/segnas3d-{version}-py3-none-manylinux_2_34_x86_64.whl"
    release = ROOT / f"dist/release-{version}"
    for path in (folder, wheel):
        if not path.exists():
            sys.exit(f"release: {path.relative_to(ROOT)} is missing: make release, which makes it")
    date = commit_date()
    partial = release.with_suffix(release.suffix + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        packed = partial / f"{folder.name}.tar.xz"
        archive(folder, packed, date)
        shutil.copy(wheel, partial)
        (partial / "RELEASE-NOTES.md").write_text(notes(version))
        sbom = partial / f"segnas3d-{version}.spdx.json"
        document = bill(version, [packed, partial / wheel.name], folder / "licenses", date)
        sbom.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
        check(sbom)
        sums = [f"{sha256(path)}  {path.name}\n" for path in sorted(partial.iterdir())]
        (partial / "SHA256SUMS").write_text("".join(sums))
        shutil.rmtree(release, ignore_errors=True)
        partial.rename(release)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    for path in sorted(release.iterdir()):
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)  # what failed has said why
