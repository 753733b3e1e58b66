"""Which results are of other settings than those in force, so that they can be made again. No widgets."""

from rainapp.gui.state.file_item import Item, State
from rainapp.gui.state.file_list_state import FileListState
from rainapp.gui.state.file_tasks import Order
from rainapp.jobs.records import Output, Treatment
from rainapp.jobs.session_lines import OwnSettings


def mark_outdated(workspace: FileListState, items: list[Item]) -> bool:
    """Note at each of `items` whether its result is of other settings; whether that is news for any."""
    news, orders = False, dict[tuple[OwnSettings | None, bool, bool], Order]()
    for item in items:
        mark = False
        if item.state in (State.DONE, State.DRY) and item.treatment is not None:
            kind = item.own, item.sees_rain, item.second_pass
            order = orders.get(kind) or orders.setdefault(kind, workspace.order_for(item))
            mark = _differs(item, item.treatment, order)
        news, item.outdated = news or mark != item.outdated, mark
    return news


def _differs(item: Item, made: Treatment, order: Order) -> bool:
    mask = item.mask.file if item.mask is not None and not item.mask.is_empty else None
    if made.mask != mask or not _same(made, order.treatment, item):
        return True
    other_file = item.output is not None and _written(item.output) != _written(order.output)
    return item.only_rain != order.only_rain or item.part_done != item.part or other_file


def _same(made: Treatment, wanted: Treatment, item: Item) -> bool:
    """Whether both come to the same: the machine does not matter, of photos nor the frames, without rain nor how much goes."""
    as_much = made.strength == wanted.strength or (item.state is State.DRY and wanted.strength > 0)
    as_calm = made.temporal == wanted.temporal or not item.is_clip
    as_repaired = _repair(made) == _repair(wanted) or item.state is State.DRY
    alike = _net(made) == _net(wanted) and as_repaired
    return alike and as_much and as_calm


def _net(treatment: Treatment) -> tuple[object, ...]:
    return treatment.model, treatment.veil, treatment.treat, treatment.passes


def _repair(treatment: Treatment) -> tuple[object, ...]:
    """How it is repaired; what off is like makes no difference."""
    repaired = (treatment.refine, treatment.prior, treatment.budget_share, treatment.budget_mean)
    return repaired if treatment.refine else ()


def _written(output: Output) -> tuple[object, ...]:
    return output.format, output.quality, output.metadata, output.motion
