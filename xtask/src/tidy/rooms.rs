//! Which of our crates may use which: the plan of the house as data.
//!
//! ARCHITECTURE.md says what lives in each crate; this table says who may lean on whom. A crate may use what its line
//! names and what those may use, since their contracts speak in those types.

use std::collections::BTreeSet;

use super::{Check, Problem};
use crate::metadata::{Member, Metadata};

pub(super) const CHECK: Check = Check {
    name: "rooms",
    why: "who may use whom keeps the parts apart: the core without I/O, the client without a server, tests out of the product",
    mend: "move the code to the crate that may use it, or change ARCHITECTURE.md and the table in xtask/src/tidy/rooms.rs together",
    find: |workspace| Ok(problems(&workspace.metadata)),
};

/// One crate of ours.
struct Room {
    name: &'static str,
    /// The crates of ours that it may be built on.
    may_use: &'static [&'static str],
    /// Completes "X uses Y, but X …".
    because: &'static str,
}

/// For tests only: no crate of the product may be built on it, any may test with it.
const TESTKIT: &str = "testkit";

/// None of these may be built on another one of them, not even through a third crate.
const STRANGERS: &[&str] = &["server", "gateway", "ladder"];

const ROOMS: &[Room] = &[
    Room { name: "gomod", may_use: &[], because: "is Go's semantics alone: no I/O, no async, no clock" },
    Room {
        name: "resilience",
        may_use: &[],
        because: "is small state machines that know nothing of modules",
    },
    Room {
        name: "faults",
        may_use: &[],
        because: "breaks any traffic on purpose, so it must not share code with what it breaks",
    },
    Room {
        name: "source",
        may_use: &["gomod", "resilience"],
        because: "asks places for modules and keeps nothing",
    },
    Room { name: "store", may_use: &["source"], because: "keeps what a Source gave, whoever asks for it" },
    Room {
        name: "vcs",
        may_use: &["source"],
        because: "reads repositories with the programs of their systems, and keeps nothing that cannot be fetched again",
    },
    Room {
        name: "bundle",
        may_use: &["source"],
        because: "is one more Source, of files that it looks after itself: it keeps nothing in a store",
    },
    Room {
        name: "doctor",
        may_use: &["source"],
        because: "looks at places and says what is wrong with them, and keeps and repairs nothing",
    },
    Room {
        name: "cluster",
        may_use: &["source"],
        because: "coordinates nodes and never sees what they store",
    },
    Room {
        name: "protocol",
        may_use: &["source"],
        because: "puts any Source behind HTTP, whatever it is made of",
    },
    Room {
        name: "server",
        may_use: &["protocol", "store", "cluster", "bundle"],
        because: "is what a running node adds to protocol and store",
    },
    Room {
        name: "gateway",
        may_use: &["cluster", "resilience"],
        because: "routes requests and opens no module",
    },
    Room {
        name: "ladder",
        may_use: &["protocol", "source", "store", "vcs", "bundle", "faults"],
        because: "is the client, which works with no server",
    },
    Room {
        name: "modkeep",
        may_use: &[
            "server", "gateway", "ladder", "protocol", "store", "vcs", "cluster", "bundle", "doctor",
            "faults",
        ],
        because: "wires the crates of the product together, and nothing else",
    },
    Room {
        name: TESTKIT,
        may_use: &["faults"],
        because: "makes its own zips and hashes, so that a fault in the code under test cannot hide in what it is compared with",
    },
    Room {
        name: "bench",
        may_use: &[TESTKIT],
        because: "measures whole processes, so it must know nothing of what is in them",
    },
    Room { name: "xtask", may_use: &[], because: "is compiled before every chore, so it must stay small" },
];

fn problems(metadata: &Metadata) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, member) in &metadata.members {
        match ROOMS.iter().find(|room| room.name == name) {
            Some(room) => problems.extend(forbidden(room, member)),
            None => problems
                .push(Problem(format!("{name}: is no room of the house, so nobody said what it may use"))),
        }
    }
    problems.extend(acquaintances(metadata));
    problems
}

/// The crates that `member` leans on although its room may not.
fn forbidden(room: &Room, member: &Member) -> Vec<Problem> {
    let allowed = allowed(room);
    let built_on = member.uses.iter().filter(|used| !allowed.contains(used.as_str()));
    // A crate that tests with itself turns on a feature of its own, such as its conformance suite.
    let may_test_with = |used: &str| used == TESTKIT || used == room.name || allowed.contains(used);
    let tested_with = member.tests_use.iter().filter(|used| !may_test_with(used));
    let built_on = built_on.map(|used| match used.as_str() {
        TESTKIT => {
            format!("{}: {TESTKIT} may only be a dev-dependency: it has no place in the product", room.name)
        }
        used => format!("{}: uses {used}, but {} {}", room.name, room.name, room.because),
    });
    let tested_with = tested_with
        .map(|used| format!("{}: its tests use {used}, but {} {}", room.name, room.name, room.because));
    built_on.chain(tested_with).map(Problem).collect()
}

/// What `room` may use: what its line names, and what those may use.
fn allowed(room: &Room) -> BTreeSet<&'static str> {
    let mut allowed = BTreeSet::new();
    let mut open = room.may_use.to_vec();
    while let Some(name) = open.pop() {
        if allowed.insert(name) {
            open.extend(ROOMS.iter().filter(|room| room.name == name).flat_map(|room| room.may_use));
        }
    }
    allowed
}

/// Those of [`STRANGERS`] that are built on one another, on whatever way.
fn acquaintances(metadata: &Metadata) -> Vec<Problem> {
    let pairs = STRANGERS.iter().flat_map(|one| STRANGERS.iter().map(move |other| (*one, *other)));
    let meets = |(one, other): &(&str, &str)| one != other && metadata.linked_with(one).contains(other);
    let told = |(one, other)| {
        format!("{one}: is built on {other}; {} never import each other", STRANGERS.join(", "))
    };
    pairs.filter(meets).map(told).map(Problem).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::tests::drawn;

    fn complaints(picture: &str) -> Vec<String> {
        problems(&drawn(picture)).into_iter().map(|problem| problem.0).collect()
    }

    #[test]
    fn the_plan_itself_is_tidy() {
        let picture = "gomod -> testkit (dev)\nsource -> gomod\nstore -> gomod, source, testkit (dev), store (dev)\ntestkit\n\
                       protocol -> source\nmodkeep -> protocol, store, gomod, @clap\n@clap\nxtask -> @clap";
        assert_eq!(complaints(picture), Vec::<String>::new());
    }

    #[test]
    fn a_forbidden_dependency_is_told_with_the_reason() {
        let found = complaints("source -> store\nstore");
        assert_eq!(found, ["source: uses store, but source asks places for modules and keeps nothing"]);
        assert_eq!(complaints("protocol -> store (dev)\nstore").len(), 1);
    }

    #[test]
    fn testkit_stays_out_of_the_product() {
        assert!(complaints("store -> testkit\ntestkit")[0].contains("only be a dev-dependency"));
        assert!(complaints("modkeep -> testkit (build)\ntestkit")[0].contains("only be a dev-dependency"));
    }

    #[test]
    fn a_new_crate_needs_a_line() {
        assert!(complaints("helpers")[0].contains("no room of the house"));
    }

    #[test]
    fn strangers_do_not_meet_through_a_third_crate() {
        let found = complaints("ladder -> bundle\nbundle -> server\nserver");
        assert!(found.iter().any(|told| told.starts_with("ladder: is built on server")), "{found:?}");
    }

    #[test]
    fn every_name_in_the_table_has_a_line() {
        for name in ROOMS.iter().flat_map(|room| room.may_use).chain(STRANGERS) {
            assert!(ROOMS.iter().any(|room| room.name == *name), "{name}");
        }
    }
}
