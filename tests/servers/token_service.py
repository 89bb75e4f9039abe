"""A private OAuth 2.0 service (RFC 6749): codes with PKCE, device codes, refresh tokens that rotate, and introspection for Dovecot."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.servers import ports

ACCOUNT = "relance@tests.example"
CLIENT, SECRET = "relance-tests", "client-secret-5417"
Fields = dict[str, str]
Said = tuple[int, dict[str, Any]]


@dataclass
class Service:
    """A running service; what it does may be changed while it runs."""

    port: int = 0
    life: float = 3600.0  # seconds of an access token
    rotates: bool = True  # whether each refresh token serves once
    refuses: Said | None = None  # what every request for a token gets
    before: Callable[[Fields], None] = lambda _: None  # runs before a token is asked for is answered
    after: Callable[[Fields], None] = lambda _: None  # runs once it is decided, before it is answered
    raw: bytes | None = None  # what is sent in place of an answer
    location: str = ""  # where a request for a token is redirected to
    asked: list[Fields] = field(default_factory=list)  # the requests for a token, in order
    tokens: dict[str, tuple[str, float]] = field(default_factory=dict)  # access tokens: whose, until when
    refresh: dict[str, str] = field(default_factory=dict)  # refresh tokens that are good: whose
    codes: dict[str, Fields] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)  # device codes: whose, once they agreed
    chosen: str = ""  # the account that is chosen in the browser; empty: the one that is asked for
    declines: bool = False  # whether nobody agrees in the browser
    account: rsa.RSAPublicKey | None = None  # of a service account
    application: str = ""  # whose mailbox a client's own tokens are for
    allowed: tuple[
        str, ...
    ] = ()  # the mailboxes that the administrator lets be used without asking their owners
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{ports.LOOPBACK}:{self.port}"

    def issue(self, user: str) -> dict[str, Any]:
        """A new pair of tokens of a user."""
        access, refresh = f"at-{secrets.token_urlsafe(40)}", f"rt-{secrets.token_urlsafe(40)}"
        with self.lock:
            self.tokens[access], self.refresh[refresh] = (user, time.time() + self.life), user
        return {
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": self.life,
            "token_type": "Bearer",
        }

    def expire(self) -> None:
        """Every access token has run out."""
        with self.lock:
            self.tokens = {token: (user, 0.0) for token, (user, _until) in self.tokens.items()}

    def revoke(self) -> None:
        """Every refresh token is void, as after a changed password."""
        with self.lock:
            self.refresh.clear()

    def refreshed(self) -> int:
        """How many times a refresh token was shown."""
        return sum(each.get("grant_type") == "refresh_token" for each in self.asked)

    def authorize(self, asked: Fields) -> str:
        """The user agrees in the browser; returns the address it is sent back to."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        found = {"error": "access_denied"} if self.declines else {"code": code}
        return asked["redirect_uri"] + "?" + urllib.parse.urlencode({**found, "state": asked["state"]})

    def answer(self, path: str, said: Fields) -> Said:
        """What a POST is answered."""
        if path == "/introspect":
            user, until = self.tokens.get(said["token"], ("", 0.0))
            live = {"active": True, "username": user, "exp": int(until), "scope": "mail"}
            return 200, live if time.time() < until else {"active": False}
        if path == "/device":
            return 200, self._device()
        if path != "/token":
            return 404, {}
        self.before(said)
        with self.lock:
            self.asked.append(said)
            answered = self.refuses or self._token(said)
        self.after(said)
        return answered

    def _device(self) -> dict[str, Any]:
        code = secrets.token_urlsafe(16)
        self.devices[code] = ""
        shown = {"user_code": "ABCD-1234", "verification_uri": f"{self.url}/enter"}
        return {"device_code": code, **shown, "interval": 1, "expires_in": 60}

    def _token(self, said: Fields) -> Said:
        if said.get("grant_type") == "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return self._applied(self._of_assertion(said["assertion"]))
        if said.get("client_id") != CLIENT:
            return 401, {"error": "invalid_client"}
        match said.get("grant_type", ""):
            case "refresh_token":
                known = self.refresh.pop if self.rotates else self.refresh.get
                return self._issued(known(said["refresh_token"], ""))
            case "authorization_code":
                code, issued = self._issued(self._of_code(said))
                return code, {**issued, "id_token": _id_token(self.chosen)} if self.chosen else issued
            case "urn:ietf:params:oauth:grant-type:device_code":
                who = self.devices.get(said["device_code"], "")
                return self._issued(who) if who else (400, {"error": "authorization_pending"})
            case "client_credentials":
                right = said.get("client_secret") == SECRET
                return self._applied(self.application if right else "")
        return 400, {"error": "unsupported_grant_type"}

    def _applied(self, user: str) -> Said:
        """No refresh token: the client asks again."""
        if user not in self.allowed:
            return 400, {
                "error": "unauthorized_client",
                "error_description": "not allowed by the administrator",
            }
        return 200, {name: value for name, value in self.issue(user).items() if name != "refresh_token"}

    def _of_assertion(self, assertion: str) -> str:
        """For whom the service account asks, where all of it is right (RFC 7523, 3)."""
        signed, _dot, proof = assertion.rpartition(".")
        head, claims = (json.loads(_decoded(each)) for each in signed.split("."))
        assert self.account is not None
        self.account.verify(_decoded(proof), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        now = time.time()
        assert (head["alg"], claims["aud"], claims["iss"]) == ("RS256", f"{self.url}/token", ACCOUNT)
        assert claims["iat"] <= now < claims["exp"] <= claims["iat"] + 3600
        return str(claims["sub"])

    def _issued(self, user: str) -> Said:
        if not user:
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        return 200, self.issue(user) if self.rotates else self.issue(user) | {"refresh_token": ""}

    def _of_code(self, said: Fields) -> str:
        asked = self.codes.pop(said["code"], {})
        hashed = hashlib.sha256(said.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
        right = asked and (asked["code_challenge"], asked["redirect_uri"]) == (proof, said["redirect_uri"])
        return (self.chosen or asked["login_hint"]) if right else ""


def _id_token(email: str) -> str:
    """Unsigned: who asks is told by the service itself."""
    parts = ({"alg": "none"}, {"email": email})
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode() for each in parts)
        + "."
    )


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@contextmanager
def running(**options: Any) -> Iterator[Service]:
    """A service on a port of its own."""
    service = Service(**options)
    server = ThreadingHTTPServer((ports.LOOPBACK, 0), type("Handler", (_Handler,), {"service": service}))
    server.daemon_threads = True
    service.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    service: Service

    def log_message(self, *_args: object) -> None:
        """Nothing: these are secrets."""

    def do_GET(self) -> None:
        url = urllib.parse.urlsplit(self.path)
        back = self.service.authorize(dict(urllib.parse.parse_qsl(url.query)))
        self._say(302, b"", location=back)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        path = urllib.parse.urlsplit(self.path).path
        code, said = self.service.answer(path, dict(urllib.parse.parse_qsl(body)))
        if path == "/token" and self.service.location:
            return self._say(307, b"", location=self.service.location)
        if path == "/token" and self.service.raw is not None:
            return self._say(code, self.service.raw)
        return self._say(code, json.dumps(said).encode())

    def _say(self, code: int, raw: bytes, **headers: str) -> None:
        self.send_response(code)
        for name, value in {**headers, "content-type": "application/json"}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)
