//! The parameter sets: y² = x³ + a·x + b over a prime field, a base point of prime order, and what follows from them.

use std::sync::OnceLock;

use crate::fast::OddMultiples;
use crate::field::{Element, Field};
use crate::limbs::{self, Limbs};
use crate::steady::WindowTable;

/// A point that is not at infinity, by its two coordinates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Affine<const N: usize> {
    pub(crate) x: Element<N>,
    pub(crate) y: Element<N>,
}

/// One parameter set in the form in which we calculate.
#[derive(Debug)]
pub(crate) struct Parameters<const N: usize> {
    /// The field of the coordinates, modulo p.
    pub(crate) field: Field<N>,
    /// The scalars, modulo the order q of the base point.
    pub(crate) scalars: Field<N>,
    pub(crate) a: Element<N>,
    /// Whether a = −3, which makes doubling cheaper.
    pub(crate) a_is_minus_three: bool,
    pub(crate) b: Element<N>,
    /// 3·b, for the complete addition.
    pub(crate) triple_b: Element<N>,
    pub(crate) base: Affine<N>,
    /// How many times larger than q the group of all points is: 1 or 4.
    pub(crate) cofactor: u8,
    /// Multiples of the base point for verification; made at the first use.
    pub(crate) odd_multiples: OnceLock<OddMultiples<N>>,
    /// Multiples of the base point for signing; made at the first use.
    pub(crate) windows: OnceLock<WindowTable<N>>,
}

/// A parameter set as the standards print it: upper-case hexadecimal.
struct Row {
    p: &'static str,
    a: &'static str,
    b: &'static str,
    q: &'static str,
    x: &'static str,
    y: &'static str,
    cofactor: u8,
}

impl<const N: usize> Parameters<N> {
    const fn new(row: &Row) -> Self {
        let p = limbs::from_hex(row.p);
        let field = Field::new(p);
        let a_number = limbs::from_hex(row.a);
        let b_number = limbs::from_hex(row.b);
        let b = field.constant(&b_number);
        let mut three = [0; N];
        if let Some(lowest) = three.first_mut() {
            *lowest = 3;
        }
        // a + 3 = p, read as numbers
        let (up_to_p, carry) = limbs::add(&a_number, &three);
        let a_is_minus_three = !carry && limbs::is_zero(&limbs::sub(&up_to_p, &p).0);
        Self {
            scalars: Field::new(limbs::from_hex(row.q)),
            a: field.constant(&a_number),
            a_is_minus_three,
            triple_b: field.triple(&b),
            b,
            base: Affine {
                x: field.constant(&limbs::from_hex(row.x)),
                y: field.constant(&limbs::from_hex(row.y)),
            },
            cofactor: row.cofactor,
            odd_multiples: OnceLock::new(),
            windows: OnceLock::new(),
            field,
        }
    }

    /// The order q of the base point.
    pub(crate) const fn order(&self) -> &Limbs<N> {
        self.scalars.modulus()
    }

    /// a·x, without a multiplication where a = −3.
    #[inline]
    pub(crate) fn times_a(&self, x: &Element<N>) -> Element<N> {
        if self.a_is_minus_three {
            self.field.neg(&self.field.add(x, &self.field.double(x)))
        } else {
            self.field.mul(&self.a, x)
        }
    }

    /// Whether y² = x³ + a·x + b.
    pub(crate) fn contains(&self, point: &Affine<N>) -> bool {
        let field = &self.field;
        let x_squared_plus_a = field.add(&field.square(&point.x), &self.a);
        field.square(&point.y) == field.add(&field.mul(&x_squared_plus_a, &point.x), &self.b)
    }
}

/// RFC 7091 appendix A.1 (RFC 4357 §11.4): for tests.
pub(crate) static TEST_256: Parameters<4> = Parameters::new(&Row {
    p: "8000000000000000000000000000000000000000000000000000000000000431",
    a: "7",
    b: "5FBFF498AA938CE739B8E022FBAFEF40563F6E6A3472FC2A514C0CE9DAE23B7E",
    q: "8000000000000000000000000000000150FE8A1892976154C59CFC193ACCF5B3",
    x: "2",
    y: "08E2A8A0E65147D4BD6316030E16D19C85C97F0A9CA267122B96ABBCEA7E8FC8",
    cofactor: 1,
});

/// RFC 4357 §11.4, CryptoPro A.
pub(crate) static CRYPTOPRO_A: Parameters<4> = Parameters::new(&Row {
    p: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFD97",
    a: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFD94",
    b: "A6",
    q: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF6C611070995AD10045841B09B761B893",
    x: "1",
    y: "8D91E471E0989CDA27DF505A453F2B7635294F2DDF23E3B122ACC99C9E9F1E14",
    cofactor: 1,
});

/// RFC 4357 §11.4, CryptoPro B.
pub(crate) static CRYPTOPRO_B: Parameters<4> = Parameters::new(&Row {
    p: "8000000000000000000000000000000000000000000000000000000000000C99",
    a: "8000000000000000000000000000000000000000000000000000000000000C96",
    b: "3E1AF419A269A5F866A7D3C25C3DF80AE979259373FF2B182F49D4CE7E1BBC8B",
    q: "800000000000000000000000000000015F700CFFF1A624E5E497161BCC8A198F",
    x: "1",
    y: "3FA8124359F96680B83D1C3EB2C070E5C545C9858D03ECFB744BF8D717717EFC",
    cofactor: 1,
});

/// RFC 4357 §11.4, CryptoPro C.
pub(crate) static CRYPTOPRO_C: Parameters<4> = Parameters::new(&Row {
    p: "9B9F605F5A858107AB1EC85E6B41C8AACF846E86789051D37998F7B9022D759B",
    a: "9B9F605F5A858107AB1EC85E6B41C8AACF846E86789051D37998F7B9022D7598",
    b: "805A",
    q: "9B9F605F5A858107AB1EC85E6B41C8AA582CA3511EDDFB74F02F3A6598980BB9",
    x: "0",
    y: "41ECE55743711A8C3CBF3783CD08C0EE4D4DC440D4641A8F366E550DFDB3BB67",
    cofactor: 1,
});

/// RFC 7836 appendix A.2, 256-bit set A: birational to a twisted Edwards curve.
pub(crate) static TC26_256_A: Parameters<4> = Parameters::new(&Row {
    p: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFD97",
    a: "C2173F1513981673AF4892C23035A27CE25E2013BF95AA33B22C656F277E7335",
    b: "295F9BAE7428ED9CCC20E7C359A9D41A22FCCD9108E17BF7BA9337A6F8AE9513",
    q: "400000000000000000000000000000000FD8CDDFC87B6635C115AF556C360C67",
    x: "91E38443A5E82C0D880923425712B2BB658B9196932E02C78B2582FE742DAA28",
    y: "32879423AB1A0375895786C4BB46E9565FDE0B5344766740AF268ADB32322E5C",
    cofactor: 4,
});

/// RFC 7091 appendix A.2: for tests.
pub(crate) static TEST_512: Parameters<8> = Parameters::new(&Row {
    p: "4531ACD1FE0023C7550D267B6B2FEE80922B14B2FFB90F04D4EB7C09B5D2D15DF1D852741AF4704A0458047E80E4546D35B8336FAC224DD81664BBF528BE6373",
    a: "7",
    b: "1CFF0806A31116DA29D8CFA54E57EB748BC5F377E49400FDD788B649ECA1AC4361834013B2AD7322480A89CA58E0CF74BC9E540C2ADD6897FAD0A3084F302ADC",
    q: "4531ACD1FE0023C7550D267B6B2FEE80922B14B2FFB90F04D4EB7C09B5D2D15DA82F2D7ECB1DBAC719905C5EECC423F1D86E25EDBE23C595D644AAF187E6E6DF",
    x: "24D19CC64572EE30F396BF6EBBFD7A6C5213B3B3D7057CC825F91093A68CD762FD60611262CD838DC6B60AA7EEE804E28BC849977FAC33B4B530F1B120248A9A",
    y: "2BB312A43BD2CE6E0D020613C857ACDDCFBF061E91E5F2C3F32447C259F39B2C83AB156D77F1496BF7EB3351E1EE4E43DC1A18B91B24640B6DBB92CB1ADD371E",
    cofactor: 1,
});

/// RFC 7836 appendix A.1, 512-bit set A.
pub(crate) static TC26_512_A: Parameters<8> = Parameters::new(&Row {
    p: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDC7",
    a: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDC4",
    b: "E8C2505DEDFC86DDC1BD0B2B6667F1DA34B82574761CB0E879BD081CFD0B6265EE3CB090F30D27614CB4574010DA90DD862EF9D4EBEE4761503190785A71C760",
    q: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF27E69532F48D89116FF22B8D4E0560609B4B38ABFAD2B85DCACDB1411F10B275",
    x: "3",
    y: "7503CFE87A836AE3A61B8816E25450E6CE5E1C93ACF1ABC1778064FDCBEFA921DF1626BE4FD036E93D75E6A50E3A41E98028FE5FC235F5B889A589CB5215F2A4",
    cofactor: 1,
});

/// RFC 7836 appendix A.1, 512-bit set B.
pub(crate) static TC26_512_B: Parameters<8> = Parameters::new(&Row {
    p: "8000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000006F",
    a: "8000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000006C",
    b: "687D1B459DC841457E3E06CF6F5E2517B97C7D614AF138BCBF85DC806C4B289F3E965D2DB1416D217F8B276FAD1AB69C50F78BEE1FA3106EFB8CCBC7C5140116",
    q: "800000000000000000000000000000000000000000000000000000000000000149A1EC142565A545ACFDB77BD9D40CFA8B996712101BEA0EC6346C54374F25BD",
    x: "2",
    y: "1A8F7EDA389B094C2C071E3647A8940F3C123B697578C213BE6DD9E6C8EC7335DCB228FD1EDF4A39152CBCAAF8C0398828041055F94CEEEC7E21340780FE41BD",
    cofactor: 1,
});

/// RFC 7836 appendix A.2, 512-bit set C: birational to a twisted Edwards curve.
pub(crate) static TC26_512_C: Parameters<8> = Parameters::new(&Row {
    p: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDC7",
    a: "DC9203E514A721875485A529D2C722FB187BC8980EB866644DE41C68E143064546E861C0E2C9EDD92ADE71F46FCF50FF2AD97F951FDA9F2A2EB6546F39689BD3",
    b: "B4C4EE28CEBC6C2C8AC12952CF37F16AC7EFB6A9F69F4B57FFDA2E4F0DE5ADE038CBC2FFF719D2C18DE0284B8BFEF3B52B8CC7A5F5BF0A3C8D2319A5312557E1",
    q: "3FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC98CDBA46506AB004C33A9FF5147502CC8EDA9E7A769A12694623CEF47F023ED",
    x: "E2E31EDFC23DE7BDEBE241CE593EF5DE2295B7A9CBAEF021D385F7074CEA043AA27272A7AE602BF2A7B9033DB9ED3610C6FB85487EAE97AAC5BC7928C1950148",
    y: "F5CE40D95B5EB899ABBCCFF5911CB8577939804D6527378B8C108C3D2090FF9BE18E2D33E3021ED2EF32D85822423B6304F726AA854BAE07D0396E9A9ADDC40F",
    cofactor: 4,
});
