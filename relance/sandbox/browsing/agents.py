"""Who makes web requests: browsers by mail client, image proxies, link scanners, and mail services."""

from __future__ import annotations

from relance.sandbox.browsing import browser
from relance.sandbox.cast import behaviour, dice

_BROWSERS = {
    "gmail": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    "outlook": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
    "apple": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
    "thunderbird": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
}
_LANGUAGES = {
    "en": "en-GB,en;q=0.9",
    "pl": "pl-PL,pl;q=0.9,en;q=0.7",
    "de": "de-DE,de;q=0.9,en;q=0.7",
    "fr": "fr-FR,fr;q=0.9,en;q=0.7",
    "es": "es-ES,es;q=0.9,en;q=0.7",
}
_SCANNERS = (
    "Mozilla/5.0 (compatible; Barracuda Sentinel (EE); +https://barracuda.example)",
    "Mozilla/5.0 (compatible; Barracuda Link Protection; link scanner)",
    "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1) SafeLinksScanner/1.4",
    "Mozilla/5.0 (X11; Linux x86_64) ProofpointURLDefense/3 HeadlessChrome/118.0.0.0",
)
IMAGE_PROXY = browser.Agent(
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
)
ONE_CLICK = browser.Agent("Mozilla/5.0 (compatible; List-Unsubscribe; one-click)")


def person(persona: behaviour.Persona) -> browser.Agent:
    """The browser of the person, which says which languages they read."""
    return browser.Agent(
        _BROWSERS[persona.client],
        (
            ("Accept", "text/html,image/avif,image/webp,*/*;q=0.8"),
            ("Accept-Language", _LANGUAGES[persona.language]),
        ),
    )


def scanner(persona: behaviour.Persona, seed: int) -> browser.Agent:
    """The link scanner of the person's company: everybody there has the same."""
    return browser.Agent(dice.of(seed, "scanner", persona.email.partition("@")[2]).choice(_SCANNERS))
