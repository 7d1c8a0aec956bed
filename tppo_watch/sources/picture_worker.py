"""Read the words in one picture, in a process that may be ended at any moment: a script, see `pictures`.

Decoding a picture from strangers and reading it are both done under limits of memory and processor time. The
picture is made even and grey here, handed to Tesseract through memory: this process becomes Tesseract. Its
output are the words with their certainty (TSV). Imports nothing of the package, so that it starts at once.
"""

from __future__ import annotations

import io
import os
import resource
import sys

#: Exit codes: the picture is damaged, has too many pixels, or Tesseract is not there.
DAMAGED, TOO_LARGE, NO_TESSERACT = 10, 11, 12
_MEMORY_MB = 2048  # address space; Tesseract takes some 400 for a large picture
# On a poster of this many pixels letters are large enough to be read; on larger ones reading is slow.
_LONGER_SIDE = 2000
_LARGEST_GROWTH = 4


def main() -> None:
    """Read a picture from standard input: ``picture_worker.py LANGUAGES MAX_PIXELS CPU_SECONDS``."""
    languages, max_pixels, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_MB * 2**20, _MEMORY_MB * 2**20))
    grey = _prepared(sys.stdin.buffer.read(), max_pixels)
    memory = os.memfd_create("picture")
    with open(memory, "wb", closefd=False) as file:
        grey.save(file, "PPM")
    os.lseek(memory, 0, os.SEEK_SET)
    os.dup2(memory, 0)
    # With mode 11, for sparse text, half the words on a poster with light and dark panels were lost.
    command = ["tesseract", "stdin", "stdout", "-l", languages, "--psm", "3", "tsv"]
    try:
        os.execvp(command[0], command)
    except OSError:
        sys.exit(NO_TESSERACT)


def _prepared(content: bytes, max_pixels: int):
    """The picture in grey, upright, of a size at which it reads well. Ends the process where it cannot be."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # our own limit is checked before anything is decoded
    try:
        image = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP", "GIF"))
        if image.width * image.height > max_pixels:
            sys.exit(TOO_LARGE)
        image = ImageOps.exif_transpose(image)
        if image.mode in ("RGBA", "LA", "PA", "P"):
            image = image.convert("RGBA")
            ground = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(ground, image)
        image = image.convert("L")
        factor = min(_LARGEST_GROWTH, _LONGER_SIDE / max(image.size))
        size = tuple(max(1, round(side * factor)) for side in image.size)
        image = image.resize(size, Image.Resampling.LANCZOS)
        return ImageOps.autocontrast(image)
    except Exception:  # noqa: BLE001 - decoders raise whatever they hit
        sys.exit(DAMAGED)


if __name__ == "__main__":
    main()
