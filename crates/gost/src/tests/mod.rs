//! Public vectors, real documents, refusals, and arithmetic against another library's numbers.

mod arithmetic;
mod certificates;
mod curves;
mod equations;
mod hashes;
mod identifiers;
mod messages;
mod private_keys;
mod refusals;
mod round_trips;
mod vectors;
