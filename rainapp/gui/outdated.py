"""Which results are of other settings than those in force, so that they can be made again. No widgets."""

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from rainapp.gui.item import Item, State
from rainapp.gui.tasks import Order
from rainapp.jobs import Output, Treatment
from rainapp.session_lines import OwnSettings

if TYPE_CHECKING:
    from rainapp.gui.workspace import Workspace


def mark_outdated(workspace: "Workspace", items: list[Item]) -> bool:
    """Note at each of `items` whether its result is of other settings; whether that is news for any."""
    news, orders = False, dict[OwnSettings | None, Order]()
    for item in items:
        mark = False
        if item.state in (State.DONE, State.DRY) and item.treatment is not None:
            order = orders.get(item.own) or orders.setdefault(item.own, workspace.order_for(item))
            mark = _differs(item, item.treatment, order)
        news, item.outdated = news or mark != item.outdated, mark
    return news


def _differs(item: Item, made: Treatment, order: Order) -> bool:
    mask = item.mask.file if item.mask is not None and not item.mask.is_empty else None
    dry = item.state is State.DRY
    if made.mask != mask or _what(made, item.is_clip, dry) != _what(order.treatment, item.is_clip, dry):
        return True
    other_file = item.output is not None and _written(item.output) != _written(order.output)
    return item.only_rain != order.only_rain or item.part_done != item.part or other_file


@cache
def _what(treatment: Treatment, is_clip: bool, dry: bool) -> Treatment:
    """What of a treatment decides on the result: not the machine; of photos not the frames; without rain not how much goes."""
    return replace(
        treatment, mask=None, device="auto", engine="auto", precision="auto", tile_px=None,
        temporal=treatment.temporal if is_clip else "auto", strength=1.0 if dry and treatment.strength else treatment.strength,
    )  # fmt: skip


def _written(output: Output) -> tuple[object, ...]:
    return output.format, output.quality, output.metadata
