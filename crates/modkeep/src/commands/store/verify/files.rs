//! Verifying the files of modules: what they were when they were put, and the hash that they must have.

use std::io;

use gomod::H1;
use source::Ask;
use source::sumdb::Doubt;
use store::disk::{Unit, Verdict, hash_of, verify};
use store::{DiskStore, StoreError};

use super::authorities::{Authorities, Expected};
use super::found::{Found, Trust};
use super::scope::Scope;
use super::telling::{Kind, Telling};

/// Verifies files, one after the other.
pub(super) struct Files<'a, 'b, 'c> {
    pub(super) scope: Scope<'a>,
    pub(super) telling: &'a mut Telling<'b, 'c>,
    /// What damaged files are set aside with.
    pub(super) repair: Option<&'a DiskStore>,
    /// Who vouches for them, where that is wanted.
    pub(super) authorities: Option<&'a mut Authorities>,
    pub(super) found: Found,
}

impl Files<'_, '_, '_> {
    /// Verifies all; what was found.
    pub(super) fn verify_all(mut self) -> io::Result<Found> {
        for unit in self.scope.units() {
            match unit {
                Ok(unit) => self.verify_unit(&unit)?,
                Err(error) => self.tell_unreadable(&error)?,
            }
        }
        Ok(self.found)
    }

    fn verify_unit(&mut self, unit: &Unit) -> io::Result<()> {
        unit.asks.iter().try_for_each(|ask| match self.look(ask)? {
            Ok(Verdict::Whole(h1)) => {
                self.found.whole += 1;
                self.judge(ask, h1)
            }
            Ok(Verdict::Unvouched(h1)) => {
                self.found.unvouched += 1;
                self.judge(ask, h1)
            }
            Ok(Verdict::Gone) => Ok(()),
            Ok(Verdict::Damaged(why)) => self.tell_damage(ask, &why),
            Err(error) => self.tell_unreadable(&error),
        })
    }

    /// Reads one file, telling how far it is.
    fn look(&mut self, ask: &Ask) -> io::Result<Result<Verdict, StoreError>> {
        let (telling, bytes, mut told) = (&mut *self.telling, &mut self.found.bytes, Ok(()));
        let verdict = verify(self.scope.root, ask, &mut |read| {
            *bytes += read;
            if told.is_ok() {
                told = telling.read(read);
            }
        });
        told.map(|()| verdict)
    }

    fn tell_unreadable(&mut self, error: &StoreError) -> io::Result<()> {
        self.found.damaged += 1;
        self.telling.tell(Kind::Damaged, None, &error.to_string())
    }

    fn tell_damage(&mut self, ask: &Ask, why: &str) -> io::Result<()> {
        self.found.damaged += 1;
        let expected = self.authorities.as_mut().and_then(|authorities| authorities.expected(ask));
        let why = match expected {
            Some(Ok(expected)) => {
                let found = hash_of(self.scope.root, ask).ok().flatten();
                format!("{why}; {}", both(ask, found, &expected))
            }
            _ => why.to_owned(),
        };
        self.tell(Kind::Damaged, ask, &why)?;
        self.set_aside(ask, &why);
        Ok(())
    }

    /// Holds the hash of a file that is as it was put to the right one.
    fn judge(&mut self, ask: &Ask, found: Option<H1>) -> io::Result<()> {
        let Some(expected) = self.authorities.as_mut().and_then(|authorities| authorities.expected(ask))
        else {
            return Ok(());
        };
        let trust = self.found.trust.get_or_insert_default();
        let Some((kind, why)) = judged(ask, found, expected, trust) else { return Ok(()) };
        self.found.damaged += u64::from(kind == Kind::Damaged);
        self.tell(kind, ask, &why)?;
        if kind == Kind::Mismatch {
            self.set_aside(ask, &why);
        }
        Ok(())
    }

    fn tell(&mut self, kind: Kind, ask: &Ask, why: &str) -> io::Result<()> {
        self.telling.tell(kind, Some(&self.scope.root.join(ask.address())), why)
    }

    fn set_aside(&self, ask: &Ask, why: &str) {
        if let Some(store) = self.repair {
            store.set_aside(ask, why);
        }
    }
}

/// What is wrong with a file of this hash, if anything is; counted either way.
fn judged(
    ask: &Ask,
    found: Option<H1>,
    expected: Result<Expected, Doubt>,
    trust: &mut Trust,
) -> Option<(Kind, String)> {
    match expected {
        Ok(expected) if found == Some(expected.h1) => {
            *(if expected.is_proven { &mut trust.proven } else { &mut trust.first_seen }) += 1;
            None
        }
        Ok(expected) => {
            trust.mismatched += 1;
            Some((Kind::Mismatch, both(ask, found, &expected)))
        }
        Err(Doubt::Missing(why)) => {
            trust.unproven += 1;
            Some((Kind::Unproven, format!("{ask} has {}: {why}", shown(found))))
        }
        Err(Doubt::Damaged(why)) => Some((Kind::Damaged, why)),
    }
}

/// Both hashes of a file, and where each comes from.
fn both(ask: &Ask, found: Option<H1>, expected: &Expected) -> String {
    format!("{ask} has {} as it lies here, expected is {} by {}", shown(found), expected.h1, expected.by)
}

fn shown(found: Option<H1>) -> String {
    found.map_or_else(|| "no hash that can be computed".to_owned(), |h1| h1.to_string())
}
