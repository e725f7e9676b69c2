//! Networks in CIDR notation, for the peers whose forwarded headers are believed.

use std::fmt::{self, Display};
use std::net::IpAddr;
use std::str::FromStr;

/// An address and how many of its leading bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

/// Why a text names no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// Not an address with an optional `/bits`.
    #[error("not a network; write an address or address/bits (for example 10.0.0.0/8)")]
    Malformed,
    /// The part behind the counted bits is not zero, so the writer meant something else.
    #[error("the address has bits behind the prefix; write the first address of the network")]
    HostBits,
    /// Everyone would be trusted.
    #[error("a network of the whole Internet cannot be trusted")]
    Everyone,
}

impl Network {
    /// Whether `address` lies in the network. An IPv4 address written in IPv6 form is the IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                same_prefix(own.to_bits().into(), other.to_bits().into(), 32, self.bits)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => same_prefix(own.to_bits(), other.to_bits(), 128, self.bits),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

fn same_prefix(own: u128, other: u128, width: u8, bits: u8) -> bool {
    let shift = u32::from(width.saturating_sub(bits));
    (own ^ other).checked_shr(shift).unwrap_or(0) == 0
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let (address, bits) = text
            .split_once('/')
            .map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| NetworkError::Malformed)?;
        let (width, own): (u8, u128) = match address {
            IpAddr::V4(v4) => (32, v4.to_bits().into()),
            IpAddr::V6(v6) => (128, v6.to_bits()),
        };
        let bits = bits
            .map_or(Ok(width), str::parse)
            .map_err(|_| NetworkError::Malformed)?;
        if bits > width {
            return Err(NetworkError::Malformed);
        }
        if bits == 0 {
            return Err(NetworkError::Everyone);
        }
        let behind = u32::from(width.saturating_sub(bits));
        if behind > 0 && own & ((1_u128 << behind) - 1) != 0 {
            return Err(NetworkError::HostBits);
        }
        Ok(Self { address, bits })
    }
}

impl Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_contains_its_own_addresses_only() {
        let ten = network("10.0.0.0/8");
        assert!(ten.contains("10.255.0.1".parse().unwrap()));
        assert!(ten.contains("::ffff:10.1.2.3".parse().unwrap()));
        assert!(!ten.contains("11.0.0.0".parse().unwrap()));
        assert!(!ten.contains("::1".parse().unwrap()));
        assert!(network("127.0.0.1").contains("127.0.0.1".parse().unwrap()));
        assert!(!network("127.0.0.1").contains("127.0.0.2".parse().unwrap()));
        assert!(network("2001:db8::/32").contains("2001:db8::7".parse().unwrap()));
    }

    #[test]
    fn a_network_that_trusts_everyone_is_refused() {
        assert_eq!("0.0.0.0/0".parse::<Network>(), Err(NetworkError::Everyone));
        assert_eq!("::/0".parse::<Network>(), Err(NetworkError::Everyone));
    }

    #[test]
    fn a_network_with_host_bits_or_no_sense_is_refused() {
        assert_eq!("10.0.0.1/8".parse::<Network>(), Err(NetworkError::HostBits));
        for text in [
            "",
            "*",
            "proxy",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/-1",
            "10.0.0/8",
            "::/129",
        ] {
            assert_eq!(text.parse::<Network>(), Err(NetworkError::Malformed), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in "[0-9a-f:./]{0,45}") {
            if let Ok(network) = text.parse::<Network>() {
                prop_assert!(network.contains(network.address));
                prop_assert_eq!(network.to_string().parse::<Network>(), Ok(network));
            }
        }
    }
}
