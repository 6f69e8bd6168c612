#!/usr/bin/env python3
"""Holds the Dockerfile's stages against Cargo and the repository, without building: dockerfile.py

tests/packages/image.sh builds it.
"""

import json
import pathlib
import re
import shutil
import tempfile

from tools import ROOT, run

# From a folder that `tools` names.
from checks import Checks

checks = Checks()


def context(folder):
    """What the builder is sent: .dockerignore leaves out all that it does not name."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    names = [line[1:] for line in lines if line.startswith("!")]
    assert "*" in lines and names, lines
    for name in names:
        source, target = ROOT / name, pathlib.Path(folder) / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    return names


def stage(name):
    """The instructions of a stage, each on one line."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return re.search(rf"(?ms)^FROM \S+ AS {name}$(.*?)^FROM ", text).group(1)


@checks.check
def manifests(_subject):
    """Cargo finds every target of every package among the empty sources that the dependencies are built with."""
    (command,) = re.findall(r"(?m)^RUN (.*)", stage("manifests"))
    with tempfile.TemporaryDirectory() as folder:
        context(folder)
        run("sh", "-c", f"cd {folder} && {command}")
        found = cargo(folder)
        assert found == cargo(ROOT), found ^ cargo(ROOT)
        sources = list(pathlib.Path(folder).rglob("*.rs"))
        assert all(source.read_text() == "fn main() { }\n" for source in sources) and len(sources) > 5, sources


def cargo(folder):
    """The libraries and programs of all packages, by name."""
    said = run("cargo", "metadata", "--locked", "--offline", "--no-deps", "--format-version=1", "--manifest-path", f"{folder}/Cargo.toml")
    targets = [target for package in json.loads(said)["packages"] for target in package["targets"]]
    return {(target["name"], kind) for target in targets for kind in target["kind"] if kind in ["lib", "bin"]}


@checks.check
def complete(_subject):
    """The builder is sent every file that the program is compiled from."""
    with tempfile.TemporaryDirectory() as folder:
        names = context(folder)
    included = set()
    for file in [ROOT / "build.rs", *(ROOT / "src").rglob("*.rs"), *(ROOT / "crates/ssm-simulator").rglob("*.rs")]:
        for path in re.findall(r'include_(?:str|bytes)!\(\s*"([^"]+)"', file.read_text()):
            included.add((file.parent / path).resolve().relative_to(ROOT).parts[0])
    assert included <= set(names), included - set(names)


@checks.check
def pinned(_subject):
    """Bases are pinned by digest, and the program runs as a user by number."""
    text = (ROOT / "Dockerfile").read_text()
    stages = re.findall(r"(?m)^FROM \S+ AS (\w+)", text)
    bases = [base for base in re.findall(r"(?m)^FROM (\S+)", text) if base not in stages]
    assert len(bases) == 2 and all(re.search(r":[\w.-]+@sha256:[0-9a-f]{64}$", base) for base in bases), bases
    assert "\nUSER 65532:65532\n" in text
    version = re.search(r"rust:(\d+\.\d+)-", bases[0]).group(1)
    assert f'rust-version = "{version}"' in (ROOT / "Cargo.toml").read_text(), version
    for workflow in (ROOT / ".github/workflows").glob("*.yml"):
        found = re.findall(r"container: (\S+)", workflow.read_text())
        assert set(found) <= {bases[0]}, f"{workflow.name}: {found}"


def main():
    """Runs them all."""
    checks.report(checks.failures(None))


if __name__ == "__main__":
    main()
