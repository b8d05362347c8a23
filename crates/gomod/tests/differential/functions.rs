//! The table of everything that is compared.

mod client;
pub(crate) mod create;
mod files;
mod logs;
mod modfile;
mod names;
mod notes;
pub(crate) mod repository;

use crate::dice::Dice;
use crate::hits::Hits;
use crate::question::{Answer, Args};

/// One function of ours beside its counterpart in x/mod.
pub(crate) struct Function {
    /// What the oracle calls it.
    pub(crate) name: &'static str,
    /// How many inputs it gets.
    pub(crate) inputs: usize,
    /// Makes an input.
    pub(crate) generate: fn(&mut Dice) -> Args,
    /// Our answer.
    pub(crate) ours: fn(&Args, &mut Hits) -> Answer,
}

/// All functions that are compared.
pub(crate) fn all() -> impl Iterator<Item = &'static Function> {
    let names = names::FUNCTIONS.iter().chain(modfile::FUNCTIONS).chain(files::FUNCTIONS);
    let names = names.chain(create::FUNCTIONS);
    names.chain(notes::FUNCTIONS).chain(logs::FUNCTIONS).chain(client::FUNCTIONS).chain(repository::FUNCTIONS)
}
