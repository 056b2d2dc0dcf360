"""A base form told by its word: how many letters to drop from the end (a sign), and what to put there instead.

`victims` → `victim` is `1`, as for most words of its kind: short to keep, and alike to share.
"""

_NONE_DROPPED = ord("0")


def ending(form: str, base: str) -> str:
    shared = len(form)
    while not base.startswith(form[:shared]):
        shared -= 1
    return chr(_NONE_DROPPED + len(form) - shared) + base[shared:]


def with_ending(form: str, told: str) -> str:
    return form[: len(form) - ord(told[0]) + _NONE_DROPPED] + told[1:]
