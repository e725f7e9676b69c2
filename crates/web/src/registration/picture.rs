//! The picture code: six digits as a PNG, drawn by hand in a manner of speaking. Each digit is a few strokes whose points
//! are moved, turned, slanted and bent by the chance that is passed in; thinner lines cross them. It is friction against
//! scripts (product A3), the limits on tries are the security, so it stays easy on people: dark on light, nothing
//! overlaps, twice as many dots as the page shows. Why it is ours: `docs/adr/0005-own-picture-code.md`.

mod digits;

use rand_core::CryptoRng;

use self::digits::{Point, strokes};

/// Size in dots; the page shows it at half of it.
const WIDTH: u32 = 560;
const HEIGHT: u32 = 192;
/// Paper and ink, of 15 (four bits a dot).
const PAPER: f32 = 15.0;
const INK: f32 = 2.0;
/// Lines that cross the digits, and specks.
const LINES: usize = 4;
const SPECKS: usize = 60;

/// The digits as a PNG of 560 × 192 dots in grey. The same `rng` gives the same bytes. Characters that are no digits leave
/// a gap.
pub(crate) fn png(digits: &str, rng: &mut dyn CryptoRng) -> Vec<u8> {
    let mut sheet = Sheet::new();
    for _ in 0..LINES {
        line(&mut sheet, rng);
    }
    for _ in 0..SPECKS {
        let at = Point {
            x: within(0.0, dots(WIDTH), rng),
            y: within(0.0, dots(HEIGHT), rng),
        };
        sheet.draw(&[at, at], within(1.0, 3.0, rng));
    }
    let bend = Bend::drawn(rng);
    let room = (dots(WIDTH) - 40.0) / dots(u32::try_from(digits.chars().count()).unwrap_or(u32::MAX).max(1));
    let mut left = 20.0;
    for digit in digits.chars() {
        let pose = Pose::drawn(left + room / 2.0, room, rng);
        let width = within(9.0, 13.0, rng);
        for stroke in strokes(digit) {
            let path: Vec<Point> = stroke.iter().map(|point| bend.of(pose.of(*point, rng))).collect();
            sheet.draw(&smoothed(&path), width);
        }
        left += room;
    }
    sheet.png()
}

/// A wave from side to side.
fn line(sheet: &mut Sheet, rng: &mut dyn CryptoRng) {
    let (from, to) = (
        within(10.0, dots(HEIGHT) - 10.0, rng),
        within(10.0, dots(HEIGHT) - 10.0, rng),
    );
    let (height, length, shift) = (within(6.0, 26.0, rng), within(60.0, 140.0, rng), within(0.0, 6.3, rng));
    let path: Vec<Point> = (0_u8..=40)
        .map(|step| {
            let part = f32::from(step) / 40.0;
            let x = part * dots(WIDTH);
            Point {
                x,
                y: from + (to - from) * part + height * (x / length + shift).sin(),
            }
        })
        .collect();
    sheet.draw(&path, within(2.5, 4.5, rng));
}

/// How one digit stands.
struct Pose {
    centre: Point,
    size: f32,
    turn: (f32, f32),
    slant: f32,
}

impl Pose {
    fn drawn(centre: f32, room: f32, rng: &mut dyn CryptoRng) -> Self {
        let turn = within(-0.3, 0.3, rng);
        Self {
            centre: Point {
                x: centre + within(-6.0, 6.0, rng),
                y: dots(HEIGHT) / 2.0 + within(-18.0, 18.0, rng),
            },
            size: (room * within(0.58, 0.7, rng)).min(64.0),
            turn: turn.sin_cos(),
            slant: within(-0.22, 0.22, rng),
        }
    }

    /// Where a point of the digit comes to lie, a little aside from its place.
    fn of(&self, point: Point, rng: &mut dyn CryptoRng) -> Point {
        let x = (point.x - 0.5 + within(-0.05, 0.05, rng)) * self.size;
        let y = (point.y - 0.75 + within(-0.05, 0.05, rng)) * self.size;
        let x = x - y * self.slant;
        let (sin, cos) = self.turn;
        Point {
            x: self.centre.x + x * cos - y * sin,
            y: self.centre.y + x * sin + y * cos,
        }
    }
}

/// A wave through the whole picture.
struct Bend {
    height: f32,
    length: f32,
    shift: f32,
}

impl Bend {
    fn drawn(rng: &mut dyn CryptoRng) -> Self {
        Self {
            height: within(3.0, 7.0, rng),
            length: within(30.0, 60.0, rng),
            shift: within(0.0, 6.3, rng),
        }
    }

    fn of(&self, point: Point) -> Point {
        Point {
            x: point.x + self.height / 2.0 * (point.y / self.length + self.shift).cos(),
            y: point.y + self.height * (point.x / self.length + self.shift).sin(),
        }
    }
}

/// Corners cut three times (Chaikin), ends kept: a polygon becomes a curve.
fn smoothed(path: &[Point]) -> Vec<Point> {
    let mut path = path.to_vec();
    for _ in 0..3 {
        let Some((first, last)) = path.first().copied().zip(path.last().copied()) else {
            return path;
        };
        let cut = path
            .iter()
            .zip(path.iter().skip(1))
            .flat_map(|(from, to)| [from.towards(*to, 0.25), from.towards(*to, 0.75)]);
        path = std::iter::once(first).chain(cut).chain(std::iter::once(last)).collect();
    }
    path
}

/// Dots as a length.
#[expect(clippy::cast_precision_loss, reason = "a few hundred")]
const fn dots(count: u32) -> f32 {
    count as f32
}

/// A number from `low` to `high`.
fn within(low: f32, high: f32, rng: &mut dyn CryptoRng) -> f32 {
    low + (high - low) * dots(rng.next_u32() >> 8) / dots(1 << 24)
}

/// The paper, a value from [`INK`] to [`PAPER`] a dot.
struct Sheet(Vec<f32>);

impl Sheet {
    fn new() -> Self {
        Self((0..WIDTH * HEIGHT).map(|_| PAPER).collect())
    }

    /// Draws a path with round ends; where paths cross it becomes no darker.
    fn draw(&mut self, path: &[Point], width: f32) {
        for (from, to) in path.iter().zip(path.iter().skip(1)) {
            self.segment(*from, *to, width / 2.0);
        }
    }

    fn segment(&mut self, from: Point, to: Point, radius: f32) {
        let reach = radius + 1.0;
        let rows = span(from.y.min(to.y) - reach, from.y.max(to.y) + reach, HEIGHT);
        let columns = span(from.x.min(to.x) - reach, from.x.max(to.x) + reach, WIDTH);
        for row in rows {
            for column in columns.clone() {
                let dot = Point {
                    x: dots(column) + 0.5,
                    y: dots(row) + 0.5,
                };
                let cover = (radius + 0.5 - dot.distance(from, to)).clamp(0.0, 1.0);
                let place = usize::try_from(row * WIDTH + column).unwrap_or(usize::MAX);
                if let Some(value) = self.0.get_mut(place) {
                    *value = value.min(PAPER - cover * (PAPER - INK));
                }
            }
        }
    }

    /// The dots packed two a byte, each row behind the byte of its filter (none).
    fn rows(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for row in self.0.chunks(usize::try_from(WIDTH).unwrap_or(1)) {
            bytes.push(0);
            for pair in row.chunks(2) {
                bytes.push(pair.iter().fold(0, |byte, value| byte << 4 | grey(*value)));
            }
        }
        bytes
    }

    /// PNG (ISO 15948): grey of four bits.
    fn png(&self) -> Vec<u8> {
        let mut header = Vec::new();
        header.extend_from_slice(&WIDTH.to_be_bytes());
        header.extend_from_slice(&HEIGHT.to_be_bytes());
        header.extend_from_slice(&[4, 0, 0, 0, 0]); // depth, grey, deflate, filters, not interlaced
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        chunk(&mut bytes, *b"IHDR", &header);
        chunk(
            &mut bytes,
            *b"IDAT",
            &miniz_oxide::deflate::compress_to_vec_zlib(&self.rows(), 6),
        );
        chunk(&mut bytes, *b"IEND", &[]);
        bytes
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 15")]
fn grey(value: f32) -> u8 {
    value.clamp(0.0, PAPER).round() as u8
}

/// The whole dots from `low` to `high` that are on the paper.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the paper"
)]
fn span(low: f32, high: f32, limit: u32) -> std::ops::Range<u32> {
    let on_paper = |value: f32| value.clamp(0.0, dots(limit)) as u32;
    on_paper(low)..on_paper(high + 1.0)
}

/// A chunk of a PNG: length, name, data, check.
fn chunk(bytes: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    bytes.extend_from_slice(&u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend_from_slice(&name);
    bytes.extend_from_slice(data);
    let check = name.iter().chain(data).fold(u32::MAX, |check, byte| {
        (0..8).fold(check ^ u32::from(*byte), |check, _| {
            check >> 1 ^ if check & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    });
    bytes.extend_from_slice(&(!check).to_be_bytes());
}

#[cfg(test)]
mod tests;
