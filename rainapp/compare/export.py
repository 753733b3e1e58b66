"""A comparison as something to hand on: one picture, a report that is one file, or a moving picture.

Every kind shows the same: the photo, what each model made of it, and the figures under their names. Pictures are reduced to a
size that suits the kind; colours go as they are in the photo, so its profile goes with a PNG or JPEG. A file appears when it is
whole.
"""

import base64
import csv
import html
import io
import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from rainapp.base.errors import UnwritableFile
from rainapp.base.new_files import new_folder, settle, sync_files
from rainapp.base.own_files import narrow, readers_of_all
from rainapp.compare import result_cache
from rainapp.evaluation.html_report import STYLE, table
from rainapp.jobs.compare_jobs import ExportComparison, Shot
from rainapp.jobs.records import Watch
from rainapp.media.atomic import Landing, unwritable
from rainapp.media.photo.photo_file import shrunk

Shots = tuple[Shot, ...]

CELL_PX = 1000
REPORT_PX = 900
CLIP_PX = 960
GIF_PX = 640
GAP_PX = 4
LABEL_PX = 22
LABEL_MIN_PX = 13
STEPS = 18  # frames of one swipe from model to model
HOLD = 14  # frames that each result is held
FPS = 15
FILM = ".mp4"
GROUND = (20, 20, 20)
WORDS = (245, 245, 245)
MORE_STYLE = "figure{vertical-align:top}img{max-width:420px;height:auto}.facts{display:block}h2{margin:0 0 8px}"


def export(job: ExportComparison, watch: Watch) -> Path:
    """Write `job.target`; the name it got, as what appeared under that name meanwhile stays.

    Raises:
        UnreadableFile: a kept picture is gone.
        UnwritableFile: the target cannot be written, or its suffix names no kind.
    """
    watch.tick(0, 0)
    kinds = {".csv": _sheet, ".html": _report, ".png": _picture, ".jpg": _picture, ".gif": _clip, ".webp": _clip}
    write = kinds.get(job.target.suffix.lower())
    if write is None and job.target.suffix.lower() != FILM:
        known = ", ".join((*kinds, FILM))
        raise UnwritableFile(f"A comparison cannot be written as “{job.target.suffix}”.", f"Choose one of {known}.", job.target)
    if write is None:
        return _film(job, watch)
    landing = Landing(job.target, replaces=job.replaces, like=readers_of_all(job.sources))
    with landing as file:
        write(job, file, watch)
    return landing.target


def _sheet(job: ExportComparison, file: BinaryIO, watch: Watch) -> None:
    """Every figure of every photo under every model, as a spreadsheet reads it."""
    lines = io.StringIO(newline="")
    csv.writer(lines).writerows(job.sheet)
    file.write(lines.getvalue().encode("utf-8", "backslashreplace"))  # names may be no text


def small(shot: Shot, longest_px: int) -> Pillow.Image:
    """A kept picture as 8-bit RGB, no side longer than `longest_px`, with its profile.

    Raises:
        UnreadableFile: it is gone.
    """
    image = shrunk(result_cache.load(shot.picture), longest_px)
    pixels = image.pixels if image.depth == 8 else (image.pixels >> 8).astype(np.uint8)
    made = Pillow.fromarray(np.ascontiguousarray(pixels))
    if image.colour.icc:
        made.info["icc_profile"] = image.colour.icc
    return made


def columns_for(count: int, width: int, height: int) -> int:
    """How many columns show `count` pictures of that shape nearest to a 3:2 sheet."""

    def off(columns: int) -> float:
        rows = math.ceil(count / columns)
        return abs(math.log(columns * width / (rows * height) / 1.5)) + 0.3 * (columns * rows - count)

    return min(range(1, count + 1), key=off)


def labelled(picture: Pillow.Image, title: str, facts: tuple[str, ...] = ()) -> Pillow.Image:
    """`picture` with its name in the top left corner and, in the bottom left one, as many `facts` as there is room for."""
    drawn = picture.copy()
    pen = ImageDraw.Draw(drawn, "RGBA")
    size = min(LABEL_PX, max(LABEL_MIN_PX, drawn.width // 40))
    font = ImageFont.load_default(size)
    told = ""
    for fact in facts:
        longer = f"{told} · {fact}" if told else fact
        if pen.textlength(longer, font) > drawn.width - 44:
            break
        told = longer
    for words, top in ((title, 12.0), (told, drawn.height - size - 26.0)):
        if words:
            wide = pen.textlength(words, font)
            pen.rounded_rectangle((12, top, 12 + wide + 20, top + size + 14), (size + 14) / 2, (0, 0, 0, 191))
            pen.text((22, top + 5), words, WORDS, font)
    return drawn


def _picture(job: ExportComparison, file: BinaryIO, watch: Watch) -> None:
    """One sheet: a grid for each photo, one under the other."""
    sheets = []
    cell_px = max(320, CELL_PX // math.ceil(math.sqrt(len(job.photos))))
    for done, (_, shots) in enumerate(job.photos):
        watch.tick(done, len(job.photos))
        sheets.append(_grid(shots, cell_px))
    width = max(sheet.width for sheet in sheets)
    whole = Pillow.new("RGB", (width, sum(sheet.height for sheet in sheets) + GAP_PX * 4 * (len(sheets) - 1)), GROUND)
    top = 0
    for sheet in sheets:
        whole.paste(sheet, (0, top))
        top += sheet.height + GAP_PX * 4
    profile = sheets[0].info.get("icc_profile")
    kind = "PNG" if job.target.suffix.lower() == ".png" else "JPEG"
    whole.save(file, kind, icc_profile=profile, quality=92)  # PNG knows no quality and ignores it


def _grid(shots: Shots, cell_px: int) -> Pillow.Image:
    cells = [labelled(small(shot, cell_px), shot.title, shot.facts) for shot in shots]
    width, height = cells[0].size
    columns = columns_for(len(cells), width, height)
    rows = math.ceil(len(cells) / columns)
    sheet = Pillow.new("RGB", (columns * (width + GAP_PX) - GAP_PX, rows * (height + GAP_PX) - GAP_PX), GROUND)
    for place, cell in enumerate(cells):
        sheet.paste(cell, (place % columns * (width + GAP_PX), place // columns * (height + GAP_PX)))
    sheet.info.update(cells[0].info)
    return sheet


def _report(job: ExportComparison, file: BinaryIO, watch: Watch) -> None:
    """One HTML file with everything in it."""
    parts = []
    for done, (name, shots) in enumerate(job.photos):
        watch.tick(done, len(job.photos))
        figures = "".join(_figure(shot) for shot in shots)
        parts.append(f"<section><h2>{html.escape(name)}</h2>{figures}</section>")
    title = html.escape(job.title)
    notes = "".join(f"<p>{html.escape(note)}</p>" for note in job.notes)
    head = table(job.table[0], [list(row) for row in job.table[1:]]) if job.table else ""
    page = (
        f'<!doctype html><html lang="{job.language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>rainapp: {title}</title><style>{STYLE}{MORE_STYLE}</style><h1>{title}</h1>{notes}{head}"
        f"{''.join(parts)}</html>"
    )
    file.write(page.encode("utf-8", "backslashreplace"))  # names may be no text


def _figure(shot: Shot) -> str:
    picture = small(shot, REPORT_PX)
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=88, icc_profile=picture.info.get("icc_profile"))
    data = base64.b64encode(stream.getvalue()).decode()
    title, facts = html.escape(shot.title), html.escape(" · ".join(shot.facts))
    caption = f'<figcaption><b>{title}</b><span class="facts">{facts}</span></figcaption>'
    return f'<figure><img alt="{title}" src="data:image/jpeg;base64,{data}">{caption}</figure>'


def swipe_frames(shots: Shots, watch: Watch, longest_px: int = CLIP_PX) -> Iterator[Pillow.Image]:
    """A line goes from left to right and leaves the next result behind it, from the original through all models and back."""
    pictures = [labelled(_even(small(shot, longest_px)), shot.title, shot.facts) for shot in shots]
    total = len(pictures) * (STEPS + HOLD)
    for turn, before in enumerate(pictures):
        after = pictures[(turn + 1) % len(pictures)]
        for step in range(HOLD + STEPS):
            watch.tick(turn * (STEPS + HOLD) + step, total)
            share = max(0, step - HOLD + 1) / STEPS
            yield _swiped(before, after, share)


def _swiped(before: Pillow.Image, after: Pillow.Image, share: float) -> Pillow.Image:
    eased = share * share * (3 - 2 * share)
    line = round(eased * before.width)
    frame = before.copy()
    if line > 0:
        frame.paste(after.crop((0, 0, line, after.height)), (0, 0))
        if line < before.width:
            ImageDraw.Draw(frame).line((line, 0, line, before.height), WORDS, 3)
    return frame


def _even(picture: Pillow.Image) -> Pillow.Image:
    """The picture at even sides, which encoders of clips want."""
    return picture.crop((0, 0, max(2, picture.width // 2 * 2), max(2, picture.height // 2 * 2)))


def _clip(job: ExportComparison, file: BinaryIO, watch: Watch) -> None:
    """GIF or WebP; the first photo only, because such files grow fast."""
    shots = job.photos[0][1]
    is_gif = job.target.suffix.lower() == ".gif"
    frames = swipe_frames(shots, watch, GIF_PX if is_gif else CLIP_PX)
    if is_gif:  # one palette for all frames: quick, and nothing flickers
        palette = _grid(shots, 240).quantize(256, Pillow.Quantize.MEDIANCUT)
        frames = (frame.quantize(palette=palette, dither=Pillow.Dither.FLOYDSTEINBERG) for frame in frames)
    first = next(frames)
    kind = "GIF" if is_gif else "WEBP"
    first.save(file, kind, save_all=True, append_images=frames, duration=1000 // FPS, loop=0, quality=80, method=2)


def _film(job: ExportComparison, watch: Watch) -> Path:
    """H.264 in MP4; the name it got. Its writer goes back to the beginning by name, so it is made in a folder of its own."""
    try:
        readers = readers_of_all(job.sources)
        with new_folder(job.target.parent, readers) as folder:
            part = folder / f"film{FILM}"
            _encode(job, part, watch)
            narrow(part, readers)
            sync_files(folder)
            return settle(part, job.target, replaces=job.replaces)
    except OSError as error:
        raise unwritable(job.target, error) from error


def _encode(job: ExportComparison, part: Path, watch: Watch) -> None:
    """All photos one after the other at the size of the first."""
    import av

    stream = None
    with av.open(str(part), "w", format="mp4", options={"movflags": "faststart"}) as container:
        for _, shots in job.photos:
            for frame in swipe_frames(shots, watch):
                if stream is None:
                    stream = container.add_stream("libx264", rate=Fraction(FPS), options={"crf": "18", "preset": "fast"})
                    stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "yuv420p"
                fitted = frame if frame.size == (stream.width, stream.height) else _fitted(frame, stream.width, stream.height)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(_pixels(fitted), format="rgb24")))
        if stream is not None:
            container.mux(stream.encode(None))


def _fitted(frame: Pillow.Image, width: int, height: int) -> Pillow.Image:
    """The frame within `width` x `height`, on dark ground."""
    scale = min(width / frame.width, height / frame.height)
    made = frame.resize((max(1, round(frame.width * scale)), max(1, round(frame.height * scale))))
    ground = Pillow.new("RGB", (width, height), GROUND)
    ground.paste(made, ((width - made.width) // 2, (height - made.height) // 2))
    return ground


def _pixels(frame: Pillow.Image) -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.asarray(frame, np.uint8))
