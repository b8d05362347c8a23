//! The repositories that are open: one value for all who ask for the same remote, so that they share what it knows and fetches.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::RepoError;
use crate::access::Remotes;

/// How many remotes are kept in memory that nobody uses.
const IDLE_MAX: usize = 1024;

/// Open repositories by their addresses.
#[derive(Debug)]
pub(crate) struct Opened<R>(Mutex<HashMap<Remotes, Arc<R>>>);

impl<R> Default for Opened<R> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<R> Opened<R> {
    /// The one that is open, else what `make` makes.
    pub(crate) fn get(
        &self,
        remotes: &Remotes,
        make: impl FnOnce() -> Result<R, RepoError>,
    ) -> Result<Arc<R>, RepoError> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = open.get(remotes) {
            return Ok(Arc::clone(known));
        }
        if open.len() >= IDLE_MAX {
            open.retain(|_, repository| Arc::strong_count(repository) > 1);
        }
        let repository = Arc::new(make()?);
        open.insert(remotes.clone(), Arc::clone(&repository));
        Ok(repository)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Route;

    fn remotes(number: usize) -> Remotes {
        let url = format!("https://a.example/{number}");
        Remotes { ways: vec![Route::vouched(url.as_str())], url }
    }

    #[test]
    fn one_remote_is_opened_once_and_those_that_nobody_uses_make_room() {
        let opened = Opened::default();
        let used = opened.get(&remotes(0), || Ok(0)).unwrap();
        assert!(Arc::ptr_eq(&used, &opened.get(&remotes(0), || Ok(1)).unwrap()));
        for number in 1..=IDLE_MAX {
            opened.get(&remotes(number), || Ok(number)).unwrap();
        }
        assert_eq!(*opened.get(&remotes(1), || Ok(7)).unwrap(), 7, "it was forgotten");
        assert_eq!(*opened.get(&remotes(0), || Ok(7)).unwrap(), 0, "it is in use");
        assert!(opened.get(&remotes(9999), || Err(RepoError::refused("no"))).is_err());
    }
}
