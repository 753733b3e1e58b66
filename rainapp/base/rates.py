"""Frames a second as people write them: 25, 23.976, 24000/1001. Numbered pictures have no rate of their own."""

from fractions import Fraction

RATE = Fraction(25)  # where nobody says otherwise
LEAST, MOST = Fraction(1, 10), Fraction(1000)
# What cinema, television and cameras use; television's are rounded where people write them.
USUAL = tuple(
    Fraction(n, d) for n, d in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (50, 1), (60000, 1001), (60, 1))
)


def rate_of(text: str) -> Fraction:
    """The rate that `text` says. Raises ValueError for what is no number, or none between `LEAST` and `MOST`."""
    if "e" in text.lower():  # nobody writes powers of ten, and large ones take for ever
        raise ValueError(f"{text} is no number")
    try:
        exact = Fraction(text.strip().replace(",", "."))
    except ZeroDivisionError:
        raise ValueError("the rate is divided by 0") from None
    rate = next((usual for usual in USUAL if said(usual) == said(exact)), exact.limit_denominator(1001))
    if not LEAST <= rate <= MOST:
        raise ValueError(f"{text} does not lie between {float(LEAST):g} and {float(MOST):g}")
    return rate


def said(rate: Fraction) -> str:
    """`rate` in at most three decimals, with a point: "25", "23.976"."""
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")
