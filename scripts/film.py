"""A short film of a page: frames of the window, saved as one animated WebP."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

WIDTH = 800  # pixels
MOST_SECONDS = 12.0
MOST_BYTES = 1_500_000
QUALITIES = (80, 70, 60, 50, 40)  # of 100; the first one that is small enough
PAUSE = 300  # milliseconds between two frames of something that moves
MILLISECONDS = 1_000


class Film:
    """Frames and how long each stays, in the order of the film."""

    def __init__(self) -> None:
        """Begin without a frame."""
        self._frames: list[tuple[Image.Image, int]] = []

    def hold(self, page: Page, milliseconds: int) -> None:
        """Add a still picture of the window."""
        self._frames.append((_frame(page.screenshot()), milliseconds))

    def follow(self, page: Page, is_over: Callable[[], bool], most: int, milliseconds: int) -> None:
        """Add `most` pictures of a window that moves until `is_over`, evenly chosen."""
        seen = [page.screenshot()]
        while not is_over():
            page.wait_for_timeout(PAUSE)
            picture = page.screenshot()
            if picture != seen[-1]:
                seen.append(picture)
        self._frames += [(_frame(each), milliseconds) for each in evenly(seen, most)]

    def save(self, path: Path) -> None:
        """Write the film. Raises SystemExit if it is too long or too large."""
        seconds = sum(duration for _, duration in self._frames) / MILLISECONDS
        if seconds > MOST_SECONDS:
            raise SystemExit(f"{path.name} would last {seconds:.1f} s; shorten its frames")
        for quality in QUALITIES:
            content = self._encode(quality)
            if len(content) <= MOST_BYTES:
                path.write_bytes(content)
                return
        raise SystemExit(f"{path.name} would have {len(content)} bytes; take fewer frames")

    def _encode(self, quality: int) -> bytes:
        content = io.BytesIO()
        pictures, durations = zip(*self._frames, strict=True)
        pictures[0].save(
            content,
            "WEBP",
            save_all=True,
            append_images=pictures[1:],
            duration=list(durations),
            loop=0,
            quality=quality,
        )
        return content.getvalue()


def evenly(pictures: Sequence[bytes], most: int) -> list[bytes]:
    """Return at most `most` of the pictures, the first and the last among them."""
    if len(pictures) <= most:
        return list(pictures)
    return [pictures[round(place * (len(pictures) - 1) / (most - 1))] for place in range(most)]


def _frame(screenshot: bytes) -> Image.Image:
    """Return a screenshot in the width of the film."""
    picture = Image.open(io.BytesIO(screenshot)).convert("RGB")
    height = round(picture.height * WIDTH / picture.width)
    return picture.resize((WIDTH, height), Image.Resampling.LANCZOS)
