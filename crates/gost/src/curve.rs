//! The parameter sets by name.

use std::fmt;

use crate::parameters::{self, Parameters};

/// A named set of curve, base point and order. Sets that differ only by their object identifier are one variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Curve {
    /// The example curve of 256 bit (RFC 7091 appendix A.1, RFC 4357 "Test"); never for production.
    Test256,
    /// CryptoPro A of RFC 4357 = XchA = TC26 256 B; the curve of Kazakhstan's GOST 34.310-2004 keys.
    CryptoProA,
    /// CryptoPro B of RFC 4357 = TC26 256 C.
    CryptoProB,
    /// CryptoPro C of RFC 4357 = XchB = TC26 256 D.
    CryptoProC,
    /// TC26 256 A of RFC 7836: birational to a twisted Edwards curve, cofactor 4.
    Tc26A256,
    /// The example curve of 512 bit (RFC 7091 appendix A.2); never for production.
    Test512,
    /// TC26 512 A of RFC 7836; the curve of Kazakhstan's GOST 34.310-2015 keys of 512 bit.
    Tc26A512,
    /// TC26 512 B of RFC 7836.
    Tc26B512,
    /// TC26 512 C of RFC 7836: birational to a twisted Edwards curve, cofactor 4.
    Tc26C512,
}

/// The arithmetic of a curve, by the width of its numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Arithmetic {
    Short(&'static Parameters<4>),
    Long(&'static Parameters<8>),
}

impl Curve {
    /// Every parameter set.
    pub const ALL: [Self; 9] = [
        Self::Test256,
        Self::CryptoProA,
        Self::CryptoProB,
        Self::CryptoProC,
        Self::Tc26A256,
        Self::Test512,
        Self::Tc26A512,
        Self::Tc26B512,
        Self::Tc26C512,
    ];

    /// The size of a private key and of one coordinate: 256 or 512 bit.
    pub fn bits(self) -> usize {
        8 * self.scalar_len()
    }

    /// The length of a private key, a coordinate, and half a signature: 32 or 64 octets.
    pub fn scalar_len(self) -> usize {
        match self.arithmetic() {
            Arithmetic::Short(_) => 32,
            Arithmetic::Long(_) => 64,
        }
    }

    /// The length of a signature and of a public key x‖y: 64 or 128 octets.
    pub fn signature_len(self) -> usize {
        2 * self.scalar_len()
    }

    /// The number of all points divided by the order of the base point: 1, or 4 for the twisted Edwards sets.
    pub fn cofactor(self) -> u8 {
        match self.arithmetic() {
            Arithmetic::Short(parameters) => parameters.cofactor,
            Arithmetic::Long(parameters) => parameters.cofactor,
        }
    }

    /// Whether the standard gives this set as an example only.
    pub fn is_for_tests(self) -> bool {
        matches!(self, Self::Test256 | Self::Test512)
    }

    pub(crate) fn arithmetic(self) -> Arithmetic {
        match self {
            Self::Test256 => Arithmetic::Short(&parameters::TEST_256),
            Self::CryptoProA => Arithmetic::Short(&parameters::CRYPTOPRO_A),
            Self::CryptoProB => Arithmetic::Short(&parameters::CRYPTOPRO_B),
            Self::CryptoProC => Arithmetic::Short(&parameters::CRYPTOPRO_C),
            Self::Tc26A256 => Arithmetic::Short(&parameters::TC26_256_A),
            Self::Test512 => Arithmetic::Long(&parameters::TEST_512),
            Self::Tc26A512 => Arithmetic::Long(&parameters::TC26_512_A),
            Self::Tc26B512 => Arithmetic::Long(&parameters::TC26_512_B),
            Self::Tc26C512 => Arithmetic::Long(&parameters::TC26_512_C),
        }
    }
}

impl fmt::Display for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Test256 => "test 256",
            Self::CryptoProA => "CryptoPro A (TC26 256 B)",
            Self::CryptoProB => "CryptoPro B (TC26 256 C)",
            Self::CryptoProC => "CryptoPro C (TC26 256 D)",
            Self::Tc26A256 => "TC26 256 A",
            Self::Test512 => "test 512",
            Self::Tc26A512 => "TC26 512 A",
            Self::Tc26B512 => "TC26 512 B",
            Self::Tc26C512 => "TC26 512 C",
        })
    }
}
