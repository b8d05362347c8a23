//! Archives as tar streams: what their headers say, and names relative to one folder.

mod header;
mod relative;

pub(crate) use relative::Relative;
