"""Packs a folder as .tar.gz, or as .zip if it contains a program of Windows.

    archive.py FOLDER NAME DESTINATION

The archive depends only on the files and on SOURCE_DATE_EPOCH: not on the order of files on the disk, on
their times, or on their owners.
"""

import gzip
import io
import os
import sys
import tarfile
import time
import zipfile

folder, name, destination = sys.argv[1:]
epoch = int(os.environ["SOURCE_DATE_EPOCH"])
paths = sorted(
    os.path.relpath(os.path.join(parent, file), folder).replace(os.sep, "/")
    for parent, _, files in os.walk(folder)
    for file in files
)


def mode(path):
    return 0o755 if path in ("policy", "policy.exe") else 0o644


if "policy.exe" in paths:
    target = os.path.join(destination, name + ".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            entry = zipfile.ZipInfo(f"{name}/{path}", time.gmtime(epoch)[:6])
            entry.external_attr = mode(path) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            with open(os.path.join(folder, path), "rb") as file:
                archive.writestr(entry, file.read())
else:
    target = os.path.join(destination, name + ".tar.gz")
    with open(target, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=epoch) as zipped:
        with tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as archive:
            for path in paths:
                with open(os.path.join(folder, path), "rb") as file:
                    content = file.read()
                entry = tarfile.TarInfo(f"{name}/{path}")
                entry.size, entry.mtime, entry.mode = len(content), epoch, mode(path)
                archive.addfile(entry, io.BytesIO(content))
print(target)
