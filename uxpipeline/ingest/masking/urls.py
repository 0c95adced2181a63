"""What of a URL may be stored: where somebody was, not who they are nor what they typed.

Every function here gives the same result when applied to its own result.
"""

import re
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from uxpipeline.ingest.masking.cleaning import visible
from uxpipeline.ingest.masking.detectors import looks_random, mask_pii
from uxpipeline.ingest.memo import Memo

KEPT_QUERY_KEYS = frozenset({"utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"})
ID_SEGMENT = ":id"

_URL = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.DOTALL)
_HOST = re.compile(r"(?:[\w.-]*|\[[0-9A-Fa-f:.]+\])(?::\d+)?")
_ID = re.compile(r"\d+|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_MIN_TOKEN_CHARACTERS = 16
_MAX_DECODINGS = 5


def clean_url(url: str) -> str:
    """Return scheme, host, path and campaign parameters of a URL; empty where nothing can be kept.

    Dropped: user names, the fragment, every other query key. In the path numbers, UUIDs and tokens become `:id`, what
    the detectors find becomes its kind, percent-encoded or not. No `@` is left.
    """
    return _CLEANED[url]


def clean_referrer(url: str) -> str | None:
    """Return the origin of a referring page, None where it has none."""
    scheme, authority, _, _ = _split(url)
    host = _host(authority or "")
    return f"{scheme}://{host}" if scheme and host else None


def url_path(url: str) -> str:
    """Return the path of a URL as the tracker wrote it, `/` where it is empty: what page rules are matched against."""
    return _split(url)[2] or "/"


def url_host(url: str) -> str:
    """Return the host and port of a URL, empty where it has none."""
    return _host(_split(url)[1] or "") or ""


def _split(url: str) -> tuple[str, str | None, str, str | None]:
    """Cut a URL by RFC 3986, taking a backslash for a slash as browsers do; never fails."""
    match = _URL.fullmatch(visible(url).strip().replace("\\", "/"))
    scheme, authority, path, query = match.groups() if match else ("", None, "", None)
    return (scheme or "").lower(), authority, path.rstrip(), query


def _host(authority: str) -> str | None:
    host = authority.rpartition("@")[2].lower()
    return host if _HOST.fullmatch(host) else None


def _clean(url: str) -> str:
    scheme, authority, path, query = _split(url)
    if authority is None and scheme:
        return f"{scheme}:"
    origin = _origin(scheme, authority)
    if origin is None:
        return ""
    kept = _campaign(query or "")
    return origin + "/".join(map(_segment, path.split("/"))) + (f"?{kept}" if kept else "")


_CLEANED = Memo(_clean)


def _origin(scheme: str, authority: str | None) -> str | None:
    if authority is None:
        return ""
    host = _host(authority)
    if host is None:
        return None
    return f"{scheme}://{host}" if scheme else f"//{host}"


def _segment(segment: str) -> str:
    return segment if segment.isalpha() and segment.isascii() else _SEGMENTS[segment]


def _clean_segment(segment: str) -> str:
    decoded = _decoded(segment)
    if decoded is None or _ID.fullmatch(decoded) or _is_token(decoded):
        return ID_SEGMENT
    masked = mask_pii(decoded)
    if "@" in masked:
        return ID_SEGMENT
    return segment if masked == decoded else quote(masked, safe="[]!$&'()*+,;=~")


_SEGMENTS = Memo(_clean_segment)


def _decoded(segment: str) -> str | None:
    """Undo percent-encoding however often it was applied; None where it never ends."""
    decoded = segment
    for _ in range(_MAX_DECODINGS):
        before, decoded = decoded, visible(unquote(decoded))
        if decoded == before:
            return decoded
    return None


def _is_token(word: str) -> bool:
    return len(word) >= _MIN_TOKEN_CHARACTERS and " " not in word and looks_random(word)


def _campaign(query: str) -> str:
    kept: dict[str, str] = {}
    for pair in query.split("&"):
        key, _, value = pair.partition("=")
        if key in KEPT_QUERY_KEYS:
            decoded = unquote_plus(value)
            if decoded and "@" not in decoded and mask_pii(decoded) == decoded:
                kept.setdefault(key, quote_plus(decoded))
    return "&".join(f"{key}={value}" for key, value in kept.items())
