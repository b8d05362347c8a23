//! What tells a process from every other that has, had or will have the same number.
//!
//! A number counts in one PID namespace only, and two containers may share a folder and the name of their host. In one namespace a
//! number is given again once its process has ended.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// Where the time of a start stands in the table of a process, counted from the field behind its name, which may hold anything.
const FIELD_OF_START: usize = 19;

/// Two processes of one number are the same if their marks are. On systems that tell neither, all marks are equal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The PID namespace that its number counts in, by inode.
    pub namespace: Option<u64>,
    /// When it was started, in ticks of the system's clock.
    pub began: Option<u64>,
}

impl Mark {
    /// The mark of the process that has this number for us.
    pub fn of(pid: u32) -> Self {
        Self { namespace: namespace(), began: began(pid) }
    }

    /// Whether the number that it belongs to means the same process to us.
    pub fn is_of_our_namespace(&self) -> bool {
        self.namespace == namespace()
    }
}

fn namespace() -> Option<u64> {
    Some(fs::metadata("/proc/self/ns/pid").ok()?.ino())
}

fn began(pid: u32) -> Option<u64> {
    let table = fs::read(Path::new("/proc").join(pid.to_string()).join("stat")).ok()?;
    let table = String::from_utf8_lossy(&table);
    let (_, behind) = table.rsplit_once(") ")?;
    behind.split_ascii_whitespace().nth(FIELD_OF_START)?.parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_keeps_its_mark_and_has_another_than_an_older_one() {
        let own = Mark::of(std::process::id());
        assert_eq!(own, Mark::of(std::process::id()));
        assert!(own.is_of_our_namespace() && own.began.is_some(), "{own:?}");
        let first = Mark::of(1);
        assert!(first.began < own.began, "{first:?} {own:?}");
        assert_eq!(Mark::of(u32::MAX).began, None);
    }
}
