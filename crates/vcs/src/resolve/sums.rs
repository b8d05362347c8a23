//! The sums of `Origin`: what an answer depends on, in one line (protocol.md D34).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::quote::quote;
use super::tags;
use crate::{CommitId, Refs};

/// The sum of all tags that begin with `prefix` and can name a version: `Origin.TagSum`.
pub(super) fn tag_sum(refs: &Refs, prefix: &str) -> String {
    let folder = prefix.rfind('/').map_or("", |end| &prefix[..=end]);
    let own = refs.tags().filter(|(tag, _)| tag.starts_with(prefix));
    let counted = own.filter(|(tag, _)| tags::counts(tags::without_prefix(tag, folder)));
    format!("t1:{}", sum(counted))
}

/// The sum of everything that has a name: `Origin.RepoSum`.
pub(super) fn repo_sum(refs: &Refs) -> String {
    format!("r1:{}", sum(refs.iter().map(|known| (known.name.as_str(), &known.id))))
}

fn sum<'a>(names: impl Iterator<Item = (&'a str, &'a CommitId)>) -> String {
    let lines = names.map(|(name, id)| format!("{} {id}\n", quote(name)));
    let hash = lines.fold(Sha256::new(), Sha256::chain_update);
    STANDARD.encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ref;

    /// The refs of a repository that the real go was asked about, and what it said.
    const REFS: &[(&str, &str)] = &[
        ("HEAD", "2177ae83147d1f917cee405262f7200917961789"),
        ("refs/heads/main", "2177ae83147d1f917cee405262f7200917961789"),
        ("refs/heads/side", "d92db0b6b4785d4b725e26c1dc017f18f5f9fb2e"),
        ("refs/heads/v1.5.0", "d92db0b6b4785d4b725e26c1dc017f18f5f9fb2e"),
        ("refs/tags/sub/v0.1.0", "eafa2e311db61a138c15659273adf8dda13c2f07"),
        ("refs/tags/v1.0.0", "dbdda330021d9c28bf3a91df9c5c7d65823cfb51"),
        ("refs/tags/v1.1.0+meta", "aa001a3959702baa57a15feaf685d61d9406444a"),
    ];

    fn refs() -> Refs {
        let refs = REFS.iter().map(|&(name, id)| Ref { name: name.to_owned(), id: CommitId::new(id) });
        Refs::new(refs.collect())
    }

    #[test]
    fn sums_are_those_of_go() {
        assert_eq!(repo_sum(&refs()), "r1:8hdYPcmMsWcXIdgW86lsft6OhCyKOFdujqIiCw+Kj9o=");
        assert_eq!(tag_sum(&refs(), ""), "t1:2n7c3lnQCLiP/he2QUbtPOCRRfP8DbtiAMdXRIXa35w=");
        assert_eq!(tag_sum(&refs(), "v1."), "t1:2n7c3lnQCLiP/he2QUbtPOCRRfP8DbtiAMdXRIXa35w=");
        assert_eq!(tag_sum(&refs(), "v1.1."), "t1:vjyaOv85RfVWO68ZMU2hanCl5nnzDy6BsD8JamK9uTc=");
        assert_eq!(tag_sum(&refs(), "sub/"), "t1:L2Lv68JP5ob8PZks1uvJf1VkJQicRS2+NKXhKkDdwU0=");
        assert_eq!(tag_sum(&refs(), "none/"), "t1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }
}
