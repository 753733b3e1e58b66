"""The strip of figures under the canvas: how much changed, how natural it looks, and how close it comes to a known truth."""

import math
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QWidget

from rainapp.gui.canvas.figures_request import Measuring
from rainapp.gui.canvas.preview_controller import PreviewController
from rainapp.gui.text.language import figure
from rainapp.gui.widgets.controls import Elided, push_button
from rainapp.gui.widgets.plain_text import set_tip
from rainapp.jobs.records import Measured

BAR_PX = 36
SMEARED = 1.15  # of the fine structure across the rain: from here on it runs the other way, as the scene may or a smear


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("FigureBar", text)


def legend() -> str:
    """What each figure means, and what is good: one sentence a line."""
    return "\n".join(
        (
            tr("Measured on the preview, at the size in which it is seen."),
            tr("Fine rain removed: how much of the fine streaks is gone; 75 % and more is good. Press 9 to see where not."),
            tr("Changed: the share of the photo that looks different; less is better where there was little rain."),
            tr("Light taken out: how much darker the photo became in the mean, of 255 levels."),
            tr("Natural: NIQE, smaller is better; sharp rain can score well too."),
            tr("With a picture without rain – PSNR: 30 dB and more is good. SSIM: 0.9 and more. Rain removed: 100 % is all."),
        )
    )


class FigureBar(QFrame):
    """One line of figures, and a button that takes a picture without rain."""

    def __init__(self, measuring: Measuring, viewing: PreviewController, parent: QWidget | None = None) -> None:
        """Show what `measuring` has."""
        super().__init__(parent)
        self._measuring, self._viewing = measuring, viewing
        self._has_room = True
        self.setProperty("role", "bar")
        self.setFixedHeight(BAR_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 6, 0)
        row.setSpacing(8)
        self.figures = Elided(role="small")
        self.figures.setAccessibleDescription(legend())
        self.choose = push_button(self.tr("Picture without rain…"), self.choose_truth, "flat")
        set_tip(self.choose, self.tr("Measure against the same picture without rain"))
        self.drop = push_button(self.tr("Without it"), lambda: measuring.set_truth(None), "flat")
        set_tip(self.drop, self.tr("Measure without that picture again"))
        row.addWidget(self.figures, 1)
        row.addWidget(self.drop)
        row.addWidget(self.choose)
        measuring.changed.connect(self.refresh)
        viewing.switched.connect(self.refresh)
        self.refresh()

    def choose_truth(self) -> None:
        """Ask for the same picture without rain."""
        sight = self._viewing.sight
        if sight is None:
            return
        folder = str((sight.item.truth or sight.item.path).parent)
        chosen, _ = QFileDialog.getOpenFileName(self, self.tr("The same picture without rain"), folder)
        if chosen:
            self._measuring.set_truth(Path(chosen))

    def set_room(self, has_room: bool) -> None:
        """Make way for the photo where the window is low."""
        if has_room != self._has_room:
            self._has_room = has_room
            self.refresh()

    def refresh(self) -> None:
        """Take over what was measured."""
        measuring = self._measuring
        self.setVisible(measuring.active and self._has_room)
        has_picture = self._viewing.sight is not None and self._viewing.sight.picture is not None
        self.choose.setEnabled(has_picture)
        self.drop.setVisible(measuring.truth is not None)
        if measuring.measured is not None:
            self.figures.show_words(" · ".join(self._sentences(measuring.measured)), self._help(measuring.measured))
        elif measuring.trouble is not None:
            self.figures.show_words(f"{measuring.trouble.message} {measuring.trouble.hint}".strip())
        else:
            if self._viewing.frame is not None and not measuring.busy:
                self.figures.show_words(self.tr("Halt the clip to measure what is in sight"))
                return
            waiting = self._viewing.pair is not None or measuring.busy
            self.figures.show_words(self.tr("Measuring…") if has_picture and waiting else "")

    def _sentences(self, measured: Measured) -> list[str]:
        said = [
            self.tr("Changed {n} % of the photo").format(n=_figure(measured.changed * 100, 0)),
            self.tr("light taken out: {n} grey levels").format(n=_figure(measured.removed, 1)),
        ]
        if all(math.isfinite(value) for value in measured.natural):
            before, after = (_figure(value, 1) for value in measured.natural)
            better = measured.natural[1] < measured.natural[0]
            words = self.tr("looks more natural: {a} → {b}") if better else self.tr("naturalness {a} → {b}, lower is better")
            said.append(words.format(a=before, b=after))
        return [self._fine(measured), *self._against_truth(measured), *said]

    def _help(self, measured: Measured) -> str:
        """What the figures mean, and why one is missing."""
        if math.isfinite(measured.fine_removed):
            return legend()
        how = self.tr("How much fine rain is gone is told from streaks that lie alike.")
        why = self.tr(
            "None stand out in this picture, as often at night, with drops or in a blur: only your eye can tell here."
        )
        return f"{how} {why}\n{legend()}"

    def _fine(self, measured: Measured) -> str:
        if not math.isfinite(measured.fine_removed):
            return self.tr("Fine rain: cannot be measured here")
        if measured.fine_removed > SMEARED:
            return self.tr("Fine rain removed 100 %, perhaps more than rain")
        return self.tr("Fine rain removed {n} %").format(n=_figure(max(0.0, min(measured.fine_removed, 1.0)) * 100, 0))

    def _against_truth(self, measured: Measured) -> list[str]:
        if measured.note:
            return [measured.note]
        if math.isnan(measured.psnr[1]):
            return []
        (psnr_in, psnr_out), (ssim_in, ssim_out) = measured.psnr, measured.ssim
        said = [
            self.tr("PSNR {a} → {b} dB").format(a=_figure(psnr_in, 1), b=_figure(psnr_out, 1)),
            self.tr("SSIM {a} → {b}").format(a=_figure(ssim_in, 3), b=_figure(ssim_out, 3)),
        ]
        if math.isfinite(measured.rain_removed):
            said.append(self.tr("rain removed {n} %").format(n=_figure(measured.rain_removed * 100, 0)))
        if math.isfinite(measured.bg_err):
            said.append(self.tr("elsewhere off by {n} levels").format(n=_figure(measured.bg_err, 1)))
        return said


def _figure(value: float, digits: int) -> str:
    return "∞" if math.isinf(value) else figure(value, digits).replace("-", "−")
