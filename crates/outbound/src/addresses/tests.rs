use std::net::{IpAddr, Ipv4Addr};

use proptest::prelude::*;

use super::{Reach, reach};

fn of(address: &str) -> Reach {
    reach(address.parse::<IpAddr>().unwrap())
}

#[test]
fn public_addresses_are_reached() {
    for address in [
        "1.1.1.1",
        "8.8.8.8",
        "2.132.0.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.0.3.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2606:4700:4700::1111",
        "2a00:1450::1",
        "2001:200::1",
        "2001:4860::8888",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2000::1",
    ] {
        assert_eq!(of(address), Reach::Public, "{address}");
    }
}

#[test]
fn loopback_and_private_networks_need_the_switch() {
    for address in [
        "127.0.0.1",
        "127.255.255.255",
        "10.0.0.0",
        "10.255.255.255",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "192.168.255.255",
        "::1",
        "fc00::1",
        "fdff:ffff::1",
        "::ffff:127.0.0.1",
        "::ffff:10.1.2.3",
        "::ffff:192.168.1.1",
        "::ffff:7f00:1",
    ] {
        assert_eq!(of(address), Reach::Private, "{address}");
    }
}

#[test]
fn special_purpose_addresses_are_never_reached() {
    for address in [
        "0.0.0.0",
        "0.1.2.3",
        "100.64.0.1",
        "100.127.255.255",
        "169.254.169.254",
        "169.254.0.1",
        "192.0.0.1",
        "192.0.0.170",
        "192.0.2.1",
        "192.31.196.1",
        "192.52.193.1",
        "192.88.99.1",
        "192.175.48.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "100::1",
        "2001:db8::1",
        "3fff::1",
        "3fff:fff::1",
        "5f00::1",
        "2001::1",
        "2001:10::1",
        "2001:20::1",
        "2620:4f:8000::1",
        "4000::1",
    ] {
        assert_eq!(of(address), Reach::Never, "{address}");
    }
}

#[test]
fn ipv6_forms_that_hide_an_ipv4_address_are_never_reached() {
    for address in [
        "::ffff:169.254.169.254",
        "::ffff:0.0.0.0",
        "::ffff:100.64.0.1", // mapped
        "::127.0.0.1",
        "::8.8.8.8",          // compatible, long deprecated
        "::ffff:0:127.0.0.1", // translated, RFC 2765
        "64:ff9b::127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::169.254.169.254", // NAT64
        "64:ff9b:1::8.8.8.8",
        "64:ff9b:1::10.0.0.1", // local NAT64, RFC 8215
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2002:808:808::1",                      // 6to4
        "2001:0:4136:e378:8000:63bf:3fff:fdd2", // Teredo
        "2a00:1450::5efe:7f00:1",
        "2a00:1450::200:5efe:a00:1",
        "fe80::5efe:a00:1", // ISATAP
    ] {
        assert_eq!(of(address), Reach::Never, "{address}");
    }
}

proptest! {
    #[test]
    fn a_mapped_address_is_judged_as_its_ipv4_address(octets in any::<[u8; 4]>()) {
        let address = Ipv4Addr::from(octets);
        prop_assert_eq!(reach(IpAddr::V6(address.to_ipv6_mapped())), reach(IpAddr::V4(address)));
    }

    #[test]
    fn public_ipv6_is_global_unicast_mapped_or_nat64(octets in any::<[u8; 16]>()) {
        if reach(IpAddr::from(octets)) == Reach::Public {
            let global = octets[0] & 0xe0 == 0x20;
            let mapped = octets[..12] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
            let nat64 = octets[..12] == [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];
            prop_assert!(global || mapped || nat64);
        }
    }
}
