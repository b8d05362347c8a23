//! What go makes of a repository: which versions of a module it holds, and what a revision is called as a version.
//!
//! [`Module`] is one module in one repository; a question to it becomes an `Inquiry`, which knows its circumstances too.
//! Where a module lies (`place`, `folder`, `declared`), what tags mean (`tags`), and how an answer is told (`info`, `origin`,
//! `sums`) stand apart from the questions: `list`, `naming` with `pseudo` and `retractions`, and `query`.
//!
//! What cannot be found out is never told as missing; where go takes a failed read for a missing file, this does not.

mod declared;
mod fault;
mod folder;
mod info;
mod inquiry;
mod list;
mod module;
mod naming;
mod origin;
mod place;
mod pseudo;
mod query;
mod quote;
mod resolutions;
mod retractions;
mod sums;
mod tags;
#[cfg(test)]
mod tests;

pub use info::{Info, Listing};
pub use module::{Found, Module};
pub use origin::Origin;
pub use resolutions::Resolutions;
