//! `retract`: one version, or `[low, high]`.

use super::error::Problem;
use super::quote::unquote_word;

/// The lowest and the highest version, both included.
pub(super) type Interval = (String, String);

/// Reads the words behind `retract`. Gives the interval and the words behind it.
///
/// The versions stay as written: what they mean depends on the module path, which may stand below.
pub(super) fn read<'a, 'w>(words: &'a [&'w str]) -> Result<(Interval, &'a [&'w str]), Problem> {
    match words {
        [] | ["(", ..] => Err(Problem::RetractExpected("a version or [")),
        ["[", rest @ ..] => interval(rest),
        [version, rest @ ..] => {
            let version = unquote_word(version)?.into_owned();
            Ok(((version.clone(), version), rest))
        }
    }
}

fn interval<'a, 'w>(words: &'a [&'w str]) -> Result<(Interval, &'a [&'w str]), Problem> {
    let (low, words) = version(words, "a version after [")?;
    let words = mark(words, ",", "a comma after the lower version")?;
    let (high, words) = version(words, "a version after the comma")?;
    let words = mark(words, "]", "] after the higher version")?;
    Ok(((low, high), words))
}

fn version<'a, 'w>(words: &'a [&'w str], what: &'static str) -> Result<(String, &'a [&'w str]), Problem> {
    let (version, rest) = words.split_first().ok_or(Problem::RetractExpected(what))?;
    Ok((unquote_word(version)?.into_owned(), rest))
}

fn mark<'a, 'w>(words: &'a [&'w str], mark: &str, what: &'static str) -> Result<&'a [&'w str], Problem> {
    match words.split_first() {
        Some((&found, rest)) if found == mark => Ok(rest),
        _ => Err(Problem::RetractExpected(what)),
    }
}
