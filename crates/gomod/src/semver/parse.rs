//! Reading a semantic version the way Go does (protocol.md A16).
//!
//! Numbers have no upper bound and stay text: a version with a forty-digit minor number is valid and must compare right.

/// The pieces of a valid version. `minor` and `patch` are `0` where the text leaves them out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parsed<'a> {
    pub(super) major: &'a str,
    pub(super) minor: &'a str,
    pub(super) patch: &'a str,
    /// With its leading `-`, or empty.
    pub(super) prerelease: &'a str,
    /// With its leading `+`, or empty.
    pub(super) build: &'a str,
}

pub(super) fn parse(version: &str) -> Option<Parsed<'_>> {
    let (major, rest) = number(version.strip_prefix('v')?)?;
    let short = Parsed { major, minor: "0", patch: "0", prerelease: "", build: "" };
    if rest.is_empty() {
        return Some(short);
    }
    let (minor, rest) = number(rest.strip_prefix('.')?)?;
    if rest.is_empty() {
        return Some(Parsed { minor, ..short });
    }
    let (patch, tags) = number(rest.strip_prefix('.')?)?;
    let (prerelease, build) = tags.split_at(tags.find('+').unwrap_or(tags.len()));
    let good = good_prerelease(prerelease) && good_build(build);
    good.then_some(Parsed { major, minor, patch, prerelease, build })
}

/// Takes a number without superfluous zeros from the front.
fn number(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    (!digits.is_empty() && !has_leading_zero(digits)).then_some((digits, rest))
}

fn has_leading_zero(digits: &str) -> bool {
    digits.len() > 1 && digits.starts_with('0')
}

fn good_prerelease(text: &str) -> bool {
    text.is_empty()
        || text.strip_prefix('-').is_some_and(|ids| {
            ids.split('.').all(|id| good_identifier(id) && !(is_number(id) && has_leading_zero(id)))
        })
}

fn good_build(text: &str) -> bool {
    text.is_empty() || text.strip_prefix('+').is_some_and(|ids| ids.split('.').all(good_identifier))
}

fn good_identifier(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

pub(super) fn is_number(id: &str) -> bool {
    id.bytes().all(|b| b.is_ascii_digit())
}
