"""How Sphinx builds the manual in `docs`: `make docs`.

The pages are plain Markdown and know nothing of Sphinx. What it wants otherwise is made here: the contents come from the links
of the index. Links to pages outside of `docs`, such as the change log, become their names, since those are not built.
"""

import re
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]
project = "rainapp"
extensions = ["myst_parser"]
html_theme = "alabaster"
html_theme_options = {"description": "Takes rain out of photos and videos", "page_width": "1100px", "fixed_sidebar": True}
html_show_sourcelink = False
html_copy_source = False
myst_heading_anchors = 4
smartquotes = False
highlight_language = "none"


def read(app: Sphinx, docname: str, text: list[str]) -> None:
    """Name what lies outside, and add the contents: the pages that the index links to, in its order."""
    here = (ROOT / "docs" / docname).parent

    def named(link: re.Match[str]) -> str:
        target = (here / link[2]).resolve()
        outside = not target.is_relative_to(ROOT / "docs")
        return f"{link[1]} (`{target.relative_to(ROOT)}`)" if outside else link[0]

    text[0] = re.sub(r"(?<!!)\[([^\]]+)\]\(([^)#:]+\.md)\)", named, text[0])
    if docname == "index":
        pages = dict.fromkeys(re.findall(r"\]\(((?!\.\.)[\w/-]+)\.md", text[0]))
        text[0] += "\n\n```{toctree}\n:hidden:\n\n" + "\n".join(pages) + "\n```\n"


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", read)
