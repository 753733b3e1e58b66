"""The plan of the house: which room may use which, with the reasons.

The table is the one of docs/architecture.md. It is read from top to bottom: a row may use itself, the rows it names, and
nothing else; a module that fits no row is an error, so that a new one is placed on purpose. Most rows are one room, a package
of its own.
"""

from house_row import Row as Row
from house_row import libraries, rooms

PACKAGES = ("rainapp", "training")
TORCH = frozenset({"torch", "torchvision", "diffusers", "spandrel", "safetensors"})
QT = frozenset({"PySide6", "shiboken6"})

TABLE = (
    Row(
        "base",
        ("rainapp.base.*", "training"),
        libraries=libraries("numpy platformdirs"),
        why="everything else speaks these words, so they know nobody",
    ),
    Row(
        "jobs",
        ("rainapp.jobs.*",),
        uses=("base",),
        why="records are data: neither torch nor Qt; lanes run whatever they are given",
    ),
    Row("net spec", ("rainapp.nets.spec",), why="what a net is, as data: read by cards, recipes and engines without torch"),
    Row(
        "library",
        ("rainapp.library.*",),
        uses=("base", "jobs", "net spec"),
        libraries=libraries("psutil"),
        why="the window lists and imports models without torch; foreign weights are opened in a child process",
    ),
    Row(
        "metrics",
        ("rainapp.metrics.*",),
        uses=("base",),
        libraries=libraries("cv2 numpy"),
        why="pure functions, used by training, evaluation and tests",
    ),
    Row(
        "nets",
        ("rainapp.nets.*",),
        uses=("base", "net spec", "library"),
        libraries=libraries("numpy safetensors torch"),
        why="a net knows tensors only; spandrel and diffusers are loaded on use",
    ),
    Row(
        "metadata",
        ("rainapp.media.metadata.*",),
        uses=("base", "jobs"),
        why="blocks of bytes in, blocks of bytes out: no pixels",
    ),
    Row(
        "colour",
        ("rainapp.media.colour.*",),
        uses=("base", "metadata"),
        libraries=libraries("PIL numpy"),
        why="arrays and profiles: no files",
    ),
    Row(
        "media",
        ("rainapp.media.*",),
        uses=("base", "jobs", "metadata"),
        libraries=libraries("numpy psutil"),
        why="the contracts, and whole files or none; usable without torch, as all of media",
    ),
    Row(
        "photo",
        ("rainapp.media.photo.*",),
        uses=("base", "jobs", "metadata", "colour", "media"),
        libraries=libraries("PIL cv2 numpy pillow_heif tifffile"),
        why="the one place that opens photos",
    ),
    Row(
        "containers",
        ("rainapp.media.clip.container.*",),
        uses=("base",),
        libraries=libraries("av"),
        why="what FFmpeg does not pass on",
    ),
    Row(
        "clip",
        ("rainapp.media.clip.*",),
        uses=("base", "jobs", "media", "containers"),
        libraries=libraries("av cv2 numpy"),
        why="the one place that opens clips",
    ),
    Row(
        "sequence",
        ("rainapp.media.sequence.*",),
        uses=("base", "jobs", "media", "photo", "clip"),
        libraries=libraries("numpy"),
        why="numbered pictures are photos shown as a clip",
    ),
    Row(
        "animation",
        ("rainapp.media.animation.*",),
        uses=("base", "jobs", "metadata", "colour", "media", "photo", "clip"),
        libraries=libraries("PIL numpy"),
        why="moving pictures are photos with times",
    ),
    Row(
        "opening",
        ("rainapp.media", "rainapp.media.opening"),
        uses=("base", "jobs", "media", "photo", "clip", "sequence", "animation"),
        why="decides which of the rooms above serves a file, and loads that one",
    ),
    Row(
        "rain",
        ("training.rain.*", "training.data.rainy_photos", "training.recipe", "training.recipe_checks", "training.run_folders"),
        uses=("base", "net spec", "library", "media", "photo"),
        libraries=libraries("cv2 numpy"),
        why="the window and the command line draw rain and write recipes without torch",
    ),
    Row(
        "teaching runs",
        ("training.teach.request", "training.teach.run_list"),
        uses=("base", "net spec", "library"),
        why="the window lists runs and looks into them without torch",
    ),
    Row(
        "training",
        ("training.*",),
        uses=("base", "jobs", "net spec", "library", "metrics", "nets", "media", "photo", "opening", "rain", "teaching runs"),
        libraries=libraries("cv2 numpy safetensors torch"),
        late=("training.tasks.fuse", "training.teach.tripod", "training.tables.repair_scoring"),
        why="one loop on the lower layers of rainapp; it runs without any face",
    ),
    Row(
        "engines",
        ("rainapp.inference.engines.*",),
        uses=("base", "jobs", "net spec", "library", "nets"),
        libraries=libraries("numpy torch"),
        why="a net made runnable on a device; who knows it knows no files",
    ),
    Row(
        "temporal",
        ("rainapp.inference.temporal.*",),
        uses=("base", "jobs", "library", "nets", "engines"),
        libraries=libraries("cv2 numpy"),
        why="frames beside frames",
    ),
    Row(
        "inference",
        ("rainapp.inference.*",),
        uses=("base", "jobs", "library", "nets", "media", "photo", "engines", "temporal"),
        libraries=libraries("cv2 numpy psutil torch"),
        why="frames into frames; faces and files stay out",
    ),
    Row(
        "fusing",
        ("training.tasks.fuse", "training.tasks.fuse_samples", "training.teach.tripod"),
        uses=("base", "jobs", "library", "nets", "opening", "rain", "training", "temporal", "inference"),
        libraries=libraries("cv2 numpy torch"),
        why="what learns from clips uses what the stages know of frames",
    ),
    Row(
        "prior scores",
        ("training.tables.repair_scoring",),
        uses=("base", "jobs", "library", "metrics", "nets", "rain", "training", "inference"),
        libraries=libraries("numpy torch"),
        why="a prior is scored through the stage that repairs people's pictures",
    ),
    Row(
        "advice",
        ("rainapp.compare.advice", "rainapp.compare.blind_test"),
        uses=("jobs",),
        why="figures and votes of a comparison, which the window reads",
    ),
    Row(
        "on screen",
        ("rainapp.work.screen.*",),
        uses=("base", "jobs", "library", "metrics", "media", "photo", "clip", "sequence", "opening", "inference"),
        libraries=libraries("numpy"),
        why="what the screen asks for; nothing is written",
    ),
    Row(
        "evaluation",
        ("rainapp.evaluation.*",),
        uses=("base", "jobs", "library", "metrics", "nets", "media", "photo", "opening", "engines", "inference"),
        libraries=libraries("cv2 numpy torch"),
        why="scores go through the pipeline that treats people's pictures",
    ),
    Row(
        "compare",
        ("rainapp.compare.*",),
        uses=rooms("base, jobs, library, metrics, media, photo, opening, rain, inference, advice, on screen, evaluation"),
        libraries=libraries("PIL numpy"),
        why="models side by side, without the window",
    ),
    Row(
        "work",
        ("rainapp.work.*",),
        uses=rooms(
            "base, jobs, library, metrics, metadata, media, photo, clip, "
            "sequence, opening, rain, inference, advice, on screen, compare"
        ),
        libraries=libraries("cv2 numpy"),
        why="the only modules that know every stage; training runs as a child process",
    ),
    Row(
        "command line",
        ("rainapp.cli.*",),
        uses=rooms(
            "base, jobs, library, nets, clip, sequence, opening, rain, teaching runs, training, inference, evaluation, work"
        ),
        libraries=libraries("rich"),
        why="the command line may use all but the window; what loads torch, inside functions only (a rule of its own)",
    ),
    Row(
        "gui text",
        ("rainapp.gui.text.*",),
        uses=("base", "jobs", "library"),
        libraries=libraries("PySide6"),
        why="words of the window",
    ),
    Row(
        "gui display",
        ("rainapp.gui.display.*",),
        uses=("base", "jobs"),
        libraries=libraries("PySide6 numpy"),
        late=("rainapp.metrics.fine_structure",),
        why="pictures made ready on a worker thread",
    ),
    Row(
        "gui state",
        ("rainapp.gui.state.*",),
        uses=("base", "jobs", "library", "gui text", "gui display"),
        libraries=libraries("PySide6 numpy"),
        late=("rainapp.work.session_files",),
        why="what the window knows, without widgets",
    ),
    Row(
        "gui widgets",
        ("rainapp.gui.widgets.*",),
        uses=("base", "gui state"),
        libraries=libraries("PySide6"),
        why="how everything looks",
    ),
    Row(
        "gui canvas",
        ("rainapp.gui.canvas.*",),
        uses=("jobs", "gui text", "gui display", "gui state", "gui widgets"),
        libraries=libraries("PySide6"),
        why="it paints what it is given, and never decodes or computes",
    ),
    Row(
        "gui clip",
        ("rainapp.gui.clip.*",),
        uses=("jobs", "gui text", "gui display", "gui state", "gui widgets", "gui canvas"),
        libraries=libraries("PySide6"),
        why="the player shows frames that workers made",
    ),
    Row(
        "gui actions",
        ("rainapp.gui.actions.*",),
        uses=("gui state", "gui widgets"),
        libraries=libraries("PySide6"),
        why="how actions are shown, whatever they do",
    ),
    Row(
        "gui models",
        ("rainapp.gui.models.*",),
        uses=("jobs", "library", "gui text", "gui state", "gui widgets", "gui actions"),
        libraries=libraries("PySide6"),
        why="a page",
    ),
    Row(
        "gui files",
        ("rainapp.gui.files.*",),
        uses=("base", "jobs", "gui text", "gui state", "gui widgets", "gui canvas", "gui clip", "gui actions", "gui models"),
        libraries=libraries("PySide6"),
        why="a page",
    ),
    Row(
        "gui compare",
        ("rainapp.gui.compare.*",),
        uses=rooms(
            "base, jobs, library, advice, gui text, gui display, gui state, gui widgets, gui canvas, gui actions, gui files"
        ),
        libraries=libraries("PySide6"),
        why="a page",
    ),
    Row(
        "gui teach",
        ("rainapp.gui.teach.*",),
        uses=rooms("base, jobs, teaching runs, advice, gui text, gui display, gui state, gui widgets, gui canvas, gui compare"),
        libraries=libraries("PySide6"),
        why="a page; what teaches is a child process",
    ),  # fmt: skip
    Row(
        "window",
        ("rainapp.gui.*",),
        uses=rooms(
            "base, jobs, library, gui text, gui display, gui state, gui widgets, "
            "gui canvas, gui actions, gui models, gui files, gui compare, gui teach"
        ),
        libraries=libraries("PySide6"),
        late=("rainapp.work.worker",),
        why="the window appears before torch is imported, and never decodes or computes",
    ),
    Row(
        "interface",
        ("rainapp.api",),
        uses=("base", "jobs", "library", "inference", "evaluation"),
        libraries=libraries("numpy"),
        why="what notebooks and scripts call; Pillow and torch are loaded where such a picture comes",
    ),
    Row(
        "front",
        ("rainapp",),
        uses=("base", "interface"),
        why="hands the interface over when it is first asked for; nobody inside imports it",
    ),
    Row(
        "start",
        ("rainapp.__main__",),
        uses=("base", "command line"),
        late=("rainapp.gui.*",),
        why="decides between window and command line, and loads only that one",
    ),
)


def covers(pattern: str, module: str) -> bool:
    return module == pattern or (pattern.endswith(".*") and (module + ".").startswith(pattern[:-1]))


def row_of(module: str) -> Row | None:
    """The row of a module: the one that names it, else the one that names the longest part of it."""
    fitting = [(pattern == module, len(pattern), row) for row in TABLE for pattern in row.modules if covers(pattern, module)]
    return max(fitting, key=lambda found: found[:2])[2] if fitting else None
