//! The repositories by what they are about.

mod attributes;
mod files;
mod folders;
mod graphs;
mod licences;
mod majors;
mod mercurial;
mod names;
mod pseudo;
mod random;
mod retractions;
mod subversion;
mod tags;
mod vendored;

use crate::shop::Shop;

/// Every repository with its questions. The seed shapes the last few dozen.
pub(crate) fn all(seed: u64) -> Shop {
    let mut shop = Shop::new();
    let fixed = [
        tags::add,
        graphs::add,
        majors::add,
        folders::add,
        pseudo::add,
        retractions::add,
        names::add,
        files::add,
        vendored::add,
        licences::add,
        attributes::add,
        mercurial::add,
        subversion::add,
    ];
    for add in fixed {
        add(&mut shop);
    }
    random::add(&mut shop, seed);
    shop
}
