//! Which tags will be asked for next.

use std::cmp::Ordering;

use gomod::semver;

use crate::Refs;

/// The tags that stand beside one in the order of versions, at most `count`: those above it first, because builds move up.
pub(super) fn beside<'a>(tag: &str, refs: &'a Refs, count: usize) -> Vec<&'a str> {
    let (folder, version) = split(tag);
    let beside = refs.tags().filter_map(|(name, _)| {
        let (other, version) = split(name);
        (other == folder && semver::is_valid(version)).then_some((version, name))
    });
    let mut tags: Vec<_> = beside.collect();
    tags.sort_by(|a, b| semver::compare(a.0, b.0));
    let below = tags.partition_point(|(other, _)| semver::compare(other, version) == Ordering::Less);
    let above = tags[below..].iter().filter(|(_, name)| *name != tag);
    above.chain(tags[..below].iter().rev()).take(count).map(|(_, name)| *name).collect()
}

/// The folder of the module, and its version.
fn split(tag: &str) -> (&str, &str) {
    tag.rsplit_once('/').unwrap_or(("", tag))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CommitId, Ref};

    #[test]
    fn upgrades_come_first() {
        let names = ["v1.9.0", "v1.10.0", "v1.11.0", "v2.0.0", "v1.2.0", "sub/v1.12.0", "main", "v1"];
        let commit = CommitId::new(&"a".repeat(40));
        let refs = names.map(|name| Ref { name: format!("refs/tags/{name}"), id: commit.clone() });
        let refs = Refs::new(refs.to_vec());
        assert_eq!(beside("v1.10.0", &refs, 2), ["v1.11.0", "v2.0.0"]);
        assert_eq!(beside("v1.10.0", &refs, 4), ["v1.11.0", "v2.0.0", "v1.9.0", "v1.2.0"]);
        assert_eq!(beside("v1.10.0", &refs, 0), [""; 0]);
        assert_eq!(beside("sub/v1.0.0", &refs, 9), ["sub/v1.12.0"]);
    }
}
