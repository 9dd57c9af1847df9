"""Which questions psdm may ask a person, found in its code: so that no question is left out of a test."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import psdm_cli

ROOT = Path(psdm_cli.__file__).parent
ASKING = ("choose", "text", "date", "confirm", "ask")
#: fixes hold their questions ready: the third of `Question(field, option, text)` is what is asked
READY = "Question"


def questions_in(*modules: str) -> set[str]:
    """Every question of these modules, as a pattern: what is known only at run time is `.*`."""
    found: set[str] = set()
    for module in modules:
        tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                found.update(_in_function(function))
    return found


def _in_function(function: ast.FunctionDef) -> Iterator[str]:
    named = {
        target.id: node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name == READY:
            yield from _patterns(node.args[2], named)
        elif name in ASKING and node.args:
            yield from _patterns(node.args[0], named)


def _patterns(text: ast.expr, named: dict[str, ast.expr]) -> Iterator[str]:
    match text:
        case ast.Constant(value=str(words)):
            yield _plain(words)
        case ast.JoinedStr(values=parts):
            yield "".join(_plain(part.value) if isinstance(part, ast.Constant) else ".*" for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from _patterns(one, named)
            yield from _patterns(other, named)
        case ast.Name(id=name) if name in named:
            yield from _patterns(named[name], named)
        case ast.BinOp(left=one, right=other):  # a text put together: what it is made of
            yield from {found for part in (one, other) for found in _patterns(part, named)}
        case ast.Call(func=ast.Attribute(value=inner)) | ast.Subscript(value=inner):
            yield from _patterns(inner, named)


def _plain(words: object) -> str:
    return re.sub(r"([?().|*+\\[\]])", r"\\\1", str(words))
