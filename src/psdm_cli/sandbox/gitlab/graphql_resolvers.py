"""Every field's resolver, gathered from the modules that register them."""

from __future__ import annotations

from typing import Any

from psdm_cli.sandbox.gitlab import graphql_items, graphql_mutations, graphql_queries, graphql_widgets
from psdm_cli.sandbox.gitlab.graphql_fields import FIELDS

MODULES = (graphql_items, graphql_mutations, graphql_queries, graphql_widgets)


def resolve(source: Any, info: Any, **args: Any) -> Any:
    """A field's value: by its own resolver, else the source's member of that name."""
    resolver = FIELDS.get((info.parent_type.name, info.field_name))
    if resolver is not None:
        return resolver(source, info.context, args)
    return source.get(info.field_name) if isinstance(source, dict) else None


def type_of(value: Any, _info: Any, _type: Any) -> str:
    """The concrete type of a widget or of a widget's definition."""
    return str(value["__typename"])
