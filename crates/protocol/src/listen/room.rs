//! How many connections fit into the process.
//!
//! Without a cap, clients use up the file descriptors, and then not only accepting fails but also opening the files that
//! hold the answers.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The most connections at once, where file descriptors allow it. Far more than the builds of a large company hold, and
/// still only some hundred megabytes when each is in use.
pub const CONNECTIONS_MAX: usize = 10_000;

/// What one answer may need at once: the client's connection, an upstream's, and the file between them.
const DESCRIPTORS_EACH: u64 = 3;

/// Takes all file descriptors that the process may have, and says how many connections fit: at most [`CONNECTIONS_MAX`].
///
/// The soft limit that processes begin with is often 1024, for the sake of programs that use `select`; this is none. When
/// it cannot be raised, the room is what there is.
pub fn make_room() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, wanted) {
        tracing::debug!(%error, "cannot raise the limit of file descriptors");
    }
    fitting(getrlimit(Resource::Nofile).current)
}

/// How many connections fit into that many descriptors; `None` is no limit.
fn fitting(descriptors: Option<u64>) -> usize {
    let fitting = descriptors.and_then(|descriptors| usize::try_from(descriptors / DESCRIPTORS_EACH).ok());
    fitting.map_or(CONNECTIONS_MAX, |fitting| fitting.clamp(1, CONNECTIONS_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_connection_has_descriptors_for_its_answer() {
        assert_eq!(fitting(Some(1024)), 341);
        assert_eq!(fitting(Some(0)), 1);
        assert_eq!(fitting(Some(u64::MAX)), CONNECTIONS_MAX);
        assert_eq!(fitting(None), CONNECTIONS_MAX);
    }

    #[test]
    fn room_is_made_up_to_the_hard_limit() {
        let room = make_room();
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
        assert_eq!(room, fitting(limit.maximum));
    }
}
