"""Settings that single files have of their own, in the place of those of all. No widgets."""

from dataclasses import replace
from typing import Any

from rainapp.gui.state.file_item import Item
from rainapp.gui.state.file_list_state import FileListState

OWN = frozenset({"model", "amount", "veil", "temporal", "refine", "prior", "budget_share", "budget_mean"})


def has_own(workspace: FileListState) -> bool:
    """Whether the file in sight has settings of its own."""
    return workspace.current is not None and workspace.current.own is not None


def change_own(workspace: FileListState, values: dict[str, Any]) -> bool:
    """Change the own settings of what is selected; False where those of all are meant."""
    if not has_own(workspace) or not values.keys() <= OWN:
        return False
    for item in {workspace.current, *workspace.selected}:
        if item is not None and item.own is not None:
            item.own = replace(item.own, **values)
    return True


def set_own(workspace: FileListState, own: bool) -> None:
    """Give what is selected settings of its own, as they are now; or let it follow those of all again."""
    for item in workspace.selected:
        item.own = (item.own or workspace.chosen_for(item)) if own else None
        workspace.item_changed.emit(item.row)
    tell_other(workspace)


def tell_other(workspace: FileListState) -> None:
    """Tell that the settings in sight are other ones."""
    for signal in (workspace.settings_changed, workspace.amount_changed, workspace.treatment_changed):
        signal.emit()


def pass_again(workspace: FileListState, items: list[Item], again: bool) -> None:
    """The net goes over its own result of `items` a second time, or does not any more."""
    for item in items:
        item.second_pass = again
        workspace.item_changed.emit(item.row)
    workspace.treatment_changed.emit()


def see_rain(workspace: FileListState, items: list[Item], sees: bool) -> None:
    """A person sees rain in `items`, or does not any more: they are treated, whatever is found."""
    for item in items:
        item.sees_rain = sees
        workspace.item_changed.emit(item.row)
    workspace.treatment_changed.emit()
