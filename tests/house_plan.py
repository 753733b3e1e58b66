"""The plan of the house: which module belongs to which layer, and what a layer may use, with the reasons.

The table is the one of the README. It is read from top to bottom: a row may use itself, the rows it names, and nothing else; a
module that fits no row is an error, so that a new one is placed on purpose.
"""

from dataclasses import dataclass

PACKAGES = ("rainapp", "training")
TORCH = frozenset({"torch", "torchvision", "diffusers", "spandrel", "safetensors"})
QT = frozenset({"PySide6", "shiboken6"})


@dataclass(frozen=True)
class Row:
    """One line of the table. A module name ending in `.*` means the package and all below it; the longest name wins.

    `uses`: rows it may import from. `libraries`: third-party packages at module level. `late`: modules it may import inside
    functions only, so that they are loaded when first needed.
    """

    name: str
    modules: tuple[str, ...]
    uses: tuple[str, ...] = ()
    libraries: frozenset[str] = frozenset()
    late: tuple[str, ...] = ()
    why: str = ""


def libraries(names: str) -> frozenset[str]:
    return frozenset(names.split())


TABLE = (
    Row(
        "words",
        (
            "rainapp",
            "training",
            "rainapp.errors",
            "rainapp.paths",
            "rainapp.privacy",
            "rainapp.textfile",
            "rainapp.own_files",
            "rainapp.leftovers",
            "rainapp.new_files",
            "rainapp.consent",
            "rainapp.formats",
            "rainapp.logs",
            "rainapp.loading",
            "rainapp.rates",
            "rainapp.regular",
            "rainapp.folders",
            "rainapp.escapes",
            "rainapp.toml_text",
            "rainapp.pacing",
            "rainapp.system_words",
        ),
        libraries=libraries("platformdirs"),
        why="everything speaks these words, so they know nobody",
    ),
    Row(
        "values",
        (
            "rainapp.settings",
            "rainapp.image",
            "rainapp.library",
            "rainapp.cards",
            "rainapp.net_spec",
            "rainapp.recognise",
            "rainapp.model_files",
            "rainapp.plain_name",
            "rainapp.tensor_list",
            "rainapp.zip_tail",
        ),
        uses=("words",),
        libraries=libraries("numpy"),
        why="values are made and compared without any machinery",
    ),
    Row(
        "contracts",
        (
            "rainapp.jobs",
            "rainapp.treatment",
            "rainapp.watch",
            "rainapp.naming",
            "rainapp.presets",
            "rainapp.compare_jobs",
            "rainapp.mask_jobs",
            "rainapp.find_jobs",
            "rainapp.library_jobs",
            "rainapp.memory_jobs",
            "rainapp.session_lines",
            "rainapp.comparison",
            "rainapp.ballot",
        ),
        uses=("words", "values"),
        why="records are data: neither torch nor Qt",
    ),
    Row(
        "metrics",
        (
            "rainapp.metrics",
            "rainapp.naturalness",
            "rainapp.streak_contrast",
            "rainapp.fine_structure",
            "rainapp.clip_measures",
        ),
        uses=("words", "values"),
        libraries=libraries("numpy cv2 torch"),
        why="pure functions, used by training, evaluation and tests",
    ),
    Row(
        "nets",
        ("rainapp.nets.*",),
        uses=("words", "values", "contracts"),
        libraries=libraries("numpy torch safetensors"),
        why="a net knows tensors only; spandrel and diffusers are loaded on use",
    ),
    Row(
        "files",
        ("rainapp.media.*",),
        uses=("words", "values", "contracts"),
        libraries=libraries("numpy cv2 PIL av pillow_heif tifffile psutil"),
        why="the one place that opens media, usable without torch",
    ),
    Row(
        "rain",
        (
            "training.rain.*",
            "training.data.rainy_photos",
            "training.recipe",
            "training.recipe_checks",
        ),
        uses=("words", "values", "files"),
        libraries=libraries("numpy cv2"),
        why="the window and the command line draw rain and write recipes without torch",
    ),
    Row(
        "stages",
        ("rainapp.stages.*",),
        uses=("words", "values", "contracts", "nets", "files"),
        libraries=libraries("numpy cv2 torch psutil"),
        why="stages turn frames into frames; faces and files stay out",
    ),
    Row(
        "training",
        ("training.*",),
        uses=("words", "values", "contracts", "nets", "metrics", "files", "rain"),
        libraries=libraries("numpy cv2 torch safetensors"),
        late=("training.tasks.fuse",),
        why="one loop on the lower layers of rainapp; it runs without any face",
    ),
    Row(
        "fusing",
        ("training.tasks.fuse", "training.tasks.fuse_samples"),
        uses=("words", "values", "contracts", "nets", "metrics", "files", "rain", "stages", "training"),
        libraries=libraries("numpy cv2 torch"),
        why="what fuses frames is trained on what the stages before it make of a clip",
    ),
    Row(
        "importing",
        ("rainapp.importing",),
        uses=("words", "values", "contracts"),
        libraries=libraries("psutil"),
        why="foreign weights are opened in a child process only, so the faces may ask for an import without torch",
    ),
    Row("lanes", ("rainapp.workers",), uses=("words", "values", "contracts"), why="lanes run whatever they are given"),
    Row(
        "doing",
        (
            "rainapp.work",
            "rainapp.deraining",
            "rainapp.writing",
            "rainapp.sampling",
            "rainapp.motion_photos",
            "rainapp.batch",
            "rainapp.evaluate",
            "rainapp.evaluate_streaks",
            "rainapp.evaluate_real",
            "rainapp.evaluate_clips",
            "rainapp.contact_sheet",
            "rainapp.report",
            "rainapp.looking",
            "rainapp.keeping",
            "rainapp.kept",
            "rainapp.comparing",
            "rainapp.comparing_export",
            "rainapp.masks",
            "rainapp.screen_profile",
            "rainapp.measuring",
            "rainapp.warming",
            "rainapp.playing",
            "rainapp.rain_found",
            "rainapp.numbering",
            "rainapp.remembering",
        ),
        uses=("words", "values", "contracts", "metrics", "nets", "files", "rain", "stages", "importing", "lanes"),
        libraries=libraries("numpy cv2 torch PIL"),
        why="the only modules that know every stage; training runs as a child process",
    ),
    Row(
        "command line",
        ("rainapp.cli.*",),
        uses=(
            "words",
            "values",
            "contracts",
            "metrics",
            "nets",
            "files",
            "rain",
            "stages",
            "training",
            "lanes",
            "doing",
            "importing",
        ),
        libraries=libraries("numpy rich"),
        why="the command line may use all but the window; what loads torch, inside functions only (a rule of its own)",
    ),
    Row(
        "window",
        ("rainapp.gui.*",),
        uses=("words", "values", "contracts", "lanes"),
        libraries=libraries("PySide6 numpy send2trash"),
        late=(
            "rainapp.work",
            "rainapp.looking",
            "rainapp.keeping",
            "rainapp.masks",
            "rainapp.screen_profile",
            "rainapp.measuring",
            "rainapp.warming",
            "rainapp.playing",
            "rainapp.fine_structure",
            "rainapp.remembering",
            "training.recipe",
        ),
        why="the window appears before torch is imported, and never decodes or computes",
    ),
    Row(
        "start",
        ("rainapp.__main__",),
        uses=("words", "values", "command line"),
        late=("rainapp.gui.*", "rainapp.cli.*"),
        why="decides between window and command line, and loads only that one",
    ),
)


def covers(pattern: str, module: str) -> bool:
    return module == pattern or (pattern.endswith(".*") and (module + ".").startswith(pattern[:-1]))


def row_of(module: str) -> Row | None:
    fitting = [(len(pattern), row) for row in TABLE for pattern in row.modules if covers(pattern, module)]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None
