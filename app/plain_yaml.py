"""YAML from outside: plain data or a reason, whatever the file holds."""

import yaml

MAX_DEPTH = 50


class NotPlain(ValueError):
    """The message says why the text is not taken."""


def read_plain_yaml(text: str) -> object:
    """Raises NotPlain. Looked through as events first: neither aliases nor nesting may unfold without end."""
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise NotPlain("uses YAML aliases, which can unfold without end")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise NotPlain(f"nests its fields more than {MAX_DEPTH} deep")
        return yaml.load(text, Loader=yaml.CSafeLoader)
    except NotPlain:
        raise
    except yaml.MarkedYAMLError as error:
        where = f" (line {error.problem_mark.line + 1})" if error.problem_mark else ""
        raise NotPlain(f"is not YAML{where}") from None
    # A date that is none, a number that is none: the loader lets these errors of Python through.
    except (yaml.YAMLError, ValueError, ArithmeticError, LookupError, AttributeError, TypeError):
        raise NotPlain("is not YAML, or holds a date or number that is none") from None
