"""What `rainapp relate` found, as one HTML file: which folders are alike, what each photo is nearest to, and the map."""

import html
import math
from pathlib import Path

from rainapp.base.escapes import one_line
from rainapp.base.own_files import readers_of_all
from rainapp.evaluation.html_report import STYLE, number, table
from rainapp.evaluation.relating import Looked, Relation
from rainapp.media.atomic import Landing

COLOURS = ("#1b6ca8", "#c4501b", "#2e7d32", "#7b3fa0", "#a0801b", "#a02757", "#3a7a7a", "#555555")
SHAPES = ("circle", "square", "triangle", "diamond")
"""A set has a colour and a shape: the map can be read without colours."""
MAP_PX, EDGE_PX, DOT_PX = 560, 24, 5
MORE_STYLE = "svg{background:#fff;border:1px solid #d6d6d6}td.heat{text-align:right}"


def write(found: Relation, target: Path, *, replaces: bool = False) -> Path:
    """Write the report; the name it got: unless it `replaces`, what has that name by then stays. Raises UnwritableFile."""
    photos = [photo for folder in found.folders for photo in folder.photos]
    landing = Landing(target, replaces=replaces, like=readers_of_all(photos))
    with landing as file:
        file.write(page(found).encode("utf-8", "backslashreplace"))  # names may be no text
    return landing.target


def page(found: Relation) -> str:
    """The whole page."""
    notes = "".join(f"<li>{plain(sentence)}</li>" for sentence in found.notes)
    parts = [
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>rainapp relate</title>',
        f"<style>{STYLE}{MORE_STYLE}</style><h1>Whose rain is like whose</h1><ul>{notes}</ul>",
        f"<h2>How alike the folders are</h2>{heat(found)}",
        "<p>Mean cosine of what the encoder sees, over all pairs of photos: 1 is the same, 0 unrelated.</p>",
        f"<h2>Map</h2>{chart(found)}",
        f"<p>The two directions in which the photos differ most. How well they stay when photos are drawn anew: "
        f"{number(found.steadiness)} (1 the same, 0 others).</p>",
        rain_or_detail(found),
        layers(found),
        f"<h2>Every photo</h2>{every_photo(found)}</html>",
    ]
    return "".join(parts)


def plain(text: str) -> str:
    """A foreign text for a page."""
    return html.escape(one_line(text))


def heat(found: Relation) -> str:
    """The matrix, each cell with its number and a shade of it."""
    names = list(found.similarity)
    head = "".join(f'<th scope="col">{plain(name)}</th>' for name in names)
    rows = []
    for name in names:
        cells = "".join(shaded(found.similarity[name][other]) for other in names)
        rows.append(f'<tr><th scope="row">{plain(name)}</th>{cells}</tr>')
    return f"<table><tr><th>folder</th>{head}</tr>{''.join(rows)}</table>"


def shaded(value: float) -> str:
    """A cell; the more alike the bluer, never so dark that the number is hard to read."""
    share = max(0.0, min(1.0, value)) if math.isfinite(value) else 0.0
    return f'<td class="heat" style="background:rgba(27,108,168,{0.45 * share:.2f})">{number(value)}</td>'


def chart(found: Relation) -> str:
    """The map as a drawing with a legend."""
    values = list(found.places.values())
    low = [min(place[axis] for place in values) for axis in (0, 1)]
    span = max(max(place[axis] for place in values) - low[axis] for axis in (0, 1)) or 1.0
    scale = (MAP_PX - 2 * EDGE_PX) / span
    dots, legend = [], []
    for index, folder in enumerate(found.folders):
        colour, shape = COLOURS[index % len(COLOURS)], SHAPES[index % len(SHAPES)]
        for photo in folder.photos:
            x, y = (EDGE_PX + (place - least) * scale for place, least in zip(found.places[photo], low, strict=True))
            dots.append(f"<g>{mark(shape, x, MAP_PX - y, colour)}<title>{plain(photo.name)}: {plain(folder.name)}</title></g>")
        sign = f'<svg width="14" height="14" style="border:0">{mark(shape, 7, 7, colour)}</svg>'
        legend.append(f"<li>{sign} {plain(folder.name)}, {len(folder.photos)} photos</li>")
    words = f"Map of {len(values)} photos of {len(found.folders)} folders"
    drawing = f'<svg role="img" aria-label="{words}" width="{MAP_PX}" height="{MAP_PX}">{"".join(dots)}</svg>'
    return f'{drawing}<ul style="list-style:none">{"".join(legend)}</ul>'


def mark(shape: str, x: float, y: float, colour: str) -> str:
    """One photo on the map."""
    r = DOT_PX
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r}" fill="{colour}"/>'
    corners = {
        "square": ((-r, -r), (r, -r), (r, r), (-r, r)),
        "triangle": ((0, -r), (r, r), (-r, r)),
        "diamond": ((0, -r - 1), (r + 1, 0), (0, r + 1), (-r - 1, 0)),
    }[shape]
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)
    return f'<polygon points="{points}" fill="{colour}"/>'


def rain_or_detail(found: Relation) -> str:
    """By folder, what moves what the encoder sees."""
    if not found.moves:
        return ""
    rows = [[name, number(m.rain), number(m.background), number(m.share_of_rain)] for name, m in found.moves.items()]
    return (
        "<h2>Rain or detail?</h2>"
        + table(("folder", "rain exchanged", "background exchanged", "share of the rain"), rows)
        + "<p>How far what is seen moves (1 - cosine) when the rain on one background is exchanged, and the background under "
        "one rain. Rain is what the default model took out.</p>"
    )


def layers(found: Relation) -> str:
    """By layer of a net that adapts, how hot it is under each folder."""
    if not found.temperatures:
        return ""
    names = list(found.temperatures)
    known = list(found.temperatures[names[0]])
    rows = [[layer, *(number(found.temperatures[name][layer]) for name in names)] for layer in known]
    words = "<p>Mean log temperature of each layer: high where it ignores the picture, low where it adapts.</p>"
    return "<h2>Temperature by layer</h2>" + table(("layer", *names), rows) + words


def every_photo(found: Relation) -> str:
    """A line for each photo."""
    return table(
        ("photo", "folder", "nearest folder", "certainty", "kind of rain", "certainty "),
        [line(found, folder, photo) for folder in found.folders for photo in folder.photos],
    )


def line(found: Relation, folder: Looked, photo: Path) -> list[str]:
    """One photo in words."""
    near, kind = found.near.get(photo), found.kinds[photo]
    nearest = [near.name, number(near.certainty)] if near else ["", ""]
    return [photo.name, folder.name, *nearest, kind.name, number(kind.certainty)]
