"""The plan of the house as docs/architecture.md shows it."""

from house_row import Row

HEAD = ("| layer | modules | may use | third-party at module level |", "|---|---|---|---|")


def shown(pattern: str) -> str:
    """A room or module as it is written in the table."""
    return pattern.removesuffix(".*").removeprefix("rainapp.")


def line_of(row: Row) -> str:
    """The line of a row."""
    modules, late = (" ".join(f"`{shown(name)}`" for name in names) for names in (row.modules, row.late))
    uses = (", ".join(row.uses) or "nothing") + (f"; late: {late}" if late else "")
    return f"| {row.name} | {modules} | {uses} | {', '.join(sorted(row.libraries)) or 'none'} |"
