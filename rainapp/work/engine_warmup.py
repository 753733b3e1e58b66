"""Makes the engine ready while nobody waits for it: the first preview then need not wait for the net, nor for torch.

Torch is needed the first time a model is used on a machine; afterwards a CPU mostly does without
(`inference.engines.converted`).
"""

import contextlib
from dataclasses import replace

from rainapp.base.errors import BadModel, BadTreatment, EngineFailed
from rainapp.base.loading import load_libraries
from rainapp.jobs.records import WarmUp, Watch
from rainapp.library.model_library import ModelLibrary


def load_engine() -> None:
    """Load what the usual engine is made of; before it what pictures and clips need, which must not wait for it."""
    import rainapp.media.clip.video  # noqa: F401

    load_libraries("openvino")


def warm_up(job: WarmUp, watch: Watch, library: ModelLibrary) -> bool:
    """Load the net of `job`, compile it for what a part takes, and say whether that went well; why not is told on use."""
    watch.tick(0, 0)
    load_engine()
    watch.tick(0, 0)
    from rainapp.inference.pipeline import load_pipeline

    watch.tick(0, 0)
    with contextlib.suppress(BadModel, BadTreatment, EngineFailed, MemoryError):
        pipeline = load_pipeline(replace(job.treatment, mask=None, refine=0.0), library)
        if job.part is not None and job.whole is not None:
            pipeline.prepare_part(job.whole, job.part, watch)
        return True
    return False
