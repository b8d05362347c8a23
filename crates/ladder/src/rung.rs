//! The rungs: their names, and the one table of when each is asked and when it is left.
//!
//! Pure. `docs/ladder.md` explains the table to people; the program reads it here.

use std::fmt;

use gomod::ModulePath;
use gomod::glob::PrefixPatterns;
use source::{Ask, FailureKind, Lifetime};

/// One rung of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rung {
    /// The user's GOPROXY list.
    Upstream,
    /// Module caches and stores on this machine.
    Cache,
    /// The project's verified `vendor/`: a way to run the build, and no place that answers.
    Vendor,
    /// Straight from repositories.
    Git,
    /// A signed bundle.
    Bundle,
    /// No network at all: a way to run the build, and no place that answers.
    Static,
}

impl Rung {
    /// All of them, from the healthy path down.
    pub const ALL: [Self; 6] =
        [Self::Upstream, Self::Cache, Self::Vendor, Self::Git, Self::Bundle, Self::Static];

    /// Its name in settings, messages and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Upstream => "upstream",
            Self::Cache => "cache",
            Self::Vendor => "vendor",
            Self::Git => "git",
            Self::Bundle => "bundle",
            Self::Static => "static",
        }
    }

    /// The rung of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rung| rung.name() == name)
    }
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What can never change is asked where it is nearest.
const NEAREST_FIRST: [Rung; 4] = [Rung::Cache, Rung::Upstream, Rung::Git, Rung::Bundle];

/// What can change is asked where it is freshest (house.md, invariant 1).
const FRESHEST_FIRST: [Rung; 4] = [Rung::Upstream, Rung::Git, Rung::Bundle, Rung::Cache];

/// Of which modules repositories may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Repositories {
    /// Of all of them.
    #[default]
    OfAll,
    /// Of those of which proxies must not hear: GOPROXY ends with `off`.
    OfUnproxied,
}

/// Which rungs are asked for modules, in which order, and when one is left for the next.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// The rungs that the user wants, in the user's order; none for the order of the table.
    pub chosen: Option<Vec<Rung>>,
    /// Whether the GOPROXY list ends with `direct`.
    pub ends_direct: bool,
    /// Of which modules repositories may be asked.
    pub repositories: Repositories,
    /// The effective GONOPROXY: paths of which proxies must not hear, so that go asks their repositories.
    pub gonoproxy: PrefixPatterns,
}

impl Order {
    /// The rungs that answer this question, first asked first.
    pub fn of(&self, ask: &Ask) -> Vec<Rung> {
        let mut rungs = match &self.chosen {
            Some(chosen) => chosen.clone(),
            None if ask.lifetime() == Lifetime::Immutable => NEAREST_FIRST.to_vec(),
            None => FRESHEST_FIRST.to_vec(),
        };
        rungs.retain(|rung| *rung != Rung::Git || self.may_ask_repositories(ask));
        rungs
    }

    fn may_ask_repositories(&self, ask: &Ask) -> bool {
        let is_unproxied = || ask.module().is_some_and(|module| self.is_unproxied(module));
        self.repositories == Repositories::OfAll || is_unproxied()
    }

    /// Whether the rung behind `rung` is asked, now that `rung` has failed so. `is_pinned` says that go.sum holds the answer to a
    /// hash.
    ///
    /// | failure | `cache` | `upstream` | `git`, `bundle` |
    /// | --- | --- | --- | --- |
    /// | `NotFound` | goes on: a cache knows no more than it holds | goes on, if the list ends with `direct`, proxies must not hear of the path, or go.sum has the hash; else it is an authority's word, and final | goes on |
    /// | `Unavailable` | goes on | goes on | goes on |
    /// | `Mismatch` | goes on: a damaged file is a miss | final | final |
    /// | `Refused` | goes on | final | final |
    pub fn goes_on(&self, rung: Rung, failed: FailureKind, ask: &Ask, is_pinned: bool) -> bool {
        match (rung, failed) {
            (Rung::Upstream, FailureKind::NotFound) => {
                is_pinned || self.ends_direct || self.is_unproxied_ask(ask)
            }
            (Rung::Cache, _) | (_, FailureKind::NotFound | FailureKind::Unavailable) => true,
            (_, FailureKind::Mismatch | FailureKind::Refused) => false,
        }
    }

    /// Whether a question is about a module of which no proxy may hear.
    pub fn is_unproxied_ask(&self, ask: &Ask) -> bool {
        ask.module().is_some_and(|module| self.is_unproxied(module))
    }

    fn is_unproxied(&self, module: &ModulePath) -> bool {
        self.gonoproxy.matches(module.as_str())
    }
}

#[cfg(test)]
mod tests {
    use FailureKind::{Mismatch, NotFound, Refused, Unavailable};
    use gomod::ModuleVersion;

    use super::*;

    const KINDS: [FailureKind; 4] = [NotFound, Refused, Unavailable, Mismatch];

    fn zip(path: &str) -> Ask {
        Ask::Zip(ModuleVersion::parse(path, "v1.0.0").unwrap())
    }

    fn passed(order: &Order, rung: Rung, path: &str, is_pinned: bool) -> Vec<FailureKind> {
        KINDS.into_iter().filter(|kind| order.goes_on(rung, *kind, &zip(path), is_pinned)).collect()
    }

    #[test]
    fn every_name_is_read_back() {
        for rung in Rung::ALL {
            assert_eq!(Rung::parse(rung.name()), Some(rung));
        }
        assert_eq!(Rung::parse("proxy"), None);
    }

    #[test]
    fn what_cannot_change_is_asked_nearest_first_and_all_else_freshest_first() {
        let order = Order::default();
        assert_eq!(order.of(&zip("a.example/m"))[0], Rung::Cache);
        let list = Ask::List(ModulePath::parse("a.example/m").unwrap());
        assert_eq!((order.of(&list)[0], order.of(&list)[3]), (Rung::Upstream, Rung::Cache));
        let off = Order { repositories: Repositories::OfUnproxied, ..Order::default() };
        assert!(!off.of(&list).contains(&Rung::Git));
        let chosen = Order { chosen: Some(vec![Rung::Bundle]), ..Order::default() };
        assert_eq!(chosen.of(&list), [Rung::Bundle]);
    }

    #[test]
    fn nobody_steps_past_a_refusal_or_a_wrong_hash_but_that_of_a_local_copy() {
        let order = Order::default();
        assert_eq!(passed(&order, Rung::Cache, "a.example/m", false), KINDS);
        for rung in [Rung::Git, Rung::Bundle] {
            assert_eq!(passed(&order, rung, "a.example/m", true), [NotFound, Unavailable]);
        }
    }

    #[test]
    fn that_there_is_no_such_version_is_final_unless_something_else_says_where_to_look() {
        let upstream = |order: &Order, path, is_pinned| passed(order, Rung::Upstream, path, is_pinned);
        let order = Order { gonoproxy: PrefixPatterns::parse("corp.example"), ..Order::default() };
        assert_eq!(upstream(&order, "a.example/m", false), [Unavailable]);
        assert_eq!(upstream(&order, "a.example/m", true), [NotFound, Unavailable]);
        assert_eq!(upstream(&order, "corp.example/m", false), [NotFound, Unavailable]);
        let direct = Order { ends_direct: true, ..Order::default() };
        assert_eq!(upstream(&direct, "a.example/m", false), [NotFound, Unavailable]);
    }
}
