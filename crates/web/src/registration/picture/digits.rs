//! The digits as strokes, in a box one wide and one and a half high. Corners are rounded when they are drawn.

/// A place, in dots or in the box of a digit; y goes down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    /// From the left.
    pub(super) x: f32,
    /// From the top.
    pub(super) y: f32,
}

impl Point {
    /// The place a part of the way to another one.
    pub(super) fn towards(self, to: Self, part: f32) -> Self {
        Self {
            x: self.x + (to.x - self.x) * part,
            y: self.y + (to.y - self.y) * part,
        }
    }

    /// How far this is from the segment between two places.
    pub(super) fn distance(self, from: Self, to: Self) -> f32 {
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        let length = dx * dx + dy * dy;
        let along = if length > 0.0 {
            ((self.x - from.x) * dx + (self.y - from.y) * dy) / length
        } else {
            0.0
        };
        let nearest = from.towards(to, along.clamp(0.0, 1.0));
        (self.x - nearest.x).hypot(self.y - nearest.y)
    }
}

/// The strokes of 0 to 9: the points that each goes along, x and y.
static DIGITS: [&[&[(f32, f32)]]; 10] = [
    &[&[
        (0.5, 0.0),
        (0.2, 0.0),
        (0.0, 0.2),
        (0.0, 0.75),
        (0.0, 1.3),
        (0.2, 1.5),
        (0.5, 1.5),
        (0.8, 1.5),
        (1.0, 1.3),
        (1.0, 0.75),
        (1.0, 0.2),
        (0.8, 0.0),
        (0.5, 0.0),
    ]],
    &[&[(0.15, 0.35), (0.35, 0.22), (0.55, 0.0)], &[(0.55, 0.0), (0.55, 1.5)]],
    &[
        &[
            (0.03, 0.4),
            (0.05, 0.0),
            (0.5, -0.05),
            (0.98, 0.0),
            (1.0, 0.55),
            (0.6, 0.95),
            (0.0, 1.48),
            (0.0, 1.5),
            (0.0, 1.5),
        ],
        &[(0.0, 1.5), (1.0, 1.5)],
    ],
    &[&[
        (0.05, 0.2),
        (0.2, 0.0),
        (0.55, -0.05),
        (0.95, 0.05),
        (0.98, 0.5),
        (0.75, 0.7),
        (0.4, 0.7),
        (0.8, 0.7),
        (1.05, 0.9),
        (1.0, 1.45),
        (0.55, 1.55),
        (0.15, 1.5),
        (0.0, 1.25),
    ]],
    &[
        &[(0.65, 0.0), (0.35, 0.5), (0.0, 1.05)],
        &[(0.0, 1.05), (1.05, 1.05)],
        &[(0.75, 0.6), (0.75, 1.5)],
    ],
    &[
        &[(0.92, 0.0), (0.2, 0.0)],
        &[(0.2, 0.0), (0.12, 0.7)],
        &[
            (0.12, 0.7),
            (0.3, 0.55),
            (0.65, 0.52),
            (1.0, 0.65),
            (1.05, 1.1),
            (0.9, 1.5),
            (0.45, 1.55),
            (0.1, 1.5),
            (0.0, 1.25),
        ],
    ],
    &[&[
        (0.85, 0.0),
        (0.5, 0.1),
        (0.15, 0.45),
        (0.0, 0.9),
        (0.0, 1.3),
        (0.2, 1.52),
        (0.5, 1.52),
        (0.85, 1.5),
        (1.02, 1.25),
        (1.0, 0.85),
        (0.75, 0.65),
        (0.45, 0.65),
        (0.15, 0.75),
        (0.02, 1.0),
    ]],
    &[
        &[(0.0, 0.0), (1.0, 0.0)],
        &[(1.0, 0.0), (0.6, 0.7), (0.35, 1.5)],
        &[(0.3, 0.78), (0.85, 0.78)],
    ],
    &[
        &[
            (0.5, 0.7),
            (0.2, 0.68),
            (0.08, 0.45),
            (0.1, 0.1),
            (0.3, -0.02),
            (0.7, -0.02),
            (0.9, 0.1),
            (0.92, 0.45),
            (0.8, 0.68),
            (0.5, 0.7),
        ],
        &[
            (0.5, 0.7),
            (0.15, 0.75),
            (-0.02, 1.0),
            (0.0, 1.4),
            (0.25, 1.52),
            (0.75, 1.52),
            (1.0, 1.4),
            (1.02, 1.0),
            (0.85, 0.75),
            (0.5, 0.7),
        ],
    ],
    &[&[
        (0.15, 1.5),
        (0.5, 1.4),
        (0.85, 1.05),
        (1.0, 0.6),
        (1.0, 0.2),
        (0.8, -0.02),
        (0.5, -0.02),
        (0.15, 0.0),
        (-0.02, 0.25),
        (0.0, 0.65),
        (0.25, 0.85),
        (0.55, 0.85),
        (0.85, 0.75),
        (0.98, 0.5),
    ]],
];

/// The strokes of a digit; none for any other character.
pub(super) fn strokes(digit: char) -> Vec<Vec<Point>> {
    let place = digit.to_digit(10).and_then(|place| usize::try_from(place).ok());
    let strokes = place.and_then(|place| DIGITS.get(place)).copied().unwrap_or_default();
    let path = |stroke: &&[(f32, f32)]| stroke.iter().map(|(x, y)| Point { x: *x, y: *y }).collect();
    strokes.iter().map(path).collect()
}
