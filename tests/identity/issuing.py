"""An issuer within the tests: it signs what it is told to, and publishes keys on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping
from time import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

AUDIENCE = "https://cocreate.test"

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


class SigningKey:
    """A key of an issuer, and how it is published. ``key`` is one that is there, to save time."""

    def __init__(
        self,
        kid: str | None,
        algorithm: str = "RS256",
        bits: int = 2_048,
        key: rsa.RSAPrivateKey | None = None,
    ) -> None:
        self.kid = kid
        self.algorithm = algorithm
        self.key: PrivateKey
        if algorithm.startswith(("RS", "PS")):
            self.key = key or rsa.generate_private_key(65_537, bits)
            self.published = _as_dict(RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True))
        elif algorithm.startswith("ES"):
            curve = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1()}[algorithm]
            self.key = ec.generate_private_key(curve)
            self.published = _as_dict(ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True))
        else:
            self.key = ed25519.Ed25519PrivateKey.generate()
            self.published = _as_dict(OKPAlgorithm.to_jwk(self.key.public_key(), as_dict=True))
        self.published.pop("key_ops", None)
        if kid is not None:
            self.published["kid"] = kid

    def sign(self, claims: Mapping[str, object], **header: object) -> str:
        """Sign claims; ``header`` is added to that of the token, None takes out of it."""
        algorithm = str(header.pop("alg", self.algorithm))
        headers: dict[str, Any] = {"kid": self.kid, **header}
        kept = {name: value for name, value in headers.items() if value is not None}
        return jwt.encode(dict(claims), self.key, algorithm=algorithm, headers=kept)


def _as_dict(published: Mapping[str, Any]) -> dict[str, Any]:
    return dict(published)


class Issuer:
    """Publishes its keys, or whatever else it is told to."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self.keys = [SigningKey("one")]
        self.answers: dict[str, tuple[int, Mapping[str, str], bytes]] = {}
        """What it answers instead, by path."""
        self.asked: list[str] = []
        """The paths that were asked for."""
        self.down = False

    def claims(self, subject: str = "anna", /, **changes: object) -> dict[str, object]:
        now = int(time())
        claims: dict[str, object] = {
            "iss": self.origin,
            "aud": AUDIENCE,
            "sub": subject,
            "iat": now,
            "exp": now + 300,
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, subject: str = "anna", /, **changes: object) -> str:
        return self.keys[0].sign(self.claims(subject, **changes), typ="at+jwt")

    def answer(self, path: str) -> tuple[int, Mapping[str, str], bytes]:
        if path in self.answers:
            return self.answers[path]
        if path == "/.well-known/openid-configuration":
            said: object = {"issuer": self.origin, "jwks_uri": f"{self.origin}/jwks"}
        elif path == "/jwks":
            said = {"keys": [key.published for key in self.keys]}
        else:
            return 404, {}, b""
        return 200, {}, json.dumps(said).encode()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ")[1].decode()
        self.asked.append(path)
        if not self.down:
            status, headers, body = self.answer(path)
            lines = [f"HTTP/1.1 {status} x", f"content-length: {len(body)}", "connection: close"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            writer.write("\r\n".join([*lines, "", ""]).encode() + body)
            with contextlib.suppress(ConnectionError):
                await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def issuing() -> AsyncIterator[Issuer]:
    """Run an issuer."""
    issuer: Issuer

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await issuer.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    issuer = Issuer(server.sockets[0].getsockname()[1])
    async with server:
        yield issuer


def by_hand(header: object, claims: object, signature: bytes = b"x") -> str:
    """Put a token together that no library would; bytes stand in it as they are."""
    parts = [
        part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, claims)
    ]
    return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in [*parts, signature])
