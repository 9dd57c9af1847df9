"""Tokens: from the environment, then from the system's keyring; never from a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from psdm_cli.errors import SYSTEM_NAMES, NotAllowed, WrongConfiguration, WrongUsage

SYSTEMS = ("kantata", "gitlab")
VARIABLES: dict[str, tuple[str, ...]] = {
    "kantata": ("PSDM_KANTATA_TOKEN", "KANTATA_TOKEN"),
    "gitlab": ("PSDM_GITLAB_TOKEN", "GITLAB_TOKEN"),
}
WHERE_TO_GET = {
    "kantata": "A token comes from https://app.mavenlink.com/oauth/applications; ask an account administrator",
    "gitlab": "A personal access token comes from User settings › Access tokens, scope api",
}


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where it was found. Its text never shows in a representation."""

    value: str = field(repr=False)
    origin: str


@dataclass(frozen=True, slots=True)
class KeyringState:
    """Whether the system's keyring can keep a token; if not, why, in words for a person."""

    usable: bool
    name: str
    reason: str = ""


def system_name(text: str) -> str:
    """`kantata` or `gitlab`. Raises `WrongUsage` with the nearest name."""
    word = text.strip().lower()
    if word in SYSTEMS:
        return word
    from difflib import get_close_matches

    meant = get_close_matches(word, SYSTEMS, n=1)
    tail = f"; did you mean {meant[0]}?" if meant else f"; psdm knows {' and '.join(SYSTEMS)}."
    raise WrongUsage(f"There is no system {text!r}{tail}")


def missing(system: str) -> NotAllowed:
    """The error for a token that is nowhere."""
    return NotAllowed(
        f"There is no token for {SYSTEM_NAMES[system]}.",
        hint=f"Set {VARIABLES[system][0]}, or run: psdm auth login {system}. {WHERE_TO_GET[system]}.",
    )


def from_environment(system: str, environ: Mapping[str, str]) -> Token | None:
    """The token in the environment, ours before the general one. Raises `WrongConfiguration` if it cannot be one."""
    for variable in VARIABLES[system]:
        value = environ.get(variable, "").strip()
        if value:
            return Token(checked(value, variable), variable)
    return None


def checked(value: str, origin: str) -> str:
    """The token, if it can be sent in a header at all. Raises `WrongConfiguration` without showing it."""
    if not value.isascii() or not value.isprintable() or " " in value:
        raise WrongConfiguration(
            f"{origin} does not hold a token: there are spaces, line breaks or characters in it that no token has."
        )
    return value


def keyring_state() -> KeyringState:
    """What kind of keyring this machine has. Files with readable text do not count as one."""
    import keyring

    backend = keyring.get_keyring()
    chosen = next(iter(getattr(backend, "backends", None) or [backend]))
    module, kind = type(chosen).__module__, type(chosen).__name__
    name = str(getattr(chosen, "name", kind))
    if module.endswith(".fail"):
        return KeyringState(False, "none", "this machine has no keyring service")
    if module.endswith(".null"):
        return KeyringState(False, "none", "the keyring is switched off on this machine")
    if "plaintext" in kind.lower() or "plaintext" in name.lower():
        return KeyringState(False, name, "the keyring of this machine is a file with readable text")
    return KeyringState(True, name)


def _entry(system: str, url: str) -> tuple[str, str]:
    # the address is part of the entry: a token is never sent to another server than it was given for
    return f"psdm:{system}", url


def from_keyring(system: str, url: str) -> Token | None:
    """The token that the keyring keeps for this address; None without one, or without a keyring that can be read."""
    import keyring
    from keyring.errors import KeyringError

    if not keyring_state().usable:
        return None
    try:
        value = keyring.get_password(*_entry(system, url))
    except (KeyringError, RuntimeError, OSError):  # a locked or absent service: the caller names both ways to a token
        return None
    return Token(value, "keyring") if value else None


def find(system: str, url: str, environ: Mapping[str, str]) -> Token | None:
    """The token for a system: environment, then keyring."""
    return from_environment(system, environ) or from_keyring(system, url)


def _unusable(state: KeyringState, system: str) -> WrongConfiguration:
    return WrongConfiguration(
        f"The token was not stored: {state.reason}, and psdm keeps no token in a plain file.",
        hint=f"Set {VARIABLES[system][0]} in the environment instead, for example from your password manager.",
    )


def require_keyring(system: str) -> KeyringState:
    """The keyring, or `WrongConfiguration` with the other way."""
    state = keyring_state()
    if not state.usable:
        raise _unusable(state, system)
    return state


def store(system: str, url: str, value: str) -> KeyringState:
    """Keep a token in the keyring. Raises `WrongConfiguration` when there is none, or it refuses."""
    import keyring
    from keyring.errors import KeyringError

    state = require_keyring(system)
    try:
        keyring.set_password(*_entry(system, url), value)
    except (KeyringError, RuntimeError, OSError) as error:
        raise _unusable(KeyringState(False, state.name, f"the keyring refused ({_word(error)})"), system) from None
    return state


def forget(system: str, url: str) -> bool:
    """Take the token out of the keyring; False when there was none."""
    import keyring
    from keyring.errors import KeyringError, PasswordDeleteError

    require_keyring(system)
    try:
        if keyring.get_password(*_entry(system, url)) is None:
            return False
        keyring.delete_password(*_entry(system, url))
    except PasswordDeleteError:
        return False
    except (KeyringError, RuntimeError, OSError) as error:
        raise WrongConfiguration(f"The keyring refused to forget the token ({_word(error)}).") from None
    return True


def _word(error: Any) -> str:
    return type(error).__name__
