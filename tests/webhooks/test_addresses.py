"""Nothing is sent into a network that is not public, however its address is written."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocreate.internet import is_public
from cocreate.webhooks.addresses import AddressPolicy, Forbidden

POLICY = AddressPolicy()
PUBLIC = ["93.184.216.34", "1.1.1.1", "2606:2800:220:1:248:1893:25c8:1946", "2a02:898::1"]
NOT_PUBLIC = [
    "0.0.0.0",  # noqa: S104
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "224.0.1.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::93.184.216.34",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:5db8:d822::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "4000::1",
]
PRIVATE_V4 = ["10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_sent_to(address: str) -> None:
    POLICY.require([ip_address(address)], "https", 443)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_others_are_not(address: str) -> None:
    with pytest.raises(Forbidden):
        POLICY.require([ip_address(address)], "https", 443)
    # One among others is enough: which of them is dialled would be a matter of chance.
    with pytest.raises(Forbidden):
        POLICY.require([ip_address(PUBLIC[0]), ip_address(address)], "https", 443)


private_v4 = st.sampled_from(PRIVATE_V4).flatmap(
    lambda network: st.ip_addresses(network=ip_network(network))
)


@given(private_v4)
def test_no_way_of_writing_a_private_address_is_sent_to(address: IPv4Address) -> None:
    number = int(address)
    for written in (
        address,
        IPv6Address(f"::ffff:{address}"),
        IPv6Address((0x64FF9B << 96) | number),
        IPv6Address((0x2002 << 112) | (number << 80)),
        IPv6Address(number) if number > 1 else IPv6Address("::1"),
        IPv6Address((0x2001_0000 << 96) | (~number & 0xFFFF_FFFF)),
    ):
        assert not POLICY.allows(written), written


@given(st.ip_addresses())
def test_what_is_sent_to_is_public_by_every_measure(address: IPv4Address | IPv6Address) -> None:
    if not is_public(address):
        return
    meant = address
    if isinstance(address, IPv6Address) and address in ip_network("64:ff9b::/96"):
        meant = IPv4Address(int(address) & 0xFFFF_FFFF)
    if isinstance(meant, IPv6Address) and meant.ipv4_mapped:
        meant = meant.ipv4_mapped
    assert meant.is_global
    marks = ("private", "loopback", "link_local", "multicast", "reserved", "unspecified")
    assert [mark for mark in marks if getattr(meant, f"is_{mark}")] == []


def test_an_address_that_translates_a_public_one_is_sent_to() -> None:
    assert POLICY.allows(ip_address("::ffff:93.184.216.34"))
    assert POLICY.allows(ip_address("64:ff9b::5db8:d822"))


def test_a_name_without_addresses_is_not_sent_to() -> None:
    with pytest.raises(Forbidden):
        POLICY.require([], "https", 443)


@pytest.mark.parametrize(
    ("scheme", "port"), [("http", 80), ("http", 443), ("https", 80), ("https", 22), ("https", 5432)]
)
def test_public_addresses_are_sent_to_with_https_on_its_ports_only(scheme: str, port: int) -> None:
    with pytest.raises(Forbidden):
        POLICY.require([ip_address(PUBLIC[0])], scheme, port)
    # Networks that were allowed change nothing for the others.
    with pytest.raises(Forbidden):
        AddressPolicy([ip_network("10.0.0.0/8")]).require([ip_address(PUBLIC[0])], scheme, port)


def test_networks_that_are_allowed_are_sent_to_in_any_way() -> None:
    policy = AddressPolicy([ip_network("10.20.0.0/16"), ip_network("fd00:20::/32")])
    for address in ("10.20.3.4", "::ffff:10.20.3.4", "64:ff9b::a14:304", "fd00:20::1"):
        policy.require([ip_address(address)], "http", 9000)
    for address in ("10.21.0.1", "127.0.0.1", "fd00:21::1"):
        with pytest.raises(Forbidden):
            policy.require([ip_address(address)], "https", 443)
    with pytest.raises(Forbidden):
        policy.require([ip_address("10.20.3.4"), ip_address(PUBLIC[0])], "http", 80)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "http://zaken.example.nl/",
        "https://zaken.example.nl:22/",
    ],
)
def test_what_is_plain_before_any_look_up_is_refused_then(url: str) -> None:
    with pytest.raises(Forbidden):
        POLICY.require_url(url)


def test_a_name_may_turn_out_to_be_in_a_network_that_is_allowed() -> None:
    POLICY.require_url("https://zaken.example.nl:8443/")
    AddressPolicy([ip_network("10.0.0.0/8")]).require_url("http://zaken.intern:9000/")
