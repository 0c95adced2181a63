"""From a user agent string, unique enough to follow a person, to the coarse facts friction depends on."""

import re

from uxpipeline.ingest.memo import Memo

# Order matters: every browser names those it wants to be taken for, so the most specific name comes first.
_BROWSERS = {
    "Edge": re.compile(r"\bEdg(?:e|A|iOS)?/(\d{1,4})"),
    "Opera": re.compile(r"\bOPR/(\d{1,4})"),
    "Samsung Internet": re.compile(r"\bSamsungBrowser/(\d{1,4})"),
    "Firefox": re.compile(r"\b(?:Firefox|FxiOS)/(\d{1,4})"),
    "Chrome": re.compile(r"\b(?:Chrome|CriOS|HeadlessChrome)/(\d{1,4})"),
    "Safari": re.compile(r"\bVersion/(\d{1,4})\S* .*\bSafari/"),
}
_SYSTEMS = {
    "Android": re.compile(r"\bAndroid\b"),
    "iOS": re.compile(r"\b(?:iPhone|iPad|iPod)\b"),
    "Windows": re.compile(r"\bWindows\b"),
    "ChromeOS": re.compile(r"\bCrOS\b"),
    "macOS": re.compile(r"\b(?:Mac OS X|Macintosh)\b"),
    "Linux": re.compile(r"\bLinux\b"),
}
_COARSE = re.compile(rf"(?:{'|'.join(_BROWSERS)}) \d{{1,4}} / (?:{'|'.join(_SYSTEMS)})")
_TABLET = re.compile(r"\b(?:iPad|Tablet|PlayBook|Silk|Kindle)\b|\bAndroid\b(?!.*\bMobile\b)")
_PHONE = re.compile(r"\b(?:Mobile|Mobi|iPhone|iPod)\b")
_DESKTOP = re.compile(r"\b(?:Windows NT|Macintosh|X11|CrOS)\b")
_MAX_CHARACTERS = 1024


def coarse_user_agent(user_agent: str) -> str | None:
    """Return browser, major version and system, e.g. `Chrome 156 / Android`; None for what we do not know."""
    return _COARSE_AGENTS[user_agent[:_MAX_CHARACTERS]]


def device_type_of(user_agent: str) -> str | None:
    """Return `tablet`, `mobile` or `desktop`; None for what we do not know."""
    return _DEVICE_TYPES[user_agent[:_MAX_CHARACTERS]]


def _device_type(user_agent: str) -> str | None:
    kinds = (("tablet", _TABLET), ("mobile", _PHONE), ("desktop", _DESKTOP))
    return next((kind for kind, pattern in kinds if pattern.search(user_agent)), None)


def _coarse(user_agent: str) -> str | None:
    if _COARSE.fullmatch(user_agent):
        return user_agent
    browser = next(
        (f"{name} {hit[1]}" for name, pattern in _BROWSERS.items() if (hit := pattern.search(user_agent))), ""
    )
    system = next((name for name, pattern in _SYSTEMS.items() if pattern.search(user_agent)), "")
    return f"{browser} / {system}" if browser and system else None


_COARSE_AGENTS = Memo(_coarse)
_DEVICE_TYPES = Memo(_device_type)
