//! The ways into hosts: at most so many questions at once, and no storm of connections.
//!
//! A pool opens a connection for each question that finds none free. Over HTTP/2 one connection carries them all, but whether a host
//! speaks it is known only when the first stands: a hundred questions at once would open a hundred, and throw all but one away. So
//! each host has a [`Door`], which lets connections be opened one after the other until that is known.
//!
//! * [`door`]: who may open a connection, and when.
//! * [`keeper`]: what stands between the pool and its connections, and asks the door.
//! * this file: the doors of one pool.

mod door;
mod keeper;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use url::{Origin, Url};

pub(super) use door::Door;
pub(super) use keeper::{Keeper, through};

/// Hosts whose doors are remembered. A client whose places strangers name may see many; an idle door that is forgotten costs a
/// moment when its host is asked again.
const HOSTS_MAX: usize = 1024;

/// The doors of all hosts that one pool has connections to.
#[derive(Debug)]
pub(super) struct Doors {
    at_once_max: usize,
    by_host: Mutex<HashMap<Origin, Arc<Door>>>,
}

impl Doors {
    /// Doors through which so many questions may go at once.
    pub(super) fn new(at_once_max: usize) -> Self {
        Self { at_once_max, by_host: Mutex::default() }
    }

    /// The door of the host of this URL.
    pub(super) fn of(&self, url: &Url) -> Arc<Door> {
        let mut doors = self.by_host.lock().unwrap_or_else(PoisonError::into_inner);
        let host = url.origin();
        if let Some(door) = doors.get(&host) {
            return Arc::clone(door);
        }
        if doors.len() >= HOSTS_MAX {
            doors.retain(|_, door| Arc::strong_count(door) > 1);
        }
        let door = Arc::new(Door::new(url.scheme() == "https", self.at_once_max));
        if doors.len() < HOSTS_MAX {
            doors.insert(host, Arc::clone(&door));
        }
        door
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_door_is_for_one_scheme_host_and_port() {
        let doors = Doors::new(1);
        let door = doors.of(&url("https://proxy.example/a"));
        assert!(Arc::ptr_eq(&door, &doors.of(&url("https://proxy.example:443/b"))));
        for other in ["http://proxy.example/a", "https://proxy.example:8443/a", "https://other.example/a"] {
            assert!(!Arc::ptr_eq(&door, &doors.of(&url(other))), "{other}");
        }
    }

    #[test]
    fn many_hosts_do_not_fill_the_memory_and_those_in_use_are_kept() {
        let doors = Doors::new(1);
        let used = doors.of(&url("https://used.example"));
        for n in 0..3 * HOSTS_MAX {
            doors.of(&url(&format!("https://{n}.example")));
        }
        assert!(doors.by_host.lock().unwrap().len() <= HOSTS_MAX);
        assert!(Arc::ptr_eq(&used, &doors.of(&url("https://used.example"))));
    }
}
