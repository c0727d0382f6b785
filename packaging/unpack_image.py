"""Unpacks the layers of a container image, which `docker save` would write, into a folder.

    unpack_image.py ARCHIVE FOLDER
"""

import io
import json
import os
import sys
import tarfile

archive, folder = sys.argv[1:]
os.makedirs(folder)
with tarfile.open(archive) as image:
    (manifest,) = json.load(image.extractfile("manifest.json"))
    config = json.load(image.extractfile(manifest["Config"]))["config"]
    assert config["Entrypoint"] == ["/usr/bin/policy"] and config["User"] == "65532:65532", config
    for layer in manifest["Layers"]:
        with tarfile.open(fileobj=io.BytesIO(image.extractfile(layer).read())) as files:
            files.extractall(folder)
