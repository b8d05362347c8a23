//! What can be chosen about Subversion.

use std::time::Duration;

use crate::access::Access;

/// What can be chosen about Subversion.
#[derive(Debug, Clone)]
pub struct SvnOptions {
    /// How places are reached, with three differences from other systems. Only svn+ssh is allowed from the beginning: the
    /// client follows a web server to any other address, even to one of this machine, so that `https` is for places that are
    /// trusted. `credentials` are not given to it, for the same reason: it takes those of its own configuration. And of the
    /// machine's own configuration it always reads that below `/etc`.
    pub access: Access,
    /// How many bytes the files of one module may take.
    pub export_bytes_max: u64,
    /// How long one call may take.
    pub call_time_max: Duration,
    /// How many files and folders a folder may have.
    pub tree_entries_max: usize,
}

impl Default for SvnOptions {
    fn default() -> Self {
        Self {
            access: Access::default(),
            export_bytes_max: 4 << 30,
            call_time_max: Duration::from_mins(10),
            tree_entries_max: 1_000_000,
        }
    }
}

impl SvnOptions {
    /// What may be spoken.
    pub(super) fn protocols(&self) -> impl Iterator<Item = &str> + Clone {
        std::iter::once("ssh").chain(self.access.extra_protocols.iter().map(String::as_str))
    }
}
