"""Secrets known in this run, and the one function that takes them out of any text that is shown or logged."""

from __future__ import annotations

import re

_MASK = "•••"
_known: set[str] = set()
# What a secret looks like even when nobody registered it: headers, tokens by their prefix, passwords in addresses.
_SHAPES = (
    re.compile(
        r"(?i)((?:authorization|private-token|job-token)['\"]?\s*[:=]\s*['\"]?(?:bearer\s+|basic\s+)?)[^\s'\",}]+"
    ),
    re.compile(r"(?i)(\bbearer\s+)[\w.~+/=-]{6,}"),
    re.compile(r"(?i)((?:access_|private_|refresh_)?token=)[^\s&'\"]+"),
    re.compile(r"()\b(?:glpat|gloas|gldt|glcbt|glptt)-[\w.-]{8,}"),
    re.compile(r"(://[^/\s:@]*:)[^/\s@]+(?=@)"),
    re.compile(r"(?i)(\bpostgres\w*(?:\+\w+)?://[^/\s:@]*:)\S+(?=@)"),  # whatever the password is made of
    re.compile(r"(?i)(\b(?:ssl)?password=)[^\s&'\"]+"),
)


def register(secret: str) -> str:
    """Remember a secret for this run; returns it."""
    if len(secret) >= 4:
        _known.add(secret)
    return secret


def mask(text: str) -> str:
    """The text without any secret."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, _MASK)
    for shape in _SHAPES:
        text = shape.sub(rf"\g<1>{_MASK}", text)
    return text
