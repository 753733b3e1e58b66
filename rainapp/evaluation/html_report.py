"""The evaluation as one HTML file that needs nothing else: tables, paired tests, and pictures with the worst first."""

import base64
import html
from pathlib import Path

import cv2
import numpy as np

from rainapp.base.escapes import one_line
from rainapp.base.image import Image
from rainapp.base.new_files import NewFile
from rainapp.base.own_files import readers_of_all
from rainapp.evaluation.photo_pairs import COLUMNS, Evaluation, names_of, read_image, shrunk

PICTURE_COLUMNS = ("psnr_y", "rain_removed", "bg_err", "gmsd")
SHOWN_PX = 480
MOST_PICTURES = 24

STYLE = """body{font:14px system-ui,sans-serif;margin:32px;color:#1c1c1c;background:#f4f4f4}h1{font-size:20px}h2{font-size:15px}
table{border-collapse:collapse;background:#fff}td,th{padding:6px 12px;border:1px solid #d6d6d6;text-align:right;
font-variant-numeric:tabular-nums}td:first-child,th:first-child{text-align:left}section{margin:24px 0}
figure{display:inline-block;margin:0 8px 8px 0}img{display:block;max-width:360px}
figcaption{font-size:12px;color:#595959;max-width:360px}"""


def number(value: float) -> str:
    """A figure for a cell; a dash where there is none."""
    return f"{value:.3f}" if np.isfinite(value) else "–"


def picture_tag(image: Image, caption: str) -> str:
    """A figure with the picture inside the file."""
    bgr = cv2.cvtColor(np.asarray(image.pixels, np.uint8), cv2.COLOR_RGB2BGR)
    data = base64.b64encode(cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes()).decode()
    words = html.escape(one_line(caption))
    return f'<figure><img alt="{words}" src="data:image/jpeg;base64,{data}"><figcaption>{words}</figcaption></figure>'


def table(head: tuple[str, ...], rows: list[list[str]]) -> str:
    """An HTML table of words."""
    cells = "".join(f"<th>{html.escape(one_line(h))}</th>" for h in head)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(one_line(c))}</td>" for c in row) + "</tr>" for row in rows)
    return f"<table><tr>{cells}</tr>{body}</table>"


def means(evaluations: list[Evaluation]) -> str:
    """A model a row, with the bootstrap interval of PSNR-Y."""
    rows = []
    for e in evaluations:
        low, high = e.score.ci95
        interval = f"{low:.2f} to {high:.2f}"
        rows.append([e.score.model, str(e.score.n), *[number(getattr(e.score, c)) for c in COLUMNS], interval, e.score.engine])
    return table(("model", "n", *COLUMNS, "95 % of the mean psnr_y", "engine"), rows)


def tests(evaluations: list[Evaluation]) -> str:
    """Paired tests between all models: could the difference be chance?"""
    rows = []
    for e in evaluations:
        for earlier, found in e.score.against.items():
            verdict = "could be chance" if found.p > 0.05 else "not chance"
            rows.append([f"{earlier} → {e.score.model}", f"{found.gain:+.2f} dB", f"{found.p:.4f}", verdict])
    return table(("models", "psnr_y", "p (Wilcoxon)", ""), rows) if rows else ""


def every_picture(evaluations: list[Evaluation]) -> str:
    """PSNR-Y of each picture, a picture a row in the order of `worst_first`; what a model made worse is marked."""
    idle = next((e for e in evaluations if e.score.model == "identity"), None)
    untouched = {s.name: s.psnr_y for s in idle.pictures} if idle else {}
    rows = []
    for name in worst_first(evaluations):
        scores = [next(s.psnr_y for s in e.pictures if s.name == name) for e in evaluations]
        rows.append([name, *[number(psnr) + " ▼" * (psnr < untouched.get(name, -np.inf)) for psnr in scores]])
    said = "<p>▼ worse than doing nothing</p>" if untouched else ""
    return said + table(("psnr_y", *[e.score.model for e in evaluations]), rows)


def worst_first(evaluations: list[Evaluation]) -> list[str]:
    """Names of the pictures, those where the last model did worst by PSNR-Y first."""
    return [scored.name for scored in sorted(evaluations[-1].pictures, key=lambda s: s.psnr_y)]


def pictures(evaluations: list[Evaluation], pairs: list[tuple[Path, Path]]) -> str:
    """Rainy, each result, clean: the pictures where the last model did worst come first."""
    files = dict(zip(names_of(pairs), pairs, strict=True))
    parts = []
    for name in worst_first(evaluations)[:MOST_PICTURES]:
        rainy, clean = files[name]
        parts.append(f"<section><h2>{html.escape(one_line(name))}</h2>")
        for e in sorted(evaluations, key=lambda e: e.score.model != "identity"):  # the untouched picture comes first
            scored = next(s for s in e.pictures if s.name == name)
            figures = ", ".join(f"{c} {number(getattr(scored, c))}" for c in PICTURE_COLUMNS)
            title = "rainy" if e.score.model == "identity" else e.score.model
            parts.append(picture_tag(e.shown[name], f"{title}: {figures}"))
        if not any(e.score.model == "identity" for e in evaluations):
            parts.append(picture_tag(shrunk(read_image(rainy), SHOWN_PX), "rainy"))
        parts.append(picture_tag(shrunk(read_image(clean), SHOWN_PX), "clean") + "</section>")
    return "".join(parts)


def write(target: Path, evaluations: list[Evaluation], pairs: list[tuple[Path, Path]], *, replaces: bool = False) -> Path:
    """Write the report of at least one evaluation made with `keep_px=SHOWN_PX`, whole or not at all; the name it got.

    Unless it `replaces`, what has that name by then stays. Nobody reads it who may not read all `pairs`. Raises OSError.
    """
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>rainapp: evaluation</title>'
        f"<style>{STYLE}</style><h1>Evaluation on {len(pairs)} pairs</h1>{means(evaluations)}"
        "<p>psnr and ssim on luminance after convention A of the field; rain_removed 1 is perfect, 0 is nothing removed; "
        "bg_err and mean_change in grey levels; gmsd 0 is perfect; niqe, smaller is more natural, says something only beside "
        f"that of the row “identity”, without which no figure says much.</p>{tests(evaluations)}"
        f"<h1>Worst first</h1><p>{min(MOST_PICTURES, len(pairs))} of {len(pairs)} pictures, in the order of psnr_y of "
        f"{html.escape(one_line(evaluations[-1].score.model))}</p>{pictures(evaluations, pairs)}"
        f"<h1>Every picture</h1>{every_picture(evaluations)}</html>"
    )
    new = NewFile(target, replaces=replaces, like=readers_of_all(path for pair in pairs for path in pair))
    with new as file:
        file.write(page.encode("utf-8", "backslashreplace"))  # names may be no text
    return new.path
