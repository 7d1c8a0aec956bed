"""Posters as recruiters draw them, made by drawing text: for the tests and the benchmark of reading them."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter, ImageFont

_FONTS = Path(__file__).parent.parent / "tppo_watch" / "reports" / "fonts"
FONTS = {
    "plex": str(_FONTS / "IBMPlexSans-Regular.ttf"),
    "plex-bold": str(_FONTS / "IBMPlexSans-SemiBold.ttf"),
    "dejavu": str(_FONTS / "DejaVuSans.ttf"),
}
AD = """LOWONGAN KERJA LUAR NEGERI
Dibutuhkan segera operator komputer
Penempatan Kamboja dan Thailand
Gaji 12 juta per bulan bersih
Tiket dan paspor ditanggung perusahaan
Pria dan wanita usia 18 sampai 35 tahun
Tanpa pengalaman bisa langsung berangkat
Hubungi WA 0812-0000-0131"""


@dataclass(frozen=True, slots=True)
class Poster:
    """How a poster is drawn."""

    name: str
    font: str = "plex"
    size: int = 36  #: pixels
    ink: Any = "black"
    ground: Any = "white"
    noise: int = 0  #: largest change of a pixel, 0 to 255
    blur: float = 0.0  #: radius in pixels
    tilt: float = 0.0  #: degrees
    quality: int = 0  #: of JPEG; 0 is PNG
    has_gradient: bool = False
    has_panels: bool = False  #: every other line on a ground of its own

    def draw(self, text: str = AD, *, seed: int = 0) -> bytes:
        """The poster as the bytes of a file."""
        font = ImageFont.truetype(FONTS[self.font], self.size)
        lines = text.splitlines()
        step = int(self.size * 1.6)
        width = int(max(font.getlength(line) for line in lines)) + 4 * self.size
        image = Image.new("RGB", (width, step * len(lines) + 3 * self.size), self.ground)
        draw = ImageDraw.Draw(image)
        if self.has_gradient:
            for y in range(image.height):
                draw.line(
                    [(0, y), (width, y)],
                    fill=(200 - 150 * y // image.height, 40, 90 + 120 * y // image.height),
                )
        for number, line in enumerate(lines):
            top, ink = int(1.5 * self.size) + number * step, self.ink
            if self.has_panels and number % 2:
                draw.rectangle([self.size, top - 4, width - self.size, top + step - 8], fill=self.ink)
                ink = self.ground
            draw.text((2 * self.size, top), line, font=font, fill=ink)
        if self.tilt:
            image = image.rotate(
                self.tilt, expand=True, fillcolor=self.ground, resample=Image.Resampling.BICUBIC
            )
        if self.blur:
            image = image.filter(ImageFilter.GaussianBlur(self.blur))
        if self.noise:
            random_bytes = random.Random(seed).randbytes(image.width * image.height)
            grain = Image.frombytes("L", image.size, random_bytes).point(lambda v: v * self.noise // 255)
            image = Image.blend(image, Image.merge("RGB", (grain,) * 3), self.noise / 512)
        out = io.BytesIO()
        image.save(out, "JPEG", quality=self.quality) if self.quality else image.save(out, "PNG")
        return out.getvalue()


POSTERS = (
    Poster("plain"),
    Poster("small", size=18),
    Poster("large bold", font="plex-bold", size=72),
    Poster("white on red", ink="white", ground=(190, 20, 30), font="plex-bold"),
    Poster("yellow on blue", ink=(255, 230, 0), ground=(20, 40, 140), font="dejavu"),
    Poster("red on yellow", ink=(200, 0, 0), ground=(255, 220, 60), font="plex-bold"),
    Poster("white on a gradient", ink="white", has_gradient=True, font="plex-bold"),
    Poster("panels", ink=(20, 60, 120), ground="white", font="dejavu", has_panels=True),
    Poster("noisy", noise=160, quality=60),
    Poster("blurred, sent often", blur=1.2, quality=30, size=30),
    Poster("tilted", tilt=2.0, font="dejavu"),
    Poster("tiny, sent often", size=14, quality=40, font="dejavu"),
)


def share_read(wanted: str, found: str) -> float:
    """Share of the words of `wanted` that stand in `found`, letter case aside, each as often as there."""
    left = found.casefold().split()
    words = wanted.casefold().split()
    read = 0
    for word in words:
        if word in left:
            left.remove(word)
            read += 1
    return read / len(words)
