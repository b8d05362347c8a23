//! Hosts that were waited for in vain: the next question does not wait for them again, be it about another repository.
//!
//! Each use of a host has a name of its own, such as `ssh://a.example`: that one way to it is dead says nothing about the others.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use source::{Outage, Symptom};
use tokio::time::Instant;

use crate::RepoError;

/// How long a host is left alone: long enough to spare a build most of the waiting, short enough to notice that it is back.
const LEFT_ALONE: Duration = Duration::from_secs(30);

/// A wait that is felt. A host that says no sooner costs nothing, and can be asked again at once.
const FELT: Duration = Duration::from_secs(2);

/// More hosts than anybody has; beyond, what was learnt is forgotten.
const HOSTS_MAX: usize = 1024;

/// What is known of hosts, shared by all who ask them.
#[derive(Debug, Default)]
pub struct Hosts(Mutex<HashMap<String, Host>>);

#[derive(Debug, Default)]
struct Host {
    answered_at: Option<Instant>,
    down: Option<Down>,
}

/// A host that is left alone.
#[derive(Debug)]
struct Down {
    since: Instant,
    until: Instant,
    trouble: String,
    /// It is not from this process that this is known.
    is_recalled: bool,
    /// Somebody wanted to ask it since.
    was_wanted: bool,
}

impl Hosts {
    /// Leaves a host alone for so long, because of what is remembered of it.
    pub fn recall(&self, name: &str, outage: &Outage, for_now: Duration) {
        let now = Instant::now();
        let down = Down {
            since: now.checked_sub(outage.lasted).unwrap_or(now),
            until: now + for_now,
            trouble: outage.trouble.clone(),
            is_recalled: true,
            was_wanted: false,
        };
        self.host(name, |host| host.down = Some(down));
    }

    /// All hosts that were met, and the trouble of those that are left alone.
    pub fn met(&self) -> Vec<(String, Option<Outage>)> {
        let now = Instant::now();
        let outage = |down: &Down| Outage { lasted: now - down.since, trouble: down.trouble.clone() };
        let known = self.known();
        known.iter().map(|(name, host)| (name.clone(), host.down(now).map(outage))).collect()
    }

    /// Lets those be asked again that are left alone only because of what is remembered, and that somebody wanted to ask; whether there are
    /// any.
    pub(crate) fn insist(&self) -> bool {
        let mut is_any = false;
        for host in self.known().values_mut() {
            if host.down.as_ref().is_some_and(|down| down.is_recalled && down.was_wanted) {
                host.down = None;
                is_any = true;
            }
        }
        is_any
    }

    /// Begins to ask a host. What comes of it is to be told; where it is dropped before, nothing has come.
    ///
    /// # Errors
    /// `Unavailable` for one that is left alone.
    pub(crate) fn begin(&self, name: &str) -> Result<Asking<'_>, RepoError> {
        let begun = Instant::now();
        self.host(name, |host| match host.down.as_mut().filter(|down| down.until > begun) {
            Some(down) => {
                down.was_wanted = true;
                let lasted = begun.saturating_duration_since(down.since).as_secs();
                let trouble = &down.trouble;
                let message =
                    format!("{name} is not asked, as it has been failing for {lasted} s: {trouble}");
                Err(RepoError::unavailable(message).with_symptom(Symptom::Silent).spared())
            }
            None => Ok(()),
        })?;
        Ok(Asking { hosts: self, name: name.to_owned(), begun })
    }

    /// Changes what is known of a host.
    fn host<T>(&self, name: &str, change: impl FnOnce(&mut Host) -> T) -> T {
        let mut known = self.known();
        if known.len() >= HOSTS_MAX && !known.contains_key(name) {
            known.clear();
        }
        change(known.entry(name.to_owned()).or_default())
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Host>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Host {
    fn down(&self, now: Instant) -> Option<&Down> {
        self.down.as_ref().filter(|down| down.until > now)
    }
}

/// A host that is being asked.
#[derive(Debug)]
pub(crate) struct Asking<'a> {
    hosts: &'a Hosts,
    name: String,
    begun: Instant,
}

impl Asking<'_> {
    /// It has answered, if only with a "no".
    pub(crate) fn answered(self) {
        self.hosts.host(&self.name, |host| *host = Host { answered_at: Some(Instant::now()), down: None });
    }

    /// It has failed. One that has answered others in the meantime has trouble with this one thing, and is not left alone.
    pub(crate) fn failed(self, trouble: &str) {
        let (now, begun) = (Instant::now(), self.begun);
        if now.saturating_duration_since(begun) < FELT {
            return;
        }
        self.hosts.host(&self.name, |host| {
            if host.answered_at.is_some_and(|at| at > begun) {
                return;
            }
            let since = host.down.as_ref().map_or(begun, |down| down.since);
            let trouble = trouble.to_owned();
            let until = now + LEFT_ALONE;
            host.down = Some(Down { since, until, trouble, is_recalled: false, was_wanted: false });
        });
    }

    /// What came of it, by the symptom of a failure.
    pub(crate) fn ended<T>(self, result: &Result<T, RepoError>) {
        match result {
            Err(error) if matches!(error.symptom, Symptom::Silent | Symptom::Unreachable) => {
                self.failed(&error.message);
            }
            _ => self.answered(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "ssh://a.example";

    fn silent() -> Result<(), RepoError> {
        Err(RepoError::unavailable("no answer").with_symptom(Symptom::Silent))
    }

    /// Asks, and waits so long for what comes.
    async fn ask(hosts: &Hosts, wait: Duration, result: Result<(), RepoError>) -> bool {
        let Ok(asking) = hosts.begin(NAME) else { return false };
        tokio::time::advance(wait).await;
        asking.ended(&result);
        true
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_was_waited_for_in_vain_is_left_alone_for_a_while() {
        let hosts = Hosts::default();
        assert!(ask(&hosts, FELT, silent()).await);
        assert!(!ask(&hosts, FELT, silent()).await);
        let error = hosts.begin(NAME).unwrap_err();
        assert!(error.message.contains("not asked") && error.message.contains("no answer"), "{error}");
        assert!(hosts.begin("https://a.example").is_ok(), "another way may fare better");
        tokio::time::advance(LEFT_ALONE).await;
        assert!(ask(&hosts, FELT, Ok(())).await);
        assert!(ask(&hosts, FELT, Ok(())).await);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_says_no_quickly_or_answers_others_is_not() {
        let hosts = Hosts::default();
        assert!(ask(&hosts, Duration::ZERO, silent()).await);
        assert!(ask(&hosts, FELT, Err(RepoError::not_found("none"))).await);
        let slow = hosts.begin(NAME).unwrap();
        assert!(ask(&hosts, FELT, Ok(())).await);
        slow.ended(&silent());
        assert!(ask(&hosts, FELT, Ok(())).await);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_remembered_holds_until_somebody_insists() {
        let hosts = Hosts::default();
        let outage = Outage { lasted: FELT, trouble: "silent".to_owned() };
        hosts.recall(NAME, &outage, FELT);
        assert_eq!(hosts.met(), [(NAME.to_owned(), Some(outage))]);
        assert!(!hosts.insist(), "nobody has asked for it");
        assert!(hosts.begin(NAME).is_err_and(|error| error.is_spared));
        assert!(hosts.insist());
        assert!(ask(&hosts, FELT, silent()).await);
        assert!(hosts.begin(NAME).is_err() && !hosts.insist(), "this time it was waited for");
    }
}
