"""The one style sheet, filled from the token table. Widgets choose their look by the property `role`, never by own sheets."""

from string import Template

_SHEET = Template("""
* { outline: none; }
QMainWindow, QDialog, QMessageBox { background: $panel; }
QWidget { color: $text; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 4px 8px; }
QLabel { background: transparent; }
QLabel[role="dim"] { color: $dim; }
QLabel[role="small"] { color: $dim; font-size: 12px; }
QLabel[role="strong"] { font-weight: 600; }
QLabel[role="name"] { font-size: 15px; font-weight: 600; }
QLabel[role="title"] { font-size: 20px; font-weight: 600; }
QLabel[role="canvas"] { color: $dim_canvas; }
QLabel[role="bad"] { color: $bad; }

QFrame[role="header"] { background: $panel; border: none; border-bottom: 1px solid $line; }
QFrame[role="list"] { background: $panel; border: none; }
QFrame[role="head"] { background: $panel; border: none; border-bottom: 1px solid $line; }
QFrame[role="strip"] { background: $panel; border: none; border-top: 1px solid $line; }
QFrame[role="bar"] { background: $panel; border: none; border-top: 1px solid $line; }
QFrame[role="inspector"], QFrame[role="drawer"] { background: $panel; border: none; border-left: 1px solid $line; }
QFrame[role="page"] { background: $panel; border: none; }
QFrame[role="rule"] { background: $line; border: none; max-height: 1px; min-height: 1px; }
QFrame[role="segments"] { background: $raised; border: 1px solid $line; border-radius: 8px; }
QFrame[role="card"] { background: $raised; border: 1px solid $line; border-radius: 8px; }
QFrame[role="card"][used="true"] { background: $wash; border: 1px solid $accent_line; }

QPushButton, QToolButton { background: $raised; border: 1px solid $line; border-radius: 6px; padding: 0 12px;
    min-height: 30px; }
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:pressed, QToolButton:pressed { background: $line; }
QPushButton:checked { background: $wash; border: 1px solid $accent_line; }
QPushButton:disabled, QToolButton:disabled { color: $off; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border: 1px solid $accent; font-weight: 600;
    min-height: 38px; }
QPushButton[role="primary"]:hover { border: 1px solid $accent_line; }
QPushButton[role="primary"]:disabled { background: $raised; border: 1px solid $line; color: $off; }
QPushButton[role="tall"] { min-height: 38px; }
QPushButton[role="flat"], QToolButton[role="flat"] { background: transparent; border: 1px solid transparent;
    padding: 0 8px; min-height: 28px; }
QPushButton[role="flat"]:hover, QToolButton[role="flat"]:hover { background: $hover; }
QPushButton[role="flat"]:checked, QToolButton[role="flat"]:checked { background: $hover; }
QPushButton[role="link"] { background: transparent; border: 1px solid transparent; color: $accent_line; padding: 0;
    min-height: 28px; font-size: 12px; text-align: left; }
QPushButton[role="link"]:hover { text-decoration: underline; }
QToolButton[role="icon"] { background: transparent; border: 1px solid transparent; padding: 0; min-width: 32px;
    min-height: 32px; }
QToolButton[role="icon"]:hover, QToolButton[role="icon"]:checked { background: $hover; }
QPushButton[role="chip"] { background: $raised; color: $dim; border: 1px solid $line; border-radius: 12px; padding: 0 12px;
    font-size: 12px;
    min-height: 22px; max-height: 22px; }
QPushButton[role="chip"]:hover { background: $hover; color: $text; }
QLabel[role="tag"] { color: $dim; border: 1px solid $line; border-radius: 10px; padding: 0 9px; font-size: 12px;
    min-height: 18px; max-height: 18px; }
QRadioButton[role="segment"] { background: transparent; border: none; border-radius: 6px; padding: 0 12px; color: $dim;
    min-height: 27px; }
QRadioButton[role="segment"][tight="true"] { padding: 0 5px; }
QRadioButton[role="segment"]:hover { color: $text; }
QRadioButton[role="segment"]:checked { background: $hover; color: $text; font-weight: 600; }
QRadioButton[role="segment"]:disabled { color: $off; }
QPushButton[role="model"] { border-radius: 8px; text-align: left; min-height: 54px; padding: 0; }
QPushButton::menu-indicator, QToolButton::menu-indicator { image: none; width: 0; }

QLineEdit, QComboBox, QAbstractSpinBox { background: $raised; border: 1px solid $line; border-radius: 6px; padding: 0 10px;
    min-height: 30px;
    selection-background-color: $accent; selection-color: $on_accent; }
QComboBox { padding: 0 0 0 10px; }
QLineEdit[wrong="true"] { border: 1px solid $bad; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url($arrow); width: 14px; height: 14px; }
QAbstractSpinBox QLineEdit { border: none; padding: 0 0 0 8px; background: transparent; }
QComboBox QLineEdit { border: none; padding: 0; min-height: 0; background: transparent; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: none; }
QAbstractSpinBox[low="true"] { min-height: 24px; padding: 0 4px; }
QComboBox QAbstractItemView { background: $raised; border: 1px solid $line; selection-background-color: $hover;
    selection-color: $text; padding: 4px; }
QListView { background: $panel; border: none; }
QTableView { background: $panel; border: none; border-top: 1px solid $line; selection-background-color: $hover;
    selection-color: $text; }
QTableView::item { padding: 0 8px; border: none; border-bottom: 1px solid $line; }
QTableView::item:selected { background: $hover; }
QTableView::indicator { width: 16px; height: 16px; border: 1px solid $dim; border-radius: 4px; background: $raised; }
QTableView::indicator:checked { background: $accent; border: 1px solid $accent; image: url($check_icon); }
QHeaderView { background: $panel; border: none; }
QHeaderView::section { background: $panel; color: $dim; border: none; border-bottom: 1px solid $line; padding: 8px 8px;
    font-size: 12px; }
QTableCornerButton::section { background: $panel; border: none; }
QScrollArea { background: $panel; border: none; }
QScrollArea > QWidget > QWidget { background: $panel; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $line; border-radius: 4px; margin: 1px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $off; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none; border: none;
    width: 0; height: 0; }
QProgressBar { background: $line; border: none; border-radius: 3px; min-height: 6px; max-height: 6px; }
QProgressBar::chunk { background: $accent_line; border-radius: 3px; }
QSplitter::handle { background: $line; }
QMenuBar { background: $panel; }
QMenuBar::item { padding: 6px 10px; background: transparent; }
QMenuBar::item:selected { background: $hover; border-radius: 6px; }
QMenu { background: $raised; border: 1px solid $line; border-radius: 8px; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 4px; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $off; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::icon { padding-left: 8px; }
QTabBar { qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $dim; padding: 8px 12px; border: none; border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent_line; }
QTabWidget::pane { border: none; border-top: 1px solid $line; }
QCheckBox { spacing: 8px; min-height: 28px; }
QCheckBox::indicator { width: 16px; height: 16px; border: 1px solid $dim; border-radius: 4px; background: $raised; }
QCheckBox::indicator:checked { background: $accent; border: 1px solid $accent; image: url($check_icon); }
QPlainTextEdit { background: $raised; border: 1px solid $line; border-radius: 6px; }
QSlider::groove:horizontal { background: $line; height: 4px; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent_line; height: 4px; border-radius: 2px; }
QSlider::handle:horizontal { background: #ffffff; border: 1px solid $off; width: 12px; height: 12px; margin: -5px 0;
    border-radius: 7px; }
""")


def style_sheet(tokens: dict[str, str], icons: str) -> str:
    """The style sheet for one theme. `tokens`: every token of the table by name; `icons`: folder of the few icons it names."""
    return _SHEET.substitute(tokens, check_icon=f"{icons}/tick.svg", arrow=f"{icons}/arrow-{tokens['name']}.svg")
