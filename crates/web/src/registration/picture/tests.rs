use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::*;

fn chance(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// Name and data of each chunk of a PNG.
fn chunks(mut bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let (signature, rest) = bytes.split_at(8);
    assert_eq!(signature, b"\x89PNG\r\n\x1a\n");
    bytes = rest;
    let mut all = Vec::new();
    while !bytes.is_empty() {
        let length = u32::from_be_bytes(bytes[..4].try_into().unwrap()) as usize;
        all.push((
            String::from_utf8(bytes[4..8].to_vec()).unwrap(),
            bytes[8..8 + length].to_vec(),
        ));
        bytes = &bytes[12 + length..];
    }
    all
}

/// The dots of a picture, from 0 (black) to 15.
fn read(bytes: &[u8]) -> Vec<Vec<u8>> {
    let all = chunks(bytes);
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["IHDR", "IDAT", "IEND"]);
    assert_eq!(all[0].1, [0, 0, 2, 48, 0, 0, 0, 192, 4, 0, 0, 0, 0]);
    let rows = miniz_oxide::inflate::decompress_to_vec_zlib(&all[1].1).unwrap();
    assert_eq!(rows.len(), 192 * 281);
    rows.chunks(281)
        .map(|row| row[1..].iter().flat_map(|pair| [pair >> 4, pair & 15]).collect())
        .collect()
}

#[test]
fn a_picture_is_a_png_of_bounded_size() {
    for (seed, digits) in ["000000", "888888", "407913", "111111"].into_iter().enumerate() {
        let bytes = png(digits, &mut chance(seed as u64));
        assert_eq!(read(&bytes).len(), 192);
        assert!(bytes.len() <= 24_000, "{} bytes", bytes.len());
    }
}

#[test]
fn the_check_of_a_chunk_is_the_one_of_the_standard() {
    let mut bytes = Vec::new();
    chunk(&mut bytes, *b"IEND", &[]);
    assert_eq!(bytes, [0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82]);
}

#[test]
fn the_same_chance_draws_the_same_picture_and_another_one_another() {
    let of = |digits: &str, seed| png(digits, &mut chance(seed));
    assert_eq!(of("407913", 1), of("407913", 1));
    assert_ne!(of("407913", 1), of("407913", 2));
    assert_ne!(of("407913", 1), of("407914", 1));
}

#[test]
fn the_paper_is_light_and_each_digit_leaves_ink_in_its_own_room() {
    for seed in 0..20 {
        let rows = read(&png("172930", &mut chance(seed)));
        let dark = |from: usize, to: usize| {
            rows.iter()
                .flat_map(|row| &row[from..to])
                .filter(|dot| **dot < 6)
                .count()
        };
        assert!(dark(0, 560) * 3 < 560 * 192, "more than a third is ink");
        for place in 0..6 {
            let left = 20 + place * 520 / 6;
            assert!(dark(left, left + 520 / 6) > 600, "seed {seed}, digit {place}");
        }
    }
}

#[test]
fn no_digit_looks_like_another() {
    let drawn: Vec<_> = ('0'..='9').map(strokes).collect();
    for (place, digit) in drawn.iter().enumerate() {
        assert!(!digit.is_empty());
        assert!(drawn.iter().skip(place + 1).all(|other| other != digit));
    }
    assert!(strokes('a').is_empty() && strokes('٣').is_empty());
}

#[test]
fn letters_and_no_digits_at_all_are_no_panic() {
    read(&png("", &mut chance(1)));
    read(&png("12a4\u{0}6", &mut chance(1)));
    read(&png(&"9".repeat(40), &mut chance(1)));
}
