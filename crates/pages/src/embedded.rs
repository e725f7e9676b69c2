//! Files that the build took in.

use rust_embed::RustEmbed;

/// The texts of a folder with their paths below it.
pub(crate) fn sources<F: RustEmbed>() -> impl Iterator<Item = (String, String)> {
    F::iter().filter_map(|name| {
        let file = F::get(&name)?;
        let source = String::from_utf8_lossy(&file.data).into_owned();
        Some((name.into_owned(), source))
    })
}
