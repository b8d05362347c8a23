//! Who says which hash is right: what the asker has on record, else the checksum database that applies, else the first one that was
//! seen.

use std::fmt::{Debug, Display};
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use gomod::gosum::{GoSum, Part, Verdict};
use gomod::gosumdb::{DatabaseName, Sums};
use gomod::{H1, ModuleVersion};
use tokio::time::timeout;

use crate::first_seen::disagreement;
use crate::sumdb::Database;
use crate::{
    Answer, Ask, Assurance, Body, Ctx, Failure, FailureKind, FirstSeen, Origin, Sighting, Subject, Whole,
};

/// Knows the right hash of every module, from the one authority that applies to it (house.md, contract of Source).
#[derive(Debug)]
pub struct Ledger {
    database: Option<Arc<Database>>,
    first_seen: Arc<dyn FirstSeen>,
    quarantine: Option<Arc<dyn Quarantine>>,
    pins: Arc<GoSum>,
    pins_file: &'static str,
    clock: fn() -> SystemTime,
}

/// Where bytes are put away that somebody has sent in place of the right ones, for people to look at.
#[async_trait::async_trait]
pub trait Quarantine: Debug + Send + Sync {
    /// Keeps them where they are never served. Failing that is told in the log alone: nobody depends on it.
    async fn put_away(&self, ask: &Ask, content: Whole);
}

/// What an artifact is held to. Only a [`Ledger`] knows it.
#[derive(Debug)]
pub struct Expected(Authority);

#[derive(Debug)]
enum Authority {
    /// What the go.sum of the asker says.
    Pins,
    /// What a database says.
    Database(DatabaseName, u32, Sums),
    /// What was there first.
    FirstSeen,
    /// Nothing: the database that applies does not know it. Whether there is anything is for the place to say.
    Unknown(Failure),
}

impl Ledger {
    /// Hashes are those of `database` where it may be asked, and those first seen everywhere else, or without one.
    pub fn new(
        database: Option<Arc<Database>>,
        first_seen: Arc<dyn FirstSeen>,
        clock: fn() -> SystemTime,
    ) -> Self {
        Self { database, first_seen, quarantine: None, pins: Arc::default(), pins_file: "go.sum", clock }
    }

    /// Bytes with another hash than the right one are put away there.
    #[must_use]
    pub fn with_quarantine(self, quarantine: Arc<dyn Quarantine>) -> Self {
        Self { quarantine: Some(quarantine), ..self }
    }

    /// What `pins` lists must have that hash, and then nobody else is asked, as in go (protocol.md F5). It vouches for what this asker
    /// gets and raises no assurance: what only somebody's go.sum says is nothing to keep for others.
    #[must_use]
    pub fn pinned_by(self, pins: Arc<GoSum>) -> Self {
        Self { pins, ..self }
    }

    /// The same, where another file than go.sum has these hashes: what is told of them names it.
    #[must_use]
    pub fn with_pins_in(self, pins_file: &'static str) -> Self {
        Self { pins_file, ..self }
    }

    /// Puts away what a place has sent.
    pub(crate) async fn put_away(&self, ask: &Ask, body: Option<Body>) {
        if let (Some(quarantine), Some(Ok(content))) = (&self.quarantine, body.map(Body::into_whole)) {
            quarantine.put_away(ask, content).await;
        }
    }

    /// Whether something of this assurance has yet to be judged before it may be stored or served. Only `.mod` and `.zip` have
    /// hashes.
    pub fn wants(&self, ask: &Ask, assurance: Assurance) -> bool {
        let (Ask::Mod(module) | Ask::Zip(module)) = ask else { return false };
        if self.pins(ask) {
            return true;
        }
        match self.database_of(module) {
            // What another database has vouched for is nothing to this one.
            Some(database) => assurance != Assurance::verified(database.key_hash()),
            None => assurance < Assurance::FIRST_SEEN,
        }
    }

    /// The answer with its assurance, when its hash is the right one.
    ///
    /// # Errors
    /// `Mismatch` when it is not; `Unavailable` when the right one cannot be found out.
    pub async fn judge(&self, ask: &Ask, answer: Answer, ctx: &Ctx) -> Result<Answer, Failure> {
        match self.expected(ask, ctx).await? {
            Some(expected) => self.compare(ask, answer, &expected).await,
            None => Ok(answer),
        }
    }

    /// What an artifact is held to; `None` for what has no hash. The first half of [`judge`](Self::judge), for whoever wants to know
    /// which half has failed.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be found out, where a retry may help; `Unavailable` without a retry when the database that applies
    /// does not know the module; `Mismatch` when it is not proven what was said about it.
    pub async fn expected(&self, ask: &Ask, ctx: &Ctx) -> Result<Option<Expected>, Failure> {
        match self.held_to(ask, ctx).await? {
            Some(Expected(Authority::Unknown(failure))) => Err(failure),
            expected => Ok(expected),
        }
    }

    /// The same, without a failure where the database that applies does not know the module: then it is for the place to say whether
    /// there is anything at all.
    pub(crate) async fn held_to(&self, ask: &Ask, ctx: &Ctx) -> Result<Option<Expected>, Failure> {
        let (Ask::Mod(module) | Ask::Zip(module)) = ask else { return Ok(None) };
        if self.pins(ask) {
            return Ok(Some(Expected(Authority::Pins)));
        }
        let Some(database) = self.database_of(module) else {
            return Ok(Some(Expected(Authority::FirstSeen)));
        };
        let authority = match database.sums(module, ctx).await {
            Ok(sums) => Authority::Database(database.name().clone(), database.key_hash(), sums),
            Err(failure) if failure.kind() == FailureKind::NotFound => {
                Authority::Unknown(unproven(module, database, &failure))
            }
            Err(failure) => return Err(unproven(module, database, &failure)),
        };
        Ok(Some(Expected(authority)))
    }

    /// The answer with its assurance, when its hash is the one that it is held to. The second half of [`judge`](Self::judge).
    ///
    /// # Errors
    /// `Mismatch` when it is not, `Unavailable` when there is nothing to compare.
    pub async fn compare(&self, ask: &Ask, answer: Answer, expected: &Expected) -> Result<Answer, Failure> {
        let (Some((module, subject)), Some(found)) = (subject_of(ask), answer.h1) else {
            return Err(Failure::unavailable(
                &answer.origin,
                format!("the hash of {ask} is not known"),
                Duration::ZERO,
            ));
        };
        match &expected.0 {
            Authority::Unknown(failure) => Err(failure.clone()),
            Authority::Pins => self.pinned(ask, module, subject, found, answer),
            Authority::Database(database, key, sums) => match sum_of(sums, subject) {
                Some(right) if right == found => {
                    Ok(Answer { assurance: Assurance::verified(*key), flaw: None, ..answer })
                }
                Some(right) => Err(mismatch(&answer.origin, &contradicts(ask, database, right, found))),
                None => Err(silent(ask, database, &answer.origin)),
            },
            Authority::FirstSeen => match answer.flaw {
                Some(flaw) => Err(flaw),
                None => self.witness(module, subject, found, answer).await,
            },
        }
    }

    fn pinned(
        &self,
        ask: &Ask,
        module: &ModuleVersion,
        subject: Subject,
        found: H1,
        answer: Answer,
    ) -> Result<Answer, Failure> {
        match self.pins.check(module, part(subject), &found) {
            Verdict::Match => Ok(Answer { flaw: None, ..answer }),
            Verdict::Mismatch { listed } => {
                Err(mismatch(&answer.origin, &contradicts(ask, self.pins_file, listed, found)))
            }
            Verdict::Missing => {
                let message = format!("{} has no hash of {ask}", self.pins_file);
                Err(Failure::unavailable(&answer.origin, message, Duration::ZERO).permanent())
            }
        }
    }

    async fn witness(
        &self,
        module: &ModuleVersion,
        subject: Subject,
        found: H1,
        answer: Answer,
    ) -> Result<Answer, Failure> {
        let seen = Sighting { h1: found, origin: answer.origin.clone(), at: (self.clock)(), accepted: false };
        let recorded = match soon(self.first_seen.witness(module, subject, seen)).await {
            Ok(recorded) => Some(recorded),
            Err(error) => self.without_writing(module, subject, &error).await?,
        };
        match recorded {
            // It can be served once more, but nobody will remember it.
            None => Ok(answer),
            Some(recorded) if recorded.h1 == found => {
                Ok(Answer { assurance: Assurance::FIRST_SEEN, ..answer })
            }
            Some(recorded) => {
                let message = disagreement(module, subject, &recorded, found, &answer.origin);
                Err(mismatch(&answer.origin, &message))
            }
        }
    }

    /// What is on record where nothing can be written: a disk that takes nothing must not stop builds, but one that cannot be read
    /// may hold the word against this very hash.
    async fn without_writing(
        &self,
        module: &ModuleVersion,
        subject: Subject,
        error: &io::Error,
    ) -> Result<Option<Sighting>, Failure> {
        let recorded = soon(self.first_seen.recall(module, subject))
            .await
            .map_err(|error| unrecorded(module, &error))?;
        if recorded.is_none() {
            tracing::warn!(%module, %error, "cannot write down the hash that was seen first");
        }
        Ok(recorded)
    }

    /// Whether the asker has the hash of this on record.
    pub fn pins(&self, ask: &Ask) -> bool {
        subject_of(ask).is_some_and(|(module, subject)| {
            self.pins.hashes(module, part(subject)).any(|hash| hash.starts_with("h1:"))
        })
    }

    fn database_of(&self, module: &ModuleVersion) -> Option<&Arc<Database>> {
        self.database.as_ref().filter(|database| database.covers(module))
    }
}

/// How long a record may take to be read or written. A disk that takes longer does not answer at all.
const RECORD_MAX: Duration = Duration::from_secs(5);

async fn soon<T>(record: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(RECORD_MAX, record).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

fn subject_of(ask: &Ask) -> Option<(&ModuleVersion, Subject)> {
    match ask {
        Ask::Mod(module) => Some((module, Subject::GoMod)),
        Ask::Zip(module) => Some((module, Subject::Zip)),
        _ => None,
    }
}

fn part(subject: Subject) -> Part {
    match subject {
        Subject::Zip => Part::Zip,
        Subject::GoMod => Part::GoMod,
    }
}

fn sum_of(sums: &Sums, subject: Subject) -> Option<H1> {
    match subject {
        Subject::Zip => sums.zip,
        Subject::GoMod => sums.go_mod,
    }
}

fn mismatch(place: &Origin, message: &str) -> Failure {
    tracing::error!(%place, message, "SECURITY: a checksum does not match");
    Failure::new(FailureKind::Mismatch, place, message, Duration::ZERO)
}

/// Short, with the hashes in front: what stands behind is cut off where several places have to be told (protocol.md B12). Who sent
/// it stands before it already.
fn contradicts(ask: &Ask, authority: impl Display, right: impl Display, found: H1) -> String {
    format!(
        "SECURITY: {ask} has {found}, but {authority} says {right}; it is neither kept nor served. Somebody changed it, there or \
         on the way, or the version was tagged twice"
    )
}

/// go asks for both hashes in one record, and a record may lack one; then go would refuse the file too.
fn silent(ask: &Ask, database: &DatabaseName, place: &Origin) -> Failure {
    let message = format!("the checksum database {database} has a record without the hash of {ask}");
    Failure::unavailable(place, message, Duration::ZERO).permanent()
}

fn unrecorded(module: &ModuleVersion, error: &io::Error) -> Failure {
    tracing::error!(%module, %error, "cannot read the hash that was first seen");
    let message = format!("the record of the hash first seen of {module} cannot be read; the log says why");
    Failure::unavailable(&Origin::new("modkeep"), message, Duration::ZERO).permanent()
}

/// Nothing is stored or served on nobody's word.
fn unproven(module: &ModuleVersion, database: &Database, failure: &Failure) -> Failure {
    let name = database.name();
    let (kind, message) = match failure.kind() {
        FailureKind::NotFound => (
            FailureKind::Unavailable,
            format!(
                "the checksum database {name} knows no {module} ({}), so nothing vouches for it; if it is private, name it in \
                 GOPRIVATE or GONOSUMDB",
                failure.message()
            ),
        ),
        kind => (kind, format!("nothing vouches for {module}: {}", failure.message())),
    };
    let unproven =
        Failure::new(kind, failure.origin(), message, Duration::ZERO).with_trail(failure.trail().clone());
    // What the database does not know today it is not asked again for at once.
    if failure.kind() == FailureKind::NotFound { unproven.permanent() } else { unproven }
}
