"""For notebooks and scripts: take rain out of arrays, Pillow images and tensors, list models, score them on pairs.

    import rainapp
    clear = rainapp.derain("street.jpg")                      # an array (H, W, 3)
    clear = rainapp.derain(picture, veil="clear")             # what went in comes out: array, Pillow image or tensor
    table = rainapp.evaluate("rainy/", "clean/", models=["default", "identity"])

Pixels in which nothing was found come back exactly as they were. Files are read as the application reads them: turned upright,
at their depth. Nothing is written.
"""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from rainapp.base.errors import UnreadableFile
from rainapp.base.image import Frame, Image, Pixels
from rainapp.evaluation.photo_pairs import ModelScore, evaluate_model, find_pairs, read_image
from rainapp.inference.pipeline import load_pipeline
from rainapp.jobs.records import NoWatch
from rainapp.jobs.treatment import REFINE, EngineChoice, Passes, Precision, Treat, Treatment, Veil
from rainapp.library.cards import ModelCard
from rainapp.library.model_library import ModelLibrary

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image as PillowImage

    Picture = TypeVar("Picture", NDArray[Any], PillowImage, torch.Tensor)

PEAK16 = 65535
FILE = (str, PathLike)


def derain(
    picture: "Picture | str | PathLike[str]", *, model: str = "default", strength: float = 1.0, veil: Veil = "keep",
    treat: Treat = "auto", passes: Passes = 1, mask: str | PathLike[str] | None = None, device: str = "auto",
    engine: EngineChoice = "auto", precision: Precision = "auto", refine: float | str = 0.0, prior: str = "auto",
    library: ModelLibrary | None = None,
) -> "Picture | NDArray[Any]":  # fmt: skip
    """The picture without rain, as what came in.

    Args:
        picture: a file (an array (H, W, 3) comes out, uint8 or uint16, with alpha (H, W, 4)); an array (H, W), (H, W, 3) or
            (H, W, 4) of uint8, uint16, or floats from 0 to 1; a Pillow image of the modes L, LA, RGB, RGBA; or a tensor
            (3, H, W) or (N, 3, H, W) of uint8 or floats from 0 to 1. Colours are RGB, encoded as sRGB or alike. Alpha stays.
        model: the id of a model, see `models`.
        strength: 0 to 1.3, how much of what was found is taken out.
        veil: "clear" takes haze too, where the model can.
        treat: "always" where you see rain and nothing was found.
        passes: 2 goes over the result once more.
        mask: a picture file; where it is black nothing changes.
        device: "auto", "cpu", "cuda:0" or "mps".
        engine: "auto", "torch" or "openvino".
        precision: "auto", "fp32", "bf16" or "fp16".
        refine: "off", "light", "full", or 0 to 1: how far a generative model repairs what rain had covered.
        prior: the id of what repairs; "auto" is the best there is.
        library: where models are; None: those that came with rainapp, and the user's.

    Raises:
        TypeError: it is no picture of these kinds.
        ValueError: its shape or values cannot be, or `strength` lies outside.
        UnreadableFile: the file cannot be read.
        BadModel, BadTreatment: the model is unknown or damaged, or it or this machine cannot do it.
    """
    if not 0 <= strength <= 1.3:
        raise ValueError(f"strength must lie from 0 to 1.3, not {strength}")
    control = REFINE.get(refine, math.nan) if isinstance(refine, str) else refine
    if not 0 <= control <= 1:
        raise ValueError(f"refine must be off, light, full, or lie from 0 to 1, not {refine}")
    treatment = Treatment(
        model=model, strength=strength, veil=veil, temporal="off", mask=None if mask is None else Path(mask), device=device,
        engine=engine, precision=precision, treat=treat, passes=passes, refine=control, prior=prior,
    )  # fmt: skip
    pipeline = load_pipeline(treatment, library or ModelLibrary())

    def run(pixels: Pixels) -> Pixels:
        image = Image(pixels, 8 if pixels.dtype == np.uint8 else 16)
        return next(iter(pipeline([Frame(0, Fraction(0), image, image)], NoWatch()))).image.pixels

    if isinstance(picture, FILE):
        return _of_file(Path(picture), run)
    if isinstance(picture, np.ndarray):
        return _of_array(picture, run)
    if type(picture).__module__.partition(".")[0] == "PIL":
        return cast("Picture", _of_pillow(picture, run))
    if type(picture).__module__.partition(".")[0] == "torch":
        return cast("Picture", _of_tensor(picture, run))
    raise TypeError(f"a picture is a file, a NumPy array, a Pillow image or a torch tensor, not {type(picture).__name__}")


def models(library: ModelLibrary | None = None) -> list[ModelCard]:
    """The cards of all models at hand: those that came with rainapp, and the user's."""
    return (library or ModelLibrary()).cards()


def evaluate(
    rainy: str | PathLike[str], clean: str | PathLike[str], *, models: Sequence[str] = ("default", "identity"),
    veil: Veil = "keep", device: str = "auto", engine: EngineChoice = "auto", library: ModelLibrary | None = None,
) -> list[ModelScore]:  # fmt: skip
    """Scores of models on pairs of rainy and clean pictures that belong together by their names, one record a model.

    The name "identity" stands for doing nothing, without which a figure says nothing.

    Raises:
        UnreadableFile: a folder is missing, or nothing in it belongs together.
        BadModel, BadTreatment: see `derain`.
    """
    pairs = find_pairs(Path(rainy), Path(clean))
    where = library or ModelLibrary()
    made = []
    for name in models:
        treatment = Treatment(model=name if name != "identity" else "default", veil=veil, device=device, engine=engine)
        made.append(evaluate_model(name, pairs, treatment, where, NoWatch()).score)
    return made


Run = Callable[[Pixels], Pixels]


def _of_file(path: Path, run: Run) -> NDArray[Any]:
    if not path.exists():
        raise UnreadableFile(f"{path} does not exist.", "It may have been moved or renamed.", path)
    image = read_image(path)
    made = run(image.pixels)
    return made if image.alpha is None else np.dstack([made, image.alpha])


def _of_array(array: NDArray[Any], run: Run) -> NDArray[Any]:
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)) or 0 in array.shape:
        raise ValueError(f"an array must be (H, W), (H, W, 3) or (H, W, 4) and not empty, not {array.shape}")
    if array.ndim == 2:
        return _of_colours(np.dstack([array] * 3), run)[..., 1]
    if array.shape[2] == 4:
        return np.dstack([_of_colours(array[..., :3], run), array[..., 3]])
    return _of_colours(array, run)


def _of_colours(array: NDArray[Any], run: Run) -> NDArray[Any]:
    """An array (H, W, 3); floats go in as 16 bit, and what was taken is taken from them, so the rest stays exactly."""
    if array.dtype in (np.uint8, np.uint16):
        return run(np.array(array))
    if not np.issubdtype(array.dtype, np.floating):
        raise ValueError(f"pixels must be uint8, uint16 or floats, not {array.dtype}")
    if not np.isfinite(array).all() or array.min() < 0 or array.max() > 1:
        raise ValueError("floats must lie from 0 to 1")
    given = np.asarray(np.rint(array.astype(np.float64) * PEAK16), np.uint16)
    change = (run(given).astype(np.float64) - given) / PEAK16
    return np.where(change == 0, array, np.clip(array + change, 0, 1)).astype(array.dtype)


def _of_pillow(image: Any, run: Run) -> Any:
    from PIL import Image as Pillow

    if image.mode not in ("L", "LA", "RGB", "RGBA"):
        raise ValueError(f"a Pillow image must be L, LA, RGB or RGBA, not {image.mode}: convert it first")
    array = np.asarray(image)
    result = Pillow.fromarray(_of_array(array[..., 0] if image.mode == "LA" else array, run))
    if image.mode == "LA":
        result.putalpha(image.getchannel("A"))
    result.info = dict(image.info)
    return result


def _of_tensor(tensor: Any, run: Run) -> Any:
    import torch

    if tensor.ndim == 4:
        return torch.stack([_of_tensor(each, run) for each in tensor])
    if tensor.ndim != 3 or tensor.shape[0] != 3:
        raise ValueError(f"a tensor must be (3, H, W) or (N, 3, H, W), not {tuple(tensor.shape)}")
    wide = tensor.detach().cpu().permute(1, 2, 0)
    half = wide.dtype in (torch.float16, torch.bfloat16)
    made = torch.from_numpy(_of_array((wide.float() if half else wide).numpy(), run).copy()).permute(2, 0, 1)
    return made.to(device=tensor.device, dtype=tensor.dtype).contiguous()
