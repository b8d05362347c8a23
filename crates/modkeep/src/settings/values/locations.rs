//! Where bundles are kept, as a setting names it.

use bundle::depot::Location;

use crate::settings::{Base, Invalid};

/// Reads places for bundles, separated by commas.
pub fn bundle_locations(text: &str, base: &Base) -> Result<Vec<Location>, Invalid> {
    let members = text.split(',').map(str::trim).filter(|member| !member.is_empty());
    members.map(|member| bundle_location(member, base)).collect()
}

/// Reads one. `~/` at the beginning is the user's home.
pub fn bundle_location(text: &str, base: &Base) -> Result<Location, Invalid> {
    let in_home = text.strip_prefix("~/").zip(base.home.as_deref());
    let parsed = match in_home {
        Some((below, home)) => Location::parse(below, home),
        None => Location::parse(text, &base.folder),
    };
    parsed.map_err(|error| Invalid(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_kinds_stand_in_one_list() {
        let base = Base { folder: "/base".into(), home: Some("/home/u".into()) };
        let told = |text: &str| -> Result<Vec<String>, Invalid> {
            Ok(bundle_locations(text, &base)?.iter().map(ToString::to_string).collect())
        };
        let all = told("b, ~/c,https://a.example,s3://bucket/p,").unwrap();
        assert_eq!(all, ["/base/b", "/home/u/c", "https://a.example/", "s3://bucket/p/"]);
        assert_eq!(told(""), Ok(vec![]));
        assert!(!told("https://u:secret@a.example").unwrap_err().0.contains("secret@"));
    }
}
