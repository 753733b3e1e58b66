"""Kinds of rain by name, "profile" or "profile:blend", as balanced drawing and invariant learning tell them apart."""

from collections.abc import Iterable

from training.rain.generator import BLENDS, Blend
from training.rain.profiles import MIXES, PROFILES


def parts(domain: str) -> tuple[str, tuple[Blend, ...]]:
    """The profile of a domain, and the blend models it may be drawn with: those that its profile has.

    Raises:
        ValueError: an unknown profile, a mix of several, an unknown blend, or one that the profile never has; in words.
    """
    name, _, blend = domain.partition(":")
    if name in MIXES:
        raise ValueError(f"“{name}” mixes several kinds of rain; name one")
    if name not in PROFILES:
        raise ValueError(f"the rain profile “{name}” is unknown")
    own = tuple(b for b, share in zip(BLENDS, PROFILES[name].blends, strict=True) if share > 0)
    if not blend:
        return name, own
    chosen = tuple(b for b in own if b == blend)
    if not chosen:
        raise ValueError(f"“{name}” is never drawn as “{blend}”; it has {', '.join(own)}")
    return name, chosen


def plain(profiles: Iterable[str]) -> tuple[str, ...]:
    """The single profiles of profiles and mixes, each once, in the order of their names."""
    return tuple(sorted({each for name in profiles for each in MIXES.get(name, {name: 1.0})}))


def distinct(domains: Iterable[str]) -> set[tuple[str, tuple[Blend, ...]]]:
    """The domains that differ: "narrow" and "narrow:additive" are one. Raises ValueError, see `parts`."""
    return {parts(domain) for domain in domains}
