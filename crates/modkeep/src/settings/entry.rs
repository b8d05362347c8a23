//! Tables of settings files each of which says something about one subject.
//!
//! In one file no two tables may have the same subject: which of them was meant, nobody can tell. Of two files the nearer one
//! wins, as with every setting.

use crate::report::Problem;
use crate::settings::origin::Position;

/// Such a table.
pub trait Entry: Clone {
    /// What the subject is called in messages.
    const SUBJECT: &'static str;

    /// What the table is about, in the one spelling that is compared. Never a secret.
    fn subject(&self) -> &str;

    /// Where the table stands.
    fn position(&self) -> &Position;
}

/// The problem of a table with the subject of one before it in the same file.
pub fn repeated<T: Entry>(entry: &T, before: &[T]) -> Option<Problem> {
    let first = before.iter().find(|other| other.subject() == entry.subject())?;
    let (position, subject) = (entry.position(), entry.subject());
    let message = format!("{position}: a second table for the {} {subject}", T::SUBJECT);
    let problem = Problem::new(message).because(format!("the first one is at {}", first.position()));
    Some(problem.advise("take one of them out"))
}

/// One entry per subject, from the entries of all files, nearest file first.
pub fn merged<'a, T: Entry + 'a>(entries: impl Iterator<Item = &'a T>) -> Vec<T> {
    let mut merged: Vec<T> = Vec::new();
    for entry in entries {
        if !merged.iter().any(|nearer| nearer.subject() == entry.subject()) {
            merged.push(entry.clone());
        }
    }
    merged
}
