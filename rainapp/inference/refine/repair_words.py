"""What is said of a repair: to the person, and in the metadata of the result."""

from rainapp.base.image import Repaired


def sentences(done: Repaired) -> tuple[str, ...]:
    """What a person should know, a sentence each."""
    if not done.windows:
        return ("Nothing was repaired: no rain was removed that a prior could look behind.",)
    acted = f"“{done.prior}” repaired where rain was: it changed {_percent(done.share)} of the pixels."
    said = [acted if done.share else f"“{done.prior}” changed nothing."]
    if done.strength < done.wanted:
        said.append(f"The repair was weakened from {done.wanted:.2g} to {done.strength:.2g} to keep its budget.")
    if done.kept:
        places = f"In {done.kept} of {done.windows} places"
        said.append(f"{places} the repair did not fit what is around it; they stay as they were derained.")
    if done.broken:
        said.append(f"{done.broken} pixels stay as they were derained, since the repair gave no number there.")
    return tuple(said)


def noted(done: Repaired) -> dict[str, str]:
    """The words in the metadata: the model, its strength, and the share of pixels that a generative model has changed."""
    share = f"{100 * done.share:.2f} %"
    return {"RepairModel": done.prior, "RepairStrength": f"{done.strength:.3g}", "RepairChangedPixels": share}


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 0.001 else "less than 0.1 %"
