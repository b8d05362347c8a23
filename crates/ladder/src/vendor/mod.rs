//! Rung 2, `vendor`: the project's own copy of its dependencies, held to a list, and put back from a signed snapshot.
//!
//! In the project there are, beside go.mod:
//!
//! * `vendor/`, which go makes, with `vendor/.checksums`, the hash of every file ([`list`]);
//! * `vendor.offline/`, the snapshot: the same files, the list, and `.manifest`, a signed note about the list ([`manifest`]);
//! * `vendor.bak/`, the tree before: a second copy to restore from, if it is what the manifest says;
//! * `vendor.replaced-TIME/vendor`, what a restore has replaced.
//!
//! The last three hold a go.mod of their own, so that `./...`, tidy and gopls take them for other modules; it is never copied back.
//!
//! What lies in the project proves nothing (invariant 10): a copy counts when its list is the one that a trusted key has signed, for
//! these modules, and each file has the hash of the list at the moment it is copied. Symbolic links are never followed.
//!
//! Every change is prepared in a work folder ([`work`]), made durable, and then shown by renaming.

mod copy;
mod digest;
mod error;
mod findings;
mod guard;
mod hash;
mod journal;
mod list;
mod lock;
mod manifest;
mod name;
mod place;
mod plan;
mod project;
mod publish;
mod recover;
mod restore;
mod snapshot;
mod stat_cache;
mod stored;
mod threads;
mod tree;
mod verify;
mod work;

pub use digest::Digest;
pub use error::{NAMED_MAX, VendorError};
pub use findings::{Damage, NoList, Verdict};
pub use guard::{Guarded, Policy, Signature, guard, signature};
pub use list::{FILES_MAX, LIST_BYTES_MAX, List, ListError, ListFlaw};
pub use lock::LOCK_WAIT;
pub use name::Name;
pub use place::{Placement, Removed, place, sweep};
pub use project::Project;
pub use recover::recover;
pub use restore::{Copy, Restored, restore};
pub use snapshot::{Taken, rewrite, snapshot};
pub use stat_cache::TICK_MAX;
pub use stored::consistent;
pub use verify::{Look, Report, verify};

/// The folder that go builds from.
pub const VENDOR: &str = "vendor";
/// The signed snapshot of it.
pub const OFFLINE: &str = "vendor.offline";
/// The tree before.
pub const BAK: &str = "vendor.bak";
/// The list of hashes in each of them.
pub const CHECKSUMS: &str = ".checksums";
/// The signed note in the snapshot.
pub const MANIFEST: &str = ".manifest";
/// Where changes are prepared.
pub const WORK: &str = ".vendor.modkeep";
/// In a vendor folder that was placed for a run: whose it is.
pub const PLACED: &str = ".modkeep-placed";

const GO_MOD: &str = "go.mod";
const MODULES_TXT: &str = "modules.txt";

/// The go.mod of a folder of ours. It is there for its name; nobody builds this module.
fn go_mod_text(what: &str) -> String {
    format!(
        "// Keeps go from looking into this folder; see `modkeep vendor --help`.\nmodule modkeep.invalid/vendor/{what}\n"
    )
}
