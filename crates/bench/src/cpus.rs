//! Which processor does what: the server gets one to itself, everything else another one.
//!
//! A load generator that shares its core with the server measures the scheduler. With one processor they share it all the
//! same, and the page says so.

use std::path::Path;
use std::process::Command;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The processors of a measurement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cpus {
    /// The one that the server is held on.
    pub(crate) server: usize,
    /// The one of the load generator and of the upstream.
    pub(crate) client: usize,
}

impl Cpus {
    /// The first processor that this process may use for the server, the last for everything else.
    pub(crate) fn choose() -> Self {
        let set = sched_getaffinity(None).expect("Linux tells which processors may be used");
        let mut allowed = (0..CpuSet::MAX_CPU).filter(|cpu| set.is_set(*cpu));
        let server = allowed.next().expect("this process runs somewhere");
        Self { server, client: allowed.next_back().unwrap_or(server) }
    }

    /// Holds this thread, and all that it starts from now on, on the client's processor.
    pub(crate) fn hold_client(self) {
        let mut set = CpuSet::new();
        set.set(self.client);
        sched_setaffinity(None, &set).expect("a processor that may be used");
    }

    /// `program`, held on the server's processor.
    pub(crate) fn on_server(self, program: &Path) -> Command {
        let mut command = Command::new("taskset");
        command.arg("-c").arg(self.server.to_string()).arg(program);
        command
    }

    /// One sentence for the page.
    pub(crate) fn told(self) -> String {
        if self.server == self.client {
            return "one processor for server and client together: ratios are flattened".to_owned();
        }
        "server held on one processor; load generator (one thread) and upstream held on another".to_owned()
    }
}
