"""Makes the engine ready while nobody waits for it: the first preview then need not wait for the net, nor for torch.

Torch is needed the first time a model is used on a machine; afterwards a CPU mostly does without (`stages.engines.converted`).
"""

import contextlib
from dataclasses import replace

from rainapp.errors import BadModel, BadTreatment
from rainapp.jobs import WarmUp, Watch
from rainapp.library import ModelLibrary
from rainapp.loading import load_libraries
from rainapp.looking import margin_of, padded_px


def load_engine() -> None:
    """Load what the usual engine is made of; before it what pictures and clips need, which must not wait for it."""
    import rainapp.media.video  # noqa: F401

    load_libraries("openvino")


def warm_up(job: WarmUp, watch: Watch, library: ModelLibrary) -> bool:
    """Load the net of `job`, compile it where a part is named, and say whether that went well; why not is told on use."""
    watch.tick(0, 0)
    load_engine()
    watch.tick(0, 0)
    from rainapp.stages import load_pipeline

    watch.tick(0, 0)
    with contextlib.suppress(BadModel, BadTreatment):
        pipeline = load_pipeline(replace(job.treatment, mask=None), library)
        watch.tick(0, 0)
        if job.part is not None:
            card = library.get(job.treatment.model)
            width, height = (padded_px(side, margin_of(card, hasty=True), card.multiple_of_px) for side in job.part)
            pipeline.net.prepare(height, width)
        return True
    return False
