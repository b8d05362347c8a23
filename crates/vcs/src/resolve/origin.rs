//! Where an answer comes from, and what it depends on: go's `Origin`.

use serde::Serialize;

use super::place::Place;
use super::sums::tag_sum;
use crate::{Commit, Refs, Repo};
use gomod::repository::Vcs;

/// The provenance of an answer. With it go sees whether the same question would get the same answer still. The fields are in
/// the order in which go writes them; it leaves empty ones out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Origin {
    /// Go's word for the system.
    #[serde(rename = "VCS", skip_serializing_if = "String::is_empty")]
    pub vcs: String,
    /// The address of the repository.
    #[serde(rename = "URL", skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// The folder of the module, without the one for the major version.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subdir: String,
    /// The commit.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hash: String,
    /// What the tags begin with that the answer depends on.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub tag_prefix: String,
    /// The sum of these tags (protocol.md D34). Empty when it depends on no tags, and for other systems than git.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub tag_sum: String,
    /// The branch or tag that led to the commit, in full.
    #[serde(rename = "Ref", skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// The sum of the whole repository: in git of all refs, on which nothing that exists depends (D34).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub repo_sum: String,
}

impl Origin {
    /// What is the same for every answer about this module.
    pub(super) fn of_module(repo: &dyn Repo, place: &Place) -> Self {
        let (vcs, url) = (repo.vcs().as_str().to_owned(), repo.url().to_owned());
        Self { vcs, url, subdir: place.folder.clone(), ..Self::default() }
    }

    /// The same, found at this commit. A revision of Subversion is no hash to go.
    #[must_use]
    pub(super) fn at(self, commit: &Commit, reference: Option<&str>) -> Self {
        let reference = reference.unwrap_or_default().to_owned();
        let is_hash = self.vcs != Vcs::Subversion.as_str();
        let hash = if is_hash { commit.id.to_string() } else { String::new() };
        Self { hash, reference, ..self }
    }

    /// The same, dependent on these tags. In other systems than git it depends on the repository as a whole, if there is a sum
    /// of it.
    #[must_use]
    pub(super) fn with_tags(self, refs: &Refs, prefix: String) -> Self {
        if self.vcs != Vcs::Git.as_str() {
            return Self { repo_sum: refs.sum().unwrap_or_default().to_owned(), ..self };
        }
        Self { tag_sum: tag_sum(refs, &prefix), tag_prefix: prefix, ..self }
    }

    /// What an answer depends on that was found in two steps. None where they contradict each other: then nothing is said.
    pub(super) fn merge(&self, other: &Self) -> Option<Self> {
        let is_same = (&self.vcs, &self.url, &self.subdir) == (&other.vcs, &other.url, &other.subdir);
        let tags =
            either((&self.tag_prefix, &self.tag_sum), (&other.tag_prefix, &other.tag_sum), |(_, sum)| {
                sum.is_empty()
            });
        let (tag_prefix, tag_sum) = tags.filter(|_| is_same)?;
        let text = |a: &String, b: &String| either(a.clone(), b.clone(), String::is_empty);
        Some(Self {
            hash: text(&self.hash, &other.hash)?,
            reference: text(&self.reference, &other.reference)?,
            repo_sum: text(&self.repo_sum, &other.repo_sum)?,
            tag_prefix: tag_prefix.clone(),
            tag_sum: tag_sum.clone(),
            ..self.clone()
        })
    }

    /// What stays true of a version for ever: no tag and no branch that may move decides about it any more. go keeps this
    /// in its module cache (D34).
    #[must_use]
    pub(super) fn settled(&self, is_pseudo: bool) -> Self {
        let reference = if is_pseudo { String::new() } else { self.reference.clone() };
        let (tag_prefix, tag_sum, repo_sum) = Default::default();
        Self { tag_prefix, tag_sum, reference, repo_sum, ..self.clone() }
    }
}

/// The one that says something; none when both do and differ.
fn either<T: PartialEq>(a: T, b: T, is_empty: impl Fn(&T) -> bool) -> Option<T> {
    match (is_empty(&a), is_empty(&b)) {
        (_, true) => Some(a),
        (true, false) => Some(b),
        (false, false) => (a == b).then_some(a),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(hash: &str, prefix: &str, sum: &str, reference: &str) -> Origin {
        let [hash, tag_prefix, tag_sum, reference] = [hash, prefix, sum, reference].map(str::to_owned);
        Origin { vcs: "git".to_owned(), hash, tag_prefix, tag_sum, reference, ..Origin::default() }
    }

    #[test]
    fn two_steps_make_one_origin() {
        let list = origin("", "sub/", "t1:a", "");
        let commit = origin("abc", "", "", "refs/tags/sub/v1.0.0");
        let both = origin("abc", "sub/", "t1:a", "refs/tags/sub/v1.0.0");
        assert_eq!(list.merge(&commit), Some(both.clone()));
        assert_eq!(commit.merge(&list), Some(both));
    }

    #[test]
    fn steps_that_contradict_each_other_say_nothing() {
        let base = origin("abc", "", "t1:a", "HEAD");
        for other in [
            origin("abd", "", "t1:a", "HEAD"),
            origin("abc", "v2.", "t1:a", "HEAD"),
            origin("abc", "", "t1:b", "HEAD"),
            origin("abc", "", "t1:a", "refs/heads/main"),
            Origin { subdir: "sub".to_owned(), ..base.clone() },
            Origin { url: "https://b.example".to_owned(), ..base.clone() },
        ] {
            assert_eq!(base.merge(&other), None, "{other:?}");
        }
        let sums = ["r1:a", "r1:b"].map(|sum| Origin { repo_sum: sum.to_owned(), ..base.clone() });
        assert_eq!(sums[0].merge(&sums[1]), None);
    }

    #[test]
    fn a_settled_origin_depends_on_nothing_that_moves() {
        let full = Origin { repo_sum: "r1:x".to_owned(), ..origin("abc", "v2.", "t1:a", "refs/tags/v2.0.0") };
        assert_eq!(full.settled(false), origin("abc", "", "", "refs/tags/v2.0.0"));
        assert_eq!(full.settled(true), origin("abc", "", "", ""));
    }
}
