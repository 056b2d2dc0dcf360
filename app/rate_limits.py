"""How often one address may ask: per minute, in memory, under a keyed hash, so that no address is kept or logged."""

import hashlib
import hmac
import ipaddress
from enum import StrEnum

from fastapi import Request
from fastapi.params import Depends as DependsMarker
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from app.errors import TooMany
from app.settings import Settings

IPV6_PREFIX_BITS = 64
"""What a provider hands to one household: further addresses cost nothing there."""


class Limited(StrEnum):
    SEARCH = "search"
    SUGGEST = "suggest"
    API = "api"


class RateLimits:
    def __init__(self, settings: Settings) -> None:
        self._secret = settings.secret.get_secret_value().encode()
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._per_minute = {
            Limited.SEARCH: RateLimitItemPerMinute(settings.search_limit_per_minute),
            Limited.SUGGEST: RateLimitItemPerMinute(settings.suggest_limit_per_minute),
            Limited.API: RateLimitItemPerMinute(settings.api_limit_per_minute),
        }

    def take(self, what: Limited, address: str) -> None:
        """Count one request. Raises TooMany when the minute's share is used up."""
        key = hmac.new(self._secret, network(address).encode(), hashlib.sha256).hexdigest()
        if not self._limiter.hit(self._per_minute[what], what.value, key):
            raise TooMany


def network(address: str) -> str:
    """An IPv4 address itself, of an IPv6 address its network; anything else stays as it is."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped or ipaddress.ip_network((int(parsed), IPV6_PREFIX_BITS), strict=False))
    return str(parsed)


def limited(what: Limited) -> DependsMarker:
    """The dependency of a route that costs something."""

    def take(request: Request) -> None:
        limits: RateLimits = request.app.state.rate_limits
        limits.take(what, request.client.host if request.client else "")

    return DependsMarker(take)
