import pytest
from hypothesis import given
from hypothesis import strategies as st

from uxpipeline.ingest.masking.user_agents import coarse_user_agent, device_type_of

MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
WINDOWS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
)
ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) "
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "


@pytest.mark.parametrize(
    ("user_agent", "coarse"),
    [
        (WINDOWS, "Chrome 156 / Windows"),
        (WINDOWS + " Edg/156.0.3100.1", "Edge 156 / Windows"),
        (WINDOWS + " OPR/120.0.0.0", "Opera 120 / Windows"),
        (ANDROID + "Chrome/156.0.0.0 Mobile Safari/537.36", "Chrome 156 / Android"),
        (ANDROID + "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36", "Samsung Internet 25 / Android"),
        (MAC + "Version/18.1 Safari/605.1.15", "Safari 18 / macOS"),
        (IPHONE + "Version/18.1 Mobile/15E148 Safari/604.1", "Safari 18 / iOS"),
        (IPHONE + "CriOS/156.0.0.0 Mobile/15E148 Safari/604.1", "Chrome 156 / iOS"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox 140 / Linux"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/140.0.0.0 Safari/537.36", "Chrome 140 / ChromeOS"),
        ("curl/8.5.0", None),
        ("", None),
        ("jane@example.com", None),
    ],
)
def test_only_family_major_version_and_system_stay(user_agent: str, coarse: str | None) -> None:
    assert coarse_user_agent(user_agent) == coarse


@given(st.sampled_from([WINDOWS, ANDROID, MAC, IPHONE, "Firefox/1", "Linux"]), st.text(max_size=20))
def test_coarsening_twice_is_coarsening_once(user_agent: str, more: str) -> None:
    coarse = coarse_user_agent(user_agent + more)
    assert coarse is None or coarse_user_agent(coarse) == coarse


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (WINDOWS, "desktop"),
        (MAC + "Version/18.1 Safari/605.1.15", "desktop"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/140.0.0.0 Safari/537.36", "desktop"),
        (ANDROID + "Chrome/156.0.0.0 Mobile Safari/537.36", "mobile"),
        (ANDROID + "Chrome/156.0.0.0 Safari/537.36", "tablet"),
        (IPHONE + "Version/18.1 Mobile/15E148 Safari/604.1", "mobile"),
        ("Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) Version/18.1 Mobile/15E148 Safari/604.1", "tablet"),
        ("curl/8.5.0", None),
        ("", None),
    ],
)
def test_a_device_is_known_by_its_user_agent(user_agent: str, device: str | None) -> None:
    assert device_type_of(user_agent) == device
