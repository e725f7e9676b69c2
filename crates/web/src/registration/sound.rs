//! The digits of the picture code, spoken (WCAG 1.1.1). Each digit is a sample from `sounds/` (espeak-ng, committed); speed,
//! loudness, gaps and noise differ with the chance that is passed in, so that no two sounds have a stretch in common. The
//! sound is friction against scripts, no more than the picture is; the limits on tries are the security.

use authority::locale::Locale;
use rand_core::CryptoRng;

/// Samples a second.
const RATE: u32 = 11_025;
/// What stands before the samples of a file, ours and `sounds/`: RIFF, WAVE, `fmt `, `data`.
const HEADER: usize = 44;
/// Silence of unsigned 8-bit samples.
const MIDDLE: u8 = 128;
/// One, as a factor that samples are multiplied by.
const ONE: i32 = 256;
/// How loud murmur and noise are, of 128.
const MURMUR: i32 = 26;
const NOISE: i32 = 9;

macro_rules! spoken {
    ($language:literal) => {
        [
            spoken!($language, "0"),
            spoken!($language, "1"),
            spoken!($language, "2"),
            spoken!($language, "3"),
            spoken!($language, "4"),
            spoken!($language, "5"),
            spoken!($language, "6"),
            spoken!($language, "7"),
            spoken!($language, "8"),
            spoken!($language, "9"),
        ]
    };
    ($language:literal, $digit:literal) => {
        include_bytes!(concat!("../../sounds/", $language, "/", $digit, ".wav"))
    };
}

static KAZAKH: [&[u8]; 10] = spoken!("kk");
static RUSSIAN: [&[u8]; 10] = spoken!("ru");
static ENGLISH: [&[u8]; 10] = spoken!("en");

/// The digits in a language as a WAV file: 11,025 Hz, one channel, 8 bits; about ten seconds and 100 KB for six digits.
/// The same `rng` gives the same bytes. Characters that are no digits are left out.
pub(crate) fn wav(digits: &str, locale: Locale, rng: &mut dyn CryptoRng) -> Vec<u8> {
    let words = words(locale);
    let mut track = pause(rng);
    for sample in digits.chars().filter_map(|digit| word(words, digit)) {
        track.extend(said(sample, rng));
        track.extend(pause(rng));
    }
    murmur(&mut track, words, rng);
    let samples: Vec<u8> = track.into_iter().map(|value| heard(value, rng)).collect();
    file(&samples)
}

fn words(locale: Locale) -> &'static [&'static [u8]; 10] {
    match locale {
        Locale::Kk => &KAZAKH,
        Locale::Ru => &RUSSIAN,
        Locale::En => &ENGLISH,
    }
}

/// The samples of a digit, without the header of their file.
fn word(words: &[&'static [u8]; 10], digit: char) -> Option<&'static [u8]> {
    let place = usize::try_from(digit.to_digit(10)?).ok()?;
    words.get(place)?.get(HEADER..)
}

/// A word, up to a tenth faster or slower, at three to four quarters of its loudness.
fn said(sample: &[u8], rng: &mut dyn CryptoRng) -> Vec<i32> {
    let step = between(230, 282, rng); // of ONE: how far one sample is from the next
    let loud = between(ONE * 3 / 4, ONE, rng);
    let mut track = Vec::with_capacity(sample.len() + sample.len() / 8);
    let mut place = 0_usize;
    while let Some(value) = interpolated(sample, place) {
        track.push(value * loud / ONE);
        place = place.saturating_add(usize::try_from(step).unwrap_or(1));
    }
    track
}

/// The value at a place between two samples; `place` counts in parts of [`ONE`].
fn interpolated(sample: &[u8], place: usize) -> Option<i32> {
    let (whole, part) = (place / 256, i32::try_from(place % 256).ok()?);
    let value = |at: usize| sample.get(at).map(|value| i32::from(*value) - i32::from(MIDDLE));
    let (here, next) = (value(whole)?, value(whole + 1)?);
    Some(here + (next - here) * part / ONE)
}

/// Between 0.35 and 1 second of silence.
fn pause(rng: &mut dyn CryptoRng) -> Vec<i32> {
    let length = between(3_900, 11_000, rng);
    vec![0; usize::try_from(length).unwrap_or_default()]
}

/// Words backwards, softly under everything: silence does not tell where a digit begins.
fn murmur(track: &mut [i32], words: &[&'static [u8]; 10], rng: &mut dyn CryptoRng) {
    let mut rest = track;
    while !rest.is_empty() {
        let drawn = usize::try_from(between(0, 10, rng)).unwrap_or_default();
        let Some(sample) = words.get(drawn).and_then(|file| file.get(HEADER..)) else {
            return;
        };
        let length = rest.len().min(sample.len());
        let (now, later) = rest.split_at_mut(length);
        for (value, under) in now.iter_mut().zip(sample.iter().rev()) {
            *value += (i32::from(*under) - i32::from(MIDDLE)) * MURMUR / 128;
        }
        rest = later;
    }
}

fn heard(value: i32, rng: &mut dyn CryptoRng) -> u8 {
    let noisy = value * 3 / 4 + between(-NOISE, NOISE + 1, rng) + i32::from(MIDDLE);
    u8::try_from(noisy.clamp(0, 255)).unwrap_or(MIDDLE)
}

/// A whole number from `low` on, below `high`. The slight favour of low ones does not matter here.
fn between(low: i32, high: i32, rng: &mut dyn CryptoRng) -> i32 {
    let span = u32::try_from(high - low).unwrap_or(1).max(1);
    low + i32::try_from(rng.next_u32() % span).unwrap_or_default()
}

/// RIFF WAVE, PCM (format 1), 8 bits unsigned.
fn file(samples: &[u8]) -> Vec<u8> {
    let length = u32::try_from(samples.len()).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(HEADER + samples.len() + 1);
    bytes.extend_from_slice(b"RIFF");
    bytes.extend_from_slice(&(length + length % 2 + 36).to_le_bytes());
    bytes.extend_from_slice(b"WAVEfmt ");
    bytes.extend_from_slice(&16_u32.to_le_bytes());
    bytes.extend_from_slice(&1_u16.to_le_bytes());
    bytes.extend_from_slice(&1_u16.to_le_bytes());
    bytes.extend_from_slice(&RATE.to_le_bytes());
    bytes.extend_from_slice(&RATE.to_le_bytes());
    bytes.extend_from_slice(&1_u16.to_le_bytes());
    bytes.extend_from_slice(&8_u16.to_le_bytes());
    bytes.extend_from_slice(b"data");
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(samples);
    if samples.len() % 2 == 1 {
        bytes.push(MIDDLE); // chunks are padded to an even length
    }
    bytes
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    fn chance(seed: u64) -> ChaCha20Rng {
        ChaCha20Rng::seed_from_u64(seed)
    }

    /// The parts of a WAV file, read as RIFF says: rate and samples.
    fn parse(bytes: &[u8]) -> (u32, &[u8]) {
        let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        assert_eq!((&bytes[..4], &bytes[8..16]), (&b"RIFF"[..], &b"WAVEfmt "[..]));
        assert_eq!(number(4) as usize, bytes.len() - 8);
        assert_eq!((number(16), bytes[20], bytes[22], bytes[34]), (16, 1, 1, 8));
        assert_eq!(&bytes[36..40], b"data");
        (number(24), &bytes[44..44 + number(40) as usize])
    }

    #[test]
    fn every_digit_has_a_sample_of_its_own_in_every_language() {
        let mut samples = BTreeSet::new();
        let mut total = 0;
        for locale in Locale::ALL {
            for (place, bytes) in words(locale).iter().enumerate() {
                let (rate, sample) = parse(bytes);
                assert_eq!(rate, RATE);
                assert!((2_000..8_000).contains(&sample.len()), "{locale:?} {place}");
                let digit = char::from_digit(u32::try_from(place).unwrap(), 10).unwrap();
                assert_eq!(word(words(locale), digit).unwrap()[..sample.len()], *sample);
                assert!(samples.insert(sample), "{locale:?} {place}: twice");
                total += bytes.len();
            }
        }
        assert_eq!(samples.len(), 30);
        assert!(total <= 200_000, "{total} bytes of samples");
    }

    #[test]
    fn a_sound_is_a_wav_file_of_bounded_length() {
        for locale in Locale::ALL {
            for (seed, digits) in ["000000", "999999", "407913"].into_iter().enumerate() {
                let bytes = wav(digits, locale, &mut chance(seed as u64));
                let (rate, samples) = parse(&bytes);
                let seconds = samples.len() / rate as usize;
                assert!((4..=13).contains(&seconds), "{seconds} seconds");
                assert!(bytes.len() <= 150_000, "{} bytes", bytes.len());
            }
        }
    }

    #[test]
    fn the_same_chance_gives_the_same_sound_and_another_one_other_gaps() {
        let of = |seed| wav("407913", Locale::Kk, &mut chance(seed));
        assert_eq!(of(1), of(1));
        assert_ne!(of(1).len(), of(2).len());
        let gaps: BTreeSet<usize> = (0..20).map(|seed| pause(&mut chance(seed)).len()).collect();
        assert!(gaps.len() > 15, "{gaps:?}");
    }

    #[test]
    fn one_digit_said_twice_is_not_the_same_stretch_of_sound() {
        let mut rng = chance(3);
        let sample = word(&RUSSIAN, '7').unwrap();
        assert_ne!(said(sample, &mut rng), said(sample, &mut rng));
    }

    #[test]
    fn languages_sound_differently_and_letters_are_left_out() {
        assert_ne!(
            wav("123456", Locale::Ru, &mut chance(1)),
            wav("123456", Locale::En, &mut chance(1))
        );
        assert_eq!(
            wav("1a2-", Locale::Ru, &mut chance(1)),
            wav("12", Locale::Ru, &mut chance(1))
        );
    }
}
