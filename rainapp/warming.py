"""Makes the engine ready while nobody waits for it: the first preview then need not wait for the net, nor for torch.

Torch is needed the first time a model is used on a machine; afterwards a CPU mostly does without (`stages.engines.converted`).
"""

import contextlib
from dataclasses import replace

from rainapp.errors import BadModel, BadTreatment, EngineFailed
from rainapp.jobs import WarmUp, Watch
from rainapp.library import ModelLibrary
from rainapp.loading import load_libraries


def load_engine() -> None:
    """Load what the usual engine is made of; before it what pictures and clips need, which must not wait for it."""
    import rainapp.media.video  # noqa: F401

    load_libraries("openvino")


def warm_up(job: WarmUp, watch: Watch, library: ModelLibrary) -> bool:
    """Load the net of `job`, compile it for what a part takes, and say whether that went well; why not is told on use."""
    watch.tick(0, 0)
    load_engine()
    watch.tick(0, 0)
    from rainapp.stages import load_pipeline

    watch.tick(0, 0)
    with contextlib.suppress(BadModel, BadTreatment, EngineFailed, MemoryError):
        pipeline = load_pipeline(replace(job.treatment, mask=None), library)
        if job.part is not None and job.whole is not None:
            pipeline.prepare_part(job.whole, job.part, watch)
        return True
    return False
