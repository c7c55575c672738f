"""The hosts that requests may name, and the sites whose pages may send requests."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from articles_qa.index.errors import InputError

_AUTHORITY = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?)(?::([0-9]{1,5}))?", re.ASCII)
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Authority:
    """The content of `Host`: a name or an address, and the port where one is written."""

    name: str
    port: int | None

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a name or an address, with or without a port; return None for anything else."""
        match = _AUTHORITY.fullmatch(text.lower())
        if match is None:
            return None
        name, port = match.groups()
        if name.startswith("[") and _address(name) is None:
            return None
        return cls(name, int(port) if port else None)


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """The hosts that requests may name; without this list, any web site could let its own name lead here.

    The names of this machine itself are allowed at any port, since tunnels and containers move ports. A further name
    without a port is allowed at any port. `any_address` allows all numeric addresses: no other site has such a name.

    Source: DNS rebinding, Jackson et al. 2007, section 5.
    """

    named: tuple[Authority, ...] = ()
    any_address: bool = False
    https_only: bool = False

    @classmethod
    def from_names(cls, names: Sequence[str], *, any_address: bool = False, https_only: bool = False) -> Self:
        """Read the names that the command line gives.

        Raises:
            InputError: one is neither a name nor an address.
        """
        named = []
        for name in names:
            bracketed = f"[{name}]" if ":" in name and _address(f"[{name}]") else name
            if (authority := Authority.parse(bracketed)) is None:
                raise InputError(f"--allow-host {name}: not a host; write a name or an address, such as qa.example.org")
            named.append(authority)
        return cls(tuple(named), any_address, https_only)

    def allows(self, host: Authority) -> bool:
        """Return whether requests to this host are answered."""
        address = _address(host.name)
        if host.name == "localhost" or (address is not None and (address.is_loopback or self.any_address)):
            return True
        return any(host.name == named.name and named.port in (None, host.port) for named in self.named)

    def allows_origin(self, origin: str, host: Authority) -> bool:
        """Return whether pages of this origin may ask this host.

        The pages of the host itself may, and those of the named hosts: a proxy before us can pass on another `Host`
        than the browser's.
        """
        scheme, separator, rest = origin.partition("://")
        authority = Authority.parse(rest)
        if not separator or authority is None or scheme not in (("https",) if self.https_only else ("http", "https")):
            return False
        usual = _DEFAULT_PORTS[scheme]
        same = authority.name == host.name and (authority.port or usual) == (host.port or usual)
        return same or authority in self.named


def network(address: str) -> str:
    """Return the network of one client: the address, of IPv6 its first 64 bits, since one client has all of the rest."""
    try:
        return str(ipaddress.IPv6Network((address, 64), strict=False))
    except ValueError:
        return address


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach a server at this address."""
    address = _address(host) or _address(f"[{host}]")
    return host == "localhost" or (address is not None and address.is_loopback)


def is_any(host: str) -> bool:
    """Return whether this stands for all of the machine's addresses."""
    address = _address(host) or _address(f"[{host}]")
    return address is not None and address.is_unspecified


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.IPv6Address(name[1:-1]) if name.startswith("[") else ipaddress.IPv4Address(name)
    except ValueError:
        return None
