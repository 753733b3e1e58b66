"""The plan of the house as the README shows it."""

from house_plan import TABLE


def shown(pattern: str) -> str:
    """A room or module as it is written in the table."""
    return pattern.removesuffix(".*").removeprefix("rainapp.")


def readme_rows() -> list[str]:
    """The lines of the table."""
    lines = ["| layer | modules | may use | third-party at module level |", "|---|---|---|---|"]
    for row in TABLE:
        modules, late = (" ".join(f"`{shown(name)}`" for name in names) for names in (row.modules, row.late))
        uses = (", ".join(row.uses) or "nothing") + (f"; late: {late}" if late else "")
        lines.append(f"| {row.name} | {modules} | {uses} | {', '.join(sorted(row.libraries)) or 'none'} |")
    return lines
