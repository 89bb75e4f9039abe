"""Programs known to load what is in a mail. Data that ages: change it, raise `judge.RULES_VERSION`, and judge again.

Collected in 2026 from vendors' pages and from what other senders report.
"""

from __future__ import annotations

import ipaddress

# Link checkers, previewers and plain programs; compared without regard to case, anywhere in the User-Agent.
SCANNERS: tuple[str, ...] = (
    "barracuda",
    "mimecast",
    "proofpoint",
    "urldefense",
    "safelinks",
    "microsoft office existence discovery",
    "microsoftpreview",
    "skypeuripreview",
    "bingpreview",
    "cloudmark",
    "symantec",
    "trendmicro",
    "fireeye",
    "zscaler",
    "sophos",
    "virustotal",
    "googlebot",
    "google-safety",
    "adsbot",
    "slackbot",
    "linkedinbot",
    "facebookexternalhit",
    "whatsapp",
    "telegrambot",
    "twitterbot",
    "applebot",
    "yandexbot",
    "headlesschrome",
    "phantomjs",
    "python-requests",
    "python-urllib",
    "aiohttp",
    "httpx",
    "go-http-client",
    "okhttp",
    "java/",
    "curl/",
    "wget/",
    "libwww-perl",
    "node-fetch",
    "axios/",
    "scrapy",
    "crawler",
    "spider",
    "bot/",
    "bot;",
)

# Mail services that load a picture for a reader when the reader opens the mail; they hide the reader's own program.
IMAGE_PROXIES: tuple[str, ...] = ("googleimageproxy", "yahoomailproxy")

# Gmail loads pictures ahead for readers who are online, with this old browser's name and nothing about a proxy.
GMAIL_AHEAD = "edge/12.246 mozilla/5.0"

# Apple's Mail Privacy Protection loads everything, read or not, and calls itself only this.
APPLE_AHEAD = "mozilla/5.0"

# Apple's own network, from which the privacy proxies fetch.
APPLE_NETWORKS = (ipaddress.ip_network("17.0.0.0/8"),)

# Exchange Online Protection; its link checks come from here under ordinary browser names.
SCANNER_NETWORKS = tuple(
    map(ipaddress.ip_network, ("40.92.0.0/15", "40.107.0.0/16", "52.100.0.0/14", "104.47.0.0/17"))
)


def scanner(agent: str) -> bool:
    """Whether a User-Agent names a program that checks or previews links."""
    words = agent.lower()
    return any(name in words for name in SCANNERS)


def image_proxy(agent: str) -> bool:
    """Whether a User-Agent names a mail service that loads pictures when a reader opens the mail."""
    words = agent.lower()
    return any(name in words for name in IMAGE_PROXIES)


def within(network: str, known: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]) -> bool:
    """Whether a hit's network lies inside one of the known ones."""
    try:
        place = ipaddress.ip_network(network)
    except ValueError:
        return False
    return any(_inside(place, larger) for larger in known)


def _inside(
    place: ipaddress.IPv4Network | ipaddress.IPv6Network,
    larger: ipaddress.IPv4Network | ipaddress.IPv6Network,
) -> bool:
    return place.version == larger.version and place.network_address in larger
