"""Estimates with their intervals in words, as tables and pictures show them."""

NOT_ESTIMATED = "not estimated"


def rate_words(middle: float, low: float, high: float) -> str:
    """A rate: `27.8% (19.0% – 37.4%)`."""
    return f"{middle:.1%} ({low:.1%} – {high:.1%})"


def loss_words(middle: float | None, low: float | None, high: float | None) -> str:
    """Lost conversions: `12.3 (−3.0 to 27.1)`."""
    if middle is None or low is None or high is None:
        return NOT_ESTIMATED
    return f"{middle:,.1f} ({low:,.1f} to {high:,.1f})".replace("-", "−")
