"""Which addresses are of the open internet. Pure: nothing is looked up here."""

from __future__ import annotations

import ipaddress

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # RFC 5214, section 6.1: before the IPv4 address in the last 32 bits
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
#: Beside what the standard library knows, whose list differs between versions of Python.
_CLOSED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "168.63.129.16/32",  # the metadata service of Azure, at a public address
        "192.0.0.0/24",  # protocol assignments; the metadata service of Oracle
        "192.88.99.0/24",  # relays of 6to4
        "2001::/23",  # protocol assignments, other than Teredo, which is judged by what it carries
        "3fff::/20",  # documentation
    )
)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, also inside an IPv6 transition form.

    IPv4-mapped, 6to4, Teredo, NAT64 and ISATAP addresses are judged by the IPv4 address they lead to.
    Link-local, multicast, shared, reserved and documentation addresses are not public, nor are the metadata
    services of clouds.

    Raises
    ------
    ValueError
        If it is no IP address.
    """
    ip = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if inner := _carried(ip):
            return all(is_public(str(found)) for found in inner)
        if ip not in _GLOBAL_UNICAST:
            return False
    if any(ip in network for network in _CLOSED if network.version == ip.version):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _carried(ip: ipaddress.IPv6Address) -> tuple[ipaddress.IPv4Address, ...]:
    """The IPv4 addresses a packet to `ip` may reach; none for a plain IPv6 address."""
    if ip in _NAT64:
        return (ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF),)
    if ip.teredo:
        return ip.teredo
    single = ip.ipv4_mapped or ip.sixtofour
    if single is None and int(ip) >> 32 & 0xFFFFFFFF in _ISATAP:
        single = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return (single,) if single else ()
