//! The certificate that https is served with: read at the start, and read again when its files change.
//!
//! Files are compared by content, every few seconds and on SIGHUP: certificate managers replace files, links or whole folders,
//! and what counts is what is in them. A pair that cannot be used changes nothing; it may be half of an exchange.

use std::future::pending;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use protocol::listen::{ServerCertificate, Tls};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{MissedTickBehavior, interval};

use crate::exit::Exit;
use crate::files::{Disk, Files};
use crate::report::{Failed, Problem};
use crate::settings::{Settings, table};

/// From one look at the files to the next.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How long before its end a certificate is warned about. Those that are renewed by themselves are renewed a month before;
/// this one was not.
const WARN_BEFORE: Duration = Duration::from_hours(14 * 24);

/// From one warning to the next.
const WARN_EVERY: Duration = Duration::from_hours(24);

/// What can be read of the two files, or why not.
type Content = Result<[Vec<u8>; 2], String>;

/// The certificate in use, and where the next one will be.
pub(super) struct Certificate {
    tls: Tls,
    files: [PathBuf; 2],
    seen: Content,
    expiry: Expiry,
    hangup: Signal,
}

/// Reads the certificate that the settings name, if they name one.
pub(super) fn load(settings: &Settings) -> Result<Option<Certificate>, Failed> {
    let files = match (settings.get(&table::TLS_CERT)?, settings.get(&table::TLS_KEY)?) {
        (Some(certificate), Some(key)) => [certificate, key],
        (None, None) => return Ok(None),
        (certificate, _) => return Err(half(certificate.is_some())),
    };
    let seen = read(&files);
    let certificate = usable(&seen).map_err(|why| unusable(&files, why))?;
    let expiry = Expiry { not_after: certificate.not_after(), warned: None };
    let hangup = signal(SignalKind::hangup())?;
    Ok(Some(Certificate { tls: Tls::new(certificate), files, seen, expiry, hangup }))
}

fn half(has_certificate: bool) -> Failed {
    let (set, missing) = if has_certificate { ("tls-cert", "tls-key") } else { ("tls-key", "tls-cert") };
    let problem = Problem::new(format!("`{set}` is set and `{missing}` is not"));
    Failed::new(Exit::Config, problem.advise(format!("set --{missing} too; both may name the same file")))
}

fn unusable(files: &[PathBuf; 2], why: String) -> Failed {
    let [certificate, key] = files.each_ref().map(|path| path.display());
    let problem = Problem::new(format!("cannot serve https with {certificate} and the key in {key}"));
    let advice = "name PEM files with --tls-cert and --tls-key, the key without a passphrase";
    Failed::new(Exit::Config, problem.because(why).advise(advice))
}

/// A SIGHUP asks daemons to read their files again, and ends a process that does not expect it. Never completes.
async fn take_no_offence() {
    let Ok(mut hangup) = signal(SignalKind::hangup()) else { return pending().await };
    while hangup.recv().await.is_some() {
        tracing::info!(
            "SIGHUP: there is no certificate to read again; other settings are read at the start alone"
        );
    }
    pending::<()>().await;
}

/// Exchanges the certificate whenever its files change. Never completes.
pub(super) async fn keep_fresh(certificate: Option<Certificate>) {
    let Some(mut certificate) = certificate else { return take_no_offence().await };
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = certificate.hangup.recv() => {}
        }
        certificate.look().await;
        certificate.expiry.tell(SystemTime::now());
    }
}

impl Certificate {
    /// What the listener needs.
    pub(super) fn tls(&self) -> Tls {
        self.tls.clone()
    }

    async fn look(&mut self) {
        let files = self.files.clone();
        let Ok(found) = tokio::task::spawn_blocking(move || read(&files)).await else { return };
        if found == self.seen {
            return;
        }
        self.seen = found;
        let certificate = self.files[0].display();
        match usable(&self.seen) {
            Ok(new) => {
                self.expiry = Expiry { not_after: new.not_after(), warned: None };
                self.tls.replace(new);
                tracing::info!(%certificate, "the certificate has changed; new connections are made with it");
            }
            Err(error) => {
                tracing::error!(%certificate, %error, "the certificate has changed and cannot be used; going on with the old one");
            }
        }
    }
}

fn read(files: &[PathBuf; 2]) -> Content {
    let content =
        |path: &PathBuf| Disk.read(path).map_err(|error| format!("cannot read {}: {error}", path.display()));
    Ok([content(&files[0])?, content(&files[1])?])
}

fn usable(content: &Content) -> Result<ServerCertificate, String> {
    let [certificate, key] = content.as_ref().map_err(String::clone)?;
    ServerCertificate::from_pem(certificate, key).map_err(|error| error.to_string())
}

/// When the certificate ends, and when that was last told.
struct Expiry {
    not_after: SystemTime,
    warned: Option<SystemTime>,
}

impl Expiry {
    fn tell(&mut self, now: SystemTime) {
        if self.is_to_be_told(now) {
            let left = self.not_after.duration_since(now).unwrap_or_default();
            let hours = left.as_secs() / 3600;
            tracing::warn!(
                hours,
                "the certificate that https is served with ends soon, or has ended; renew it"
            );
        }
    }

    /// Whether the end is near and it is time to say so, again if need be.
    fn is_to_be_told(&mut self, now: SystemTime) -> bool {
        let is_near = self.not_after <= now + WARN_BEFORE;
        let is_told = self.warned.is_some_and(|warned| now < warned + WARN_EVERY);
        if is_near && !is_told {
            self.warned = Some(now);
        }
        is_near && !is_told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_ahead_of_time_and_once_a_day() {
        let not_after = SystemTime::UNIX_EPOCH + Duration::from_hours(365 * 24);
        let mut expiry = Expiry { not_after, warned: None };
        let first = not_after - WARN_BEFORE;
        assert!(!expiry.is_to_be_told(first - Duration::from_secs(1)));
        assert!(expiry.is_to_be_told(first));
        assert!(!expiry.is_to_be_told(first + WARN_EVERY - Duration::from_secs(1)));
        assert!(expiry.is_to_be_told(first + WARN_EVERY));
        assert!(expiry.is_to_be_told(not_after + WARN_EVERY), "also when it is over");
    }
}
