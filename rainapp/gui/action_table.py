"""Every action of the person as one row: menus, shortcuts, buttons, the page of shortcuts and a test are drawn from this table.

A row says what it is called, where it stands, when it can be done and what it does. Adding an action is adding a row.
"""

from collections.abc import Callable

from rainapp.gui.actions.action_rows import Row
from rainapp.gui.canvas.composition import View
from rainapp.gui.canvas.mask_brush import SIZE_FACTOR, SOFT_STEP
from rainapp.gui.state.own_settings import has_own, pass_again, see_rain, set_own
from rainapp.gui.state.workspace import AMOUNT_MAX
from rainapp.gui.whats_new import show_changes, show_licences
from rainapp.gui.window_parts import WindowParts

MENUS = ("File", "Edit", "View", "Rain", "Clip", "Mask", "Compare", "Help")


def _has_items(window: WindowParts) -> bool:
    return bool(window.workspace.items)


def _has_picture(window: WindowParts) -> bool:
    return window.on_derain_page and window.canvas.has_picture


def _looking_closely(window: WindowParts) -> bool:
    return _has_picture(window) and window.canvas.loupe.active


def _has_view(window: WindowParts) -> bool:
    return window.view is not None


def _comparing(window: WindowParts) -> bool:
    return window.shown_page == "compare" and _has_items(window)


def _exportable(kind: str) -> Callable[[WindowParts], bool]:
    return lambda window: _comparing(window) and window.compare.can_export(kind)


def _has_clip(window: WindowParts) -> bool:
    return _has_picture(window) and window.page.player.can_play


def _brushing(window: WindowParts) -> bool:
    return _has_picture(window) and window.canvas.brush.active


def _has_mask(window: WindowParts) -> bool:
    return _has_picture(window) and window.canvas.brush.images is not None


def _at_work(window: WindowParts) -> bool:
    return window.workspace.batch.running


def _has_current(window: WindowParts) -> bool:
    return window.workspace.current is not None


def _treat_anyway(window: WindowParts) -> None:
    """A person sees rain in what is selected, or takes that back."""
    sees = not _is_treated_anyway(window)
    see_rain(window.workspace, list(window.workspace.selected), sees)


def _is_treated_anyway(window: WindowParts) -> bool:
    item = window.workspace.current
    return item is not None and item.sees_rain


def _pass_again(window: WindowParts) -> None:
    """What is selected is gone over a second time, or not any more."""
    workspace, again = window.workspace, not _is_passed_again(window)
    if not again and workspace.settings.second_pass:  # a preset said so
        workspace.change(second_pass=False)
    pass_again(workspace, list(workspace.selected), again)


def _is_passed_again(window: WindowParts) -> bool:
    item = window.workspace.current
    return item is not None and window.workspace.treatment_of(item).passes > 1


def _treat_part(window: WindowParts) -> None:
    """Take the brush in hand; what is painted from now on is what is treated."""
    window.canvas.brush.set_mode("only")
    window.canvas.brush.set_active(True)
    window.canvas.setFocus()


def _view(view: View) -> Callable[[WindowParts], bool]:
    return lambda window: window.canvas.view is view


def _theme(name: str) -> Callable[[WindowParts], bool]:
    return lambda window: window.workspace.settings.theme == name


ROWS: tuple[Row[WindowParts], ...] = (
    Row("open", "Open…", "File", lambda w: w.disk.choose_files(), "Ctrl+O", "folder-open"),
    Row("open-folder", "Open folder…", "File", lambda w: w.disk.choose_folder(), "Ctrl+Shift+O"),
    Row("sample", "Try a sample", "File", lambda w: w.disk.open_sample(), enabled=lambda w: w.disk.has_sample, rule_after=True),
    Row("import-model", "Import a model…", "File", lambda w: w.disk.choose_model()),
    Row("save-to", "Save results to…", "File", lambda w: w.disk.choose_save_folder(), "Ctrl+Shift+S"),
    Row("reveal", "Show result in its folder", "File", lambda w: w.disk.reveal(), "Ctrl+E",
        enabled=lambda w: w.disk.has_result),
    Row("open-source-folder", "Show original in its folder", "File", lambda w: w.disk.reveal_source(), enabled=_has_items,
        rule_after=True),
    Row("settings", "Settings…", "File", lambda w: w.show_settings(), "Ctrl+,", "settings-2"),
    Row("quit", "Quit", "File", lambda w: w.close(), "Ctrl+Q"),
    Row("paste", "Paste", "Edit", lambda w: w.paste(), "Ctrl+V"),
    Row("undo", "Undo", "Edit", lambda w: w.undo(), "Ctrl+Z", "undo-2", enabled=lambda w: w.can_undo),
    Row("redo", "Redo", "Edit", lambda w: w.canvas.brush.redo(), "Ctrl+Shift+Z", "redo-2",
        enabled=lambda w: _brushing(w) and w.canvas.brush.mask is not None and w.canvas.brush.mask.can_redo, rule_after=True),
    Row("select-all", "Select all", "Edit", lambda w: w.file_list.selectAll(), "Ctrl+A", enabled=_has_items),
    Row("remove", "Remove from list", "Edit", lambda w: w.workspace.remove(list(w.workspace.selected)), "Del",
        enabled=lambda w: w.shown_page in ("derain", "compare") and bool(w.workspace.selected)),
    Row("move-up", "Move up in the list", "Edit", lambda w: w.workspace.move_by(w.workspace.selected, -1), "Alt+Up",
        enabled=_has_items),
    Row("move-down", "Move down in the list", "Edit", lambda w: w.workspace.move_by(w.workspace.selected, 1), "Alt+Down",
        enabled=_has_items),
    Row("own-settings", "Own settings for the selected", "Rain",
        lambda w: set_own(w.workspace, not has_own(w.workspace)), enabled=_has_items, checked=lambda w: has_own(w.workspace)),
    Row("clear", "Clear the list", "Edit", lambda w: w.workspace.remove(list(w.workspace.items)), enabled=_has_items),
    Row("page-derain", "Page Derain", "View", lambda w: w.show_page("derain"), "Alt+1",
        checked=lambda w: w.shown_page == "derain"),
    Row("page-compare", "Page Compare", "View", lambda w: w.show_page("compare"), "Alt+2",
        checked=lambda w: w.shown_page == "compare"),
    Row("page-models", "Page Models", "View", lambda w: w.show_page("models"), "Alt+3",
        checked=lambda w: w.shown_page == "models"),
    Row("page-teach", "Page Teach", "View", lambda w: w.show_page("teach"), "Alt+4",
        checked=lambda w: w.shown_page == "teach", rule_after=True),
    Row("next", "Next photo", "View", lambda w: w.workspace.step(1), "PgDown", enabled=_has_items),
    Row("previous", "Previous photo", "View", lambda w: w.workspace.step(-1), "PgUp", enabled=_has_items, rule_after=True),
    Row("view-swipe", "Swipe", "View", lambda w: w.canvas.show_view(View.SWIPE), "S", "square-split-horizontal",
        _has_picture, _view(View.SWIPE)),
    Row("view-side", "Side by side", "View", lambda w: w.canvas.show_view(View.SIDE), "D", "columns-2",
        _has_picture, _view(View.SIDE)),
    Row("view-rain", "What was removed", "View", lambda w: w.canvas.show_view(View.RAIN), "R", "droplets",
        _has_picture, _view(View.RAIN)),
    Row("view-map", "Map of changes", "View", lambda w: w.canvas.show_view(View.MAP), "0", "diff",
        _has_picture, _view(View.MAP)),
    Row("view-left", "Show where fine rain remains", "View", lambda w: w.canvas.show_view(View.LEFT), "9", "eye",
        _has_picture, _view(View.LEFT)),
    Row("view-repair", "What the repair changed", "View", lambda w: w.canvas.show_view(View.REPAIR), "8", "wand-sparkles",
        lambda w: _has_picture(w) and w.canvas.repairing.is_on, _view(View.REPAIR)),
    Row("map-signed", "Tell darker from brighter", "View", lambda w: w.canvas.set_signed_map(not w.canvas.signed_map), "Y",
        enabled=lambda w: _has_picture(w) and w.canvas.view in (View.MAP, View.REPAIR), checked=lambda w: w.canvas.signed_map),
    Row("swipe-turn", "Turn the swipe line", "View", lambda w: w.canvas.turn_line(), "Shift+S", "square-split-vertical",
        lambda w: _has_picture(w) and w.canvas.view is View.SWIPE, lambda w: w.canvas.level_line),
    Row("loupe", "Magnifier", "View", lambda w: w.canvas.show_loupe(not w.canvas.loupe.active), "Z", "search", _has_picture,
        lambda w: w.canvas.loupe.active),
    Row("loupe-more", "Magnify more", "View", lambda w: w.canvas.step_loupe(1), "Shift+Z", enabled=_looking_closely),
    Row("loupe-less", "Magnify less", "View", lambda w: w.canvas.step_loupe(-1), "Alt+Z", enabled=_looking_closely),
    Row("figures", "Measurements", "View", lambda w: w.toggle_figures(), "M",
        "chart-column", enabled=_has_items, checked=lambda w: w.page.measuring.active),
    Row("figures-truth", "Picture without rain…", "View", lambda w: w.page.figures.choose_truth(),
        enabled=lambda w: _has_picture(w) and w.page.measuring.active),
    Row("original", "Show the original (hold X)", "View", lambda w: w.canvas.show_original(not w.canvas.shows_original),
        enabled=_has_picture, checked=lambda w: w.canvas.shows_original, rule_after=True),
    Row("zoom-in", "Zoom in", "View", lambda w: w.view and w.view.zoom_step(1), "Ctrl++", "zoom-in", _has_view, also="Ctrl+="),
    Row("zoom-out", "Zoom out", "View", lambda w: w.view and w.view.zoom_step(-1), "Ctrl+-", "zoom-out", _has_view),
    Row("fit", "Fit", "View", lambda w: w.view and w.view.fit(), "Ctrl+0", "", _has_view, also="F"),
    Row("actual-size", "Actual size, 1:1", "View", lambda w: w.view and w.view.actual_size(), "Ctrl+1", "", _has_view,
        rule_after=True),
    Row("toggle-list", "List of photos", "View", lambda w: w.toggle_list(), "Ctrl+B", enabled=_has_items,
        checked=lambda w: w.list_shown),
    Row("toggle-inspector", "Settings of the photo", "View", lambda w: w.toggle_inspector(), "Ctrl+I", "panel-right",
        _has_items, lambda w: w.inspector_shown),
    Row("full-screen", "Full screen", "View", lambda w: w.toggle_full_screen(), "F11", checked=lambda w: w.isFullScreen(),
        rule_after=True),
    Row("theme-system", "Theme as the system", "View", lambda w: w.workspace.change(theme="system"),
        checked=_theme("system")),
    Row("theme-dark", "Dark", "View", lambda w: w.workspace.change(theme="dark"), checked=_theme("dark")),
    Row("theme-light", "Light", "View", lambda w: w.workspace.change(theme="light"), checked=_theme("light")),
    Row("play", "Play or pause", "Clip", lambda w: w.page.player.toggle(), "K", "play", _has_clip,
        lambda w: w.page.player.playing),
    Row("frame-back", "One frame back", "Clip", lambda w: w.page.player.step(-1), ",", "step-back", _has_clip),
    Row("frame-on", "One frame on", "Clip", lambda w: w.page.player.step(1), ".", "step-forward", _has_clip),
    Row("second-back", "One second back", "Clip", lambda w: w.page.player.jump(-1), "J", enabled=_has_clip),
    Row("second-on", "One second on", "Clip", lambda w: w.page.player.jump(1), "L", enabled=_has_clip, rule_after=True),
    Row("range-start", "Play from here", "Clip", lambda w: w.page.player.set_range(start_s=w.page.player.time_s), "I",
        enabled=_has_clip),
    Row("range-end", "Play up to here", "Clip", lambda w: w.page.player.set_range(end_s=w.page.player.time_s), "O",
        enabled=_has_clip),
    Row("range-clear", "Play all", "Clip", lambda w: w.page.player.clear_range(), "Shift+O",
        enabled=lambda w: _has_clip(w) and w.page.player.range_s is not None),
    Row("range-only", "Derain only this part", "Clip", lambda w: w.page.player.set_only_part(not w.page.player.only_part),
        enabled=lambda w: _has_clip(w) and w.page.player.range_s is not None, checked=lambda w: w.page.player.only_part),
    Row("preview-clip", "Preview 3 s here", "Clip", lambda w: w.page.player.preview(), "Shift+P", enabled=_has_clip),
    Row("temporal-lock", "Calm flicker", "Clip", lambda w: w.page.player.set_locked(not w.page.player.locked), "T", "lock",
        _has_clip, lambda w: w.page.player.locked, True),
    Row("frames-join", "Numbered frames as one clip", "Clip", lambda w: w.workspace.frames.join_current(),
        enabled=lambda w: w.workspace.frames.can_join(w.workspace.current)),
    Row("frames-split", "Frames as separate photos", "Clip", lambda w: w.workspace.frames.split_current(),
        enabled=lambda w: w.workspace.frames.can_split(w.workspace.current)),
    Row("derain", "Derain all that are ready", "Rain", lambda w: w.derain(), "Ctrl+Return", "droplets",
        lambda w: w.can_derain),
    Row("derain-selected", "Derain the selected", "Rain", lambda w: w.workspace.start(list(w.workspace.selected)),
        "Ctrl+Shift+Return", enabled=lambda w: w.can_derain_selected),
    Row("derain-failed", "Derain the failed again", "Rain", lambda w: w.page.run_bar.try_again(),
        enabled=lambda w: w.can_derain and bool(w.workspace.failed)),
    Row("pause", "Pause", "Rain", lambda w: w.workspace.batch.pause(), "Ctrl+P", "pause",
        lambda w: _at_work(w) and not w.workspace.batch.paused),
    Row("resume", "Resume", "Rain", lambda w: w.workspace.batch.resume(), "Ctrl+G", "play",
        lambda w: _at_work(w) and w.workspace.batch.paused),
    Row("stop", "Stop", "Rain", lambda w: w.workspace.batch.stop(), "Ctrl+.", "x", _at_work),
    Row("stop-keep", "Stop and keep the part done", "Rain", lambda w: w.workspace.batch.stop(keep=True), icon="film",
        enabled=lambda w: w.workspace.batch.can_keep),
    Row("stop-go-on", "Stop, to go on later", "Rain", lambda w: w.workspace.batch.stop(keep=False), icon="history",
        enabled=lambda w: w.workspace.batch.can_go_on),
    Row("stop-drop", "Stop and keep nothing", "Rain", lambda w: w.workspace.batch.stop(keep=False, go_on=False),
        icon="circle-x", enabled=lambda w: w.workspace.batch.can_keep, rule_after=True),
    Row("more-amount", "Take out more", "Rain", lambda w: w.workspace.set_amount(w.workspace.amount + 5), "Ctrl+Up",
        enabled=_has_items),
    Row("less-amount", "Take out less", "Rain", lambda w: w.workspace.set_amount(w.workspace.amount - 5), "Ctrl+Down",
        enabled=_has_items),
    Row("stronger", "As strong as it goes: 130", "Rain", lambda w: w.workspace.set_amount(AMOUNT_MAX), "Ctrl+Shift+Up",
        enabled=_has_items, rule_after=True),
    Row("treat-anyway", "I see rain: treat anyway", "Rain", _treat_anyway, "Ctrl+Shift+R", "", _has_current,
        _is_treated_anyway),
    Row("second-pass", "Go over it a second time", "Rain", _pass_again, "Ctrl+Shift+2", "", _has_current, _is_passed_again),
    Row("treat-part", "Treat only a part: paint it", "Rain", _treat_part, "Shift+W", "brush", _has_picture),
    Row("brush", "Brush", "Mask", lambda w: w.canvas.brush.set_active(not w.canvas.brush.active), "P", "brush", _has_picture,
        lambda w: w.canvas.brush.active),
    Row("erase", "Erase", "Mask", lambda w: w.canvas.brush.set_erases(not w.canvas.brush.erases), "E", "eraser", _brushing,
        lambda w: w.canvas.brush.erases),
    Row("smaller-brush", "Smaller brush", "Mask", lambda w: w.canvas.brush.set_size(w.canvas.brush.size / SIZE_FACTOR), "[",
        enabled=_brushing),
    Row("larger-brush", "Larger brush", "Mask", lambda w: w.canvas.brush.set_size(w.canvas.brush.size * SIZE_FACTOR), "]",
        enabled=_brushing),
    Row("harder-brush", "Harder edge", "Mask", lambda w: w.canvas.brush.set_softness(w.canvas.brush.softness - SOFT_STEP), "{",
        enabled=_brushing),
    Row("softer-brush", "Softer edge", "Mask", lambda w: w.canvas.brush.set_softness(w.canvas.brush.softness + SOFT_STEP), "}",
        enabled=_brushing, rule_after=True),
    Row("mask-protect", "Protect what is painted", "Mask", lambda w: w.canvas.brush.set_mode("protect"), "", "shield",
        _has_picture, lambda w: w.canvas.brush.mode == "protect"),
    Row("mask-only", "Treat only what is painted", "Mask", lambda w: w.canvas.brush.set_mode("only"), "", "droplets",
        _has_picture, lambda w: w.canvas.brush.mode == "only", True),
    Row("mask-show", "Show what is painted", "Mask", lambda w: w.canvas.brush.show_mask(not w.canvas.brush.shows_mask), "H",
        "eye", _brushing, lambda w: w.canvas.brush.shows_mask),
    Row("mask-invert", "Swap painted and not painted", "Mask", lambda w: w.canvas.brush.invert(), "Ctrl+Shift+I", "contrast",
        _has_picture),
    Row("mask-clear", "Clear the mask", "Mask", lambda w: w.canvas.brush.clear(), "Ctrl+Shift+Del", enabled=_has_mask),
    Row("mask-load", "Load a mask…", "Mask", lambda w: w.page.brush_bar.choose_load(), enabled=_has_picture),
    Row("mask-save", "Save the mask…", "Mask", lambda w: w.page.brush_bar.choose_save(), enabled=_has_mask),
    Row("compare", "Compare", "Compare", lambda w: w.compare.start(), "Ctrl+Shift+C", "layout-grid",
        lambda w: _comparing(w) and w.compare.comparing.can_start),
    Row("compare-stop", "Stop comparing", "Compare", lambda w: w.compare.stop(), "Ctrl+Shift+.", "",
        lambda w: w.compare.comparing.running, rule_after=True),
    Row("compare-photos", "On my photos", "Compare", lambda w: w.compare.comparing.set_mode("photos"),
        enabled=_comparing, checked=lambda w: w.compare.comparing.mode == "photos"),
    Row("compare-trial", "Find my model with known rain", "Compare", lambda w: w.compare.comparing.set_mode("trial"),
        enabled=_comparing, checked=lambda w: w.compare.comparing.mode == "trial", rule_after=True),
    Row("compare-blind", "Blind test", "Compare", lambda w: w.compare.toggle_blind(), "B", "shuffle",
        lambda w: _comparing(w) and (w.compare.comparing.can_vote or w.compare.comparing.ballot is not None),
        lambda w: w.compare.comparing.ballot is not None, True),
    Row("compare-truth-folder", "Folder of pictures without rain…", "Compare", lambda w: w.compare.choose_truth(True),
        enabled=_comparing),
    Row("compare-truth-file", "Picture without rain…", "Compare", lambda w: w.compare.choose_truth(False), enabled=_comparing),
    Row("compare-truth-none", "No ground truth", "Compare", lambda w: w.compare.comparing.set_truth(None),
        enabled=lambda w: _comparing(w) and w.compare.comparing.truth is not None, rule_after=True),
    Row("compare-picture", "Save as a picture…", "Compare", lambda w: w.compare.export_as("picture"),
        enabled=_exportable("picture")),
    Row("compare-report", "Save as a report…", "Compare", lambda w: w.compare.export_as("report"),
        enabled=_exportable("report")),
    Row("compare-table", "Save the figures as a table (CSV)…", "Compare", lambda w: w.compare.export_as("table"),
        enabled=_exportable("table")),
    Row("compare-clip", "Save as a moving picture…", "Compare", lambda w: w.compare.export_as("clip"),
        enabled=_exportable("clip")),
    Row("shortcuts", "Keys", "Help", lambda w: w.show_settings("Shortcuts"), "F1", "keyboard"),
    Row("open-log", "Show the log", "Help", lambda w: w.disk.reveal_log()),
    Row("whats-new", "What is new", "Help", lambda w: show_changes(w)),
    Row("licences", "Licences", "Help", lambda w: show_licences(w)),
    Row("about", "About rainapp", "Help", lambda w: w.show_settings("About"), icon="info"),
)  # fmt: skip


EXCLUSIVE = (
    ("page-derain", "page-compare", "page-models", "page-teach"),
    ("view-swipe", "view-side", "view-rain", "view-map", "view-left"),
    ("theme-system", "theme-dark", "theme-light"),
    ("mask-protect", "mask-only"),
    ("compare-photos", "compare-trial"),
)
"""Rows of which one is chosen: a menu shows them as such."""
