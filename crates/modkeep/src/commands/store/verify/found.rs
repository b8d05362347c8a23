//! What was found so far, and how it is summed up.

use std::io::{self, Write};

use bytesize::ByteSize;

use crate::report::Problem;

/// All files so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) bytes: u64,
    pub(super) whole: u64,
    pub(super) unvouched: u64,
    pub(super) damaged: u64,
    /// What the authorities say; `None` when they were not wanted.
    pub(super) trust: Option<Trust>,
}

/// What the authorities say of them.
#[derive(Debug, Default)]
pub(super) struct Trust {
    pub(super) proven: u64,
    pub(super) first_seen: u64,
    pub(super) mismatched: u64,
    pub(super) unproven: u64,
    pub(super) databases: Vec<Records>,
}

/// The records of one database.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub(super) name: String,
    pub(super) tree_size: Option<u64>,
    pub(super) proven: u64,
    /// With the copies of its tree head that are not signed by it.
    pub(super) damaged: u64,
    pub(super) unproven: u64,
}

impl Found {
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { bytes, whole, unvouched, damaged, trust } = self;
        let read = ByteSize(*bytes);
        writeln!(
            out,
            "{whole} files are whole, {unvouched} have no sidecar, {damaged} are damaged; {read} read"
        )?;
        trust.iter().try_for_each(|trust| trust.write(out))
    }

    /// What is wrong, if anything is. `are_set_aside`: with what they were repaired.
    pub(super) fn problems(&self, are_set_aside: bool) -> Vec<Problem> {
        let mut problems = Vec::new();
        let advice = if are_set_aside {
            "those that could be were set aside, and are fetched when somebody asks for them"
        } else {
            "a server sets them aside and fetches them again by itself; without one, use --repair"
        };
        if self.damaged > 0 {
            let what = format!("{} files are damaged or cannot be read", self.damaged);
            problems.push(Problem::new(what).advise(advice));
        }
        problems.extend(self.trust.iter().flat_map(|trust| trust.problems(are_set_aside)));
        problems
    }
}

impl Trust {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { proven, first_seen, mismatched, unproven, databases } = self;
        writeln!(
            out,
            "{proven} have the hash of a checksum database, {first_seen} that seen first, {mismatched} another one; \
             {unproven} are unproven"
        )?;
        databases.iter().try_for_each(|records| records.write(out))
    }

    fn problems(&self, are_set_aside: bool) -> impl Iterator<Item = Problem> {
        let sum = |of: fn(&Records) -> u64| self.databases.iter().map(of).sum::<u64>();
        let mismatch = if are_set_aside {
            "they were set aside, and are fetched when somebody asks for them; find out who changed them"
        } else {
            "find out who changed them, in the folder or where they came from; --repair sets them aside"
        };
        let damaged = "a server fetches them anew when it is asked for them while it reaches the database";
        let unproven = "while the database can be reached, let go download them through the server with GOSUMDB on, ask it for \
                        sumdb/NAME/lookup/MODULE@VERSION, or import them again; what no database covers is put on record when \
                        it is first asked for, and by `modkeep store accept`";
        let all = [
            (self.mismatched, "files have another hash than the right one", mismatch),
            (sum(|records| records.damaged), "files of checksum databases are damaged", damaged),
            (self.unproven + sum(|records| records.unproven), "files are unproven", unproven),
        ];
        let found = all.into_iter().filter(|(count, ..)| *count > 0);
        found.map(|(count, what, advice)| Problem::new(format!("{count} {what}")).advise(advice))
    }
}

impl Records {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { name, tree_size, proven, damaged, unproven } = self;
        let tree = match tree_size {
            Some(size) => format!("{proven} records are proven in its tree of {size} records"),
            None => "no signed tree head is kept".to_owned(),
        };
        writeln!(out, "{name}: {tree}, {damaged} files are damaged, {unproven} records are unproven")
    }
}
