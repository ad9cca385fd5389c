"""Addresses that webhooks may be sent to."""

from castline.webhooks.addresses import is_loopback, is_public

PUBLIC = (
    "1.1.1.1", "8.8.8.8", "52.95.110.1", "93.184.215.14", "172.15.255.255", "172.32.0.0", "192.0.1.0", "198.20.0.0",
    "223.255.255.254", "2606:4700:4700::1111", "2a00:1450:4001:82a::200e",
)  # fmt: skip
NOT_PUBLIC = (
    "0.0.0.0",  # noqa: S104
    "0.1.2.3", "10.0.0.1", "100.64.0.1",
    "100.100.100.200",  # metadata of Alibaba Cloud
    "127.0.0.1", "127.255.255.254",
    "168.63.129.16",  # platform services of Azure
    "169.254.0.1",
    "169.254.169.254",  # metadata of AWS, Azure and Google Cloud
    "169.254.170.2",  # credentials of containers on AWS
    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.9",
    "192.0.0.192",  # metadata of Oracle Cloud
    "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1",
    "::ffff:8.8.8.8", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::a00:1", "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",  # Teredo
    "2001:10::1", "2001:20::1", "2001:db8::1",
    "2002:7f00:1::1",  # 6to4 of 127.0.0.1
    "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1",
    "fd00:ec2::254",  # metadata of AWS
    "fe80::1", "fe80::1%eth0", "2606:4700:4700::1111%eth0", "fec0::1", "ff02::1", "", "localhost", "127.1",
    "2130706433",
)  # fmt: skip


def test_only_addresses_of_the_public_internet_are_public() -> None:
    assert [address for address in PUBLIC if not is_public(address)] == []
    assert [address for address in NOT_PUBLIC if is_public(address)] == []


def test_only_addresses_of_this_machine_are_loopback() -> None:
    others = ["0.0.0.0", "10.0.0.1", "::", "::ffff:127.0.0.1", "8.8.8.8", "localhost"]  # noqa: S104

    assert all(map(is_loopback, ["127.0.0.1", "127.8.9.10", "::1"]))
    assert not any(map(is_loopback, others))
