"""Surface keys as they are shown."""

import pytest

from uxpipeline.display import display_key


@pytest.mark.parametrize("key", ["#apply-coupon", '[name="q"]', "body > main > ul > li", "/product/:id", "/über-uns"])
def test_plain_keys_are_shown_as_they_are(key: str) -> None:
    assert display_key(key) == key


@pytest.mark.parametrize(
    "key",
    ["<script>", "a\nb", "\x1b[31m", "`x`", "a|b", "[x](http://evil)", "\u202etxt", "\u200bx", "{{7}}", "a" * 200],
)
def test_anything_else_is_named_by_its_hash(key: str) -> None:
    shown = display_key(key)

    assert shown.startswith("unprintable-")
    assert shown == display_key(key)
    assert shown != display_key(key + "x")
