//! Files of places in the MaxMind DB format 2.0, as small as a test wants them.

use std::net::IpAddr;

/// What the file knows of a network; names by language.
#[derive(Clone, Copy, Debug)]
pub struct PlaceEntry<'a> {
    /// Such as `203.0.113.0/24`.
    pub network: &'a str,
    /// Names of the city.
    pub city: &'a [(&'a str, &'a str)],
    /// Names of the country.
    pub country: &'a [(&'a str, &'a str)],
}

/// Parts of the format.
const SEPARATOR: usize = 16;
const METADATA: &[u8] = b"\xab\xcd\xefMaxMind.com";
/// Types of values.
const STRING: u8 = 2;
const UINT16: u8 = 5;
const UINT32: u8 = 6;
const MAP: u8 = 7;
const UINT64: u8 = 9;
const ARRAY: u8 = 11;

/// A whole file of this type (`GeoLite2-City`). Networks must not overlap; one that is none is left out.
pub fn places_file(database_type: &str, entries: &[PlaceEntry<'_>]) -> Vec<u8> {
    let (mut tree, mut data) = (Tree::default(), Vec::new());
    for entry in entries {
        if let Some((bits, length)) = network(entry.network) {
            tree.insert(bits, length, data.len());
            record(&mut data, entry);
        }
    }
    let mut file = tree.written();
    file.extend([0; SEPARATOR]);
    file.extend(data);
    file.extend(METADATA);
    metadata(&mut file, database_type, tree.0.len());
    file
}

/// A network of IPv6; those of IPv4 are below `::/96`.
fn network(text: &str) -> Option<(u128, u8)> {
    let (address, length) = text.split_once('/')?;
    let length: u8 = length.parse().ok()?;
    match address.parse().ok()? {
        IpAddr::V4(v4) if length <= 32 => Some((u128::from(v4.to_bits()), length.checked_add(96)?)),
        IpAddr::V6(v6) if length <= 128 => Some((v6.to_bits(), length)),
        IpAddr::V4(_) | IpAddr::V6(_) => None,
    }
}

/// Where a branch leads.
#[derive(Clone, Copy, Default)]
enum Branch {
    #[default]
    Nowhere,
    Node(usize),
    Data(usize),
}

/// The search tree; the first node is its root.
struct Tree(Vec<[Branch; 2]>);

impl Default for Tree {
    fn default() -> Self {
        Self(vec![[Branch::Nowhere; 2]])
    }
}

impl Tree {
    fn insert(&mut self, bits: u128, length: u8, data: usize) {
        let mut node = 0;
        for depth in 1..=length {
            let side = usize::from(bits >> (128 - u32::from(depth)) & 1 == 1);
            let fresh = self.0.len();
            let Some(branch) = self.0.get_mut(node).and_then(|sides| sides.get_mut(side)) else {
                return;
            };
            if depth == length {
                *branch = Branch::Data(data);
            } else if let Branch::Node(next) = *branch {
                node = next;
            } else {
                *branch = Branch::Node(fresh);
                self.0.push([Branch::Nowhere; 2]);
                node = fresh;
            }
        }
    }

    /// Records of 32 bits, two a node.
    fn written(&self) -> Vec<u8> {
        let count = self.0.len();
        let value = |branch: &Branch| match branch {
            Branch::Nowhere => count,
            Branch::Node(node) => *node,
            Branch::Data(offset) => count + SEPARATOR + offset,
        };
        let records = self.0.iter().flatten().map(value);
        records.flat_map(|value| number(value).to_be_bytes()).collect()
    }
}

fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn record(data: &mut Vec<u8>, entry: &PlaceEntry<'_>) {
    begin(data, MAP, 2);
    for (key, names) in [("city", entry.city), ("country", entry.country)] {
        string(data, key);
        begin(data, MAP, 1);
        string(data, "names");
        begin(data, MAP, names.len());
        for (language, name) in names {
            string(data, language);
            string(data, name);
        }
    }
}

fn metadata(file: &mut Vec<u8>, database_type: &str, nodes: usize) {
    begin(file, MAP, 9);
    for (key, value) in [
        ("binary_format_major_version", 2_u16),
        ("ip_version", 6),
        ("record_size", 32),
    ] {
        string(file, key);
        begin(file, UINT16, 2);
        file.extend(value.to_be_bytes());
    }
    string(file, "binary_format_minor_version");
    begin(file, UINT16, 0);
    string(file, "node_count");
    begin(file, UINT32, 4);
    file.extend(number(nodes).to_be_bytes());
    string(file, "build_epoch");
    begin(file, UINT64, 8);
    file.extend(1_795_665_600_u64.to_be_bytes());
    string(file, "database_type");
    string(file, database_type);
    string(file, "languages");
    begin(file, ARRAY, 0);
    string(file, "description");
    begin(file, MAP, 1);
    string(file, "en");
    string(file, "for tests");
}

fn string(out: &mut Vec<u8>, text: &str) {
    begin(out, STRING, text.len());
    out.extend(text.as_bytes());
}

/// The control byte of a value, with what may follow it: the type beyond seven, a size of 29 to 284.
fn begin(out: &mut Vec<u8>, kind: u8, size: usize) {
    let size = u8::try_from(size).unwrap_or(u8::MAX);
    let (short, long) = if size < 29 { (size, None) } else { (29, Some(size - 29)) };
    if kind <= MAP {
        out.push(kind << 5 | short);
    } else {
        out.extend([short, kind - MAP]);
    }
    out.extend(long);
}
