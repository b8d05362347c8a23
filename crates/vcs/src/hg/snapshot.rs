//! What a clone says of its names: tags, branches, bookmarks, and where they lead.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::{CommitId, Ref, Refs};

/// Which commits are told: all that have a name, all ends of branches, and the newest.
pub(super) const REVISIONS: &str = "--rev=sort(tag() or bookmark() or head() or tip, rev)";

/// What is told of each, on one line. Names come as hex digits: whatever is in them, they cannot be taken for the next field.
pub(super) const TEMPLATE: &str = "--template={rev} {node} {date|hgdate} {branch|hex} \
     {ifcontains(rev, revset(\"head()\"), \"head\", \"inner\")} {tags % \"{tag|hex},\"} \
     {bookmarks % \"{bookmark|hex},\"} {extras % \"{key|hex},\"}\\n";

/// Mercurial's own name for the newest commit.
pub(super) const TIP: &str = "tip";

/// The mark of a commit that closes its branch: `close`.
const CLOSE: &str = "close";

/// The names of a clone at one moment.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    /// In the order in which the clone has them.
    pub(super) commits: Vec<Named>,
    pub(super) refs: Refs,
}

/// A commit that has names, or ends a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) number: u64,
    pub(super) node: String,
    /// Seconds since 1970.
    pub(super) time: i64,
    pub(super) branch: String,
    /// Whether its branch does not go on from it.
    pub(super) is_head: bool,
    /// Whether it closes its branch.
    pub(super) is_closed: bool,
    pub(super) tags: Vec<String>,
    pub(super) bookmarks: Vec<String>,
}

impl Snapshot {
    /// Reads what [`TEMPLATE`] has made. `None` when it is something else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let lines = text.lines().filter(|line| !line.starts_with("-1 "));
        let commits: Vec<_> = lines.map(Named::parse).collect::<Option<_>>()?;
        let snapshot = Self { commits, refs: Refs::default() };
        let refs = Refs::new(refs(&snapshot)).with_sum(&sum(&snapshot));
        Some(Self { refs, ..snapshot })
    }

    /// The newest commit. An empty repository has none.
    pub(super) fn tip(&self) -> Option<&Named> {
        self.commits.last()
    }

    /// The commit of a tag.
    pub(super) fn tag(&self, name: &str) -> Option<&Named> {
        self.commits.iter().rev().find(|commit| commit.tags.iter().any(|tag| tag == name))
    }

    /// The commit of a bookmark.
    pub(super) fn bookmark(&self, name: &str) -> Option<&Named> {
        self.commits.iter().find(|commit| commit.bookmarks.iter().any(|bookmark| bookmark == name))
    }

    /// The end of a branch: the newest that is not closed, else the newest.
    pub(super) fn branch(&self, name: &str) -> Option<&Named> {
        let ends = || self.commits.iter().rev().filter(|commit| commit.is_head && commit.branch == name);
        ends().find(|commit| !commit.is_closed).or_else(|| ends().next())
    }
}

/// The sum by which go knows the state of the repository (protocol.md D35): all heads by their branches, and all bookmarks.
/// Both are sorted here, as hg keeps them on disk.
fn sum(snapshot: &Snapshot) -> String {
    let (mut branches, mut bookmarks): (BTreeMap<_, Vec<u8>>, _) = (BTreeMap::new(), BTreeMap::new());
    for commit in &snapshot.commits {
        bookmarks.extend(commit.bookmarks.iter().map(|name| (name, &commit.node)));
        if commit.is_head {
            let heads = branches.entry(&commit.branch).or_default();
            heads.push(b' ');
            heads.extend(bytes(&commit.node).unwrap_or_default());
        }
    }
    let branches = branches.into_iter().map(|(name, heads)| [name.as_bytes(), &heads[..], b"\n"].concat());
    let hash = branches.fold(Sha256::new(), Sha256::chain_update);
    let bookmarks = bookmarks.into_iter().map(|(name, node)| format!("{name}={node}\n"));
    format!("r1:{}", STANDARD.encode(bookmarks.fold(hash, Sha256::chain_update).finalize()))
}

/// Everything whose change could change an answer: also ends of branches that no name leads to.
fn refs(snapshot: &Snapshot) -> Vec<Ref> {
    let mut refs = Vec::new();
    let mut add = |name: String, commit: &Named| refs.push(Ref { name, id: CommitId::new(&commit.node) });
    for commit in &snapshot.commits {
        commit.tags.iter().for_each(|tag| add(format!("refs/tags/{tag}"), commit));
        commit.bookmarks.iter().for_each(|name| add(format!("refs/bookmarks/{name}"), commit));
        if !commit.is_head {
            continue;
        }
        let is_tip = snapshot.branch(&commit.branch).is_some_and(|tip| tip.node == commit.node);
        let other = format!("refs/hg/heads/{}", commit.node);
        add(if is_tip { format!("refs/heads/{}", commit.branch) } else { other }, commit);
    }
    snapshot.tip().into_iter().for_each(|tip| add("HEAD".to_owned(), tip));
    refs
}

impl Named {
    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split(' ');
        let mut next = || fields.next();
        let (number, node, time, _zone) = (next()?, next()?, next()?, next()?);
        let (branch, end) = (next()?, next()?);
        let (tags, bookmarks, extras) = (names(next()?)?, names(next()?)?, names(next()?)?);
        Some(Self {
            number: number.parse().ok()?,
            node: Some(node).filter(|node| is_node(node))?.to_owned(),
            time: time.parse().ok()?,
            branch: text(branch)?,
            is_head: end == "head",
            is_closed: extras.iter().any(|key| key == CLOSE),
            tags: tags.into_iter().filter(|tag| tag != TIP).collect(),
            bookmarks,
        })
    }

    /// The names of its tags as go reads them: one with a space is two.
    pub(super) fn tags_of_go(&self) -> Vec<String> {
        split_tags(&self.tags)
    }
}

/// Whether it is the full name of a commit.
pub(super) fn is_node(text: &str) -> bool {
    text.len() == 40 && is_lower_hex(text)
}

pub(super) fn is_lower_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Names of tags as go takes them from hg: it splits what hg prints at spaces.
pub(super) fn split_tags(tags: &[String]) -> Vec<String> {
    let mut split: Vec<_> = tags.iter().flat_map(|tag| tag.split_whitespace()).map(str::to_owned).collect();
    split.sort();
    split
}

/// Takes apart a list in which each name is followed by a comma.
pub(super) fn names(list: &str) -> Option<Vec<String>> {
    list.split_terminator(',').map(text).collect()
}

/// The text behind hex digits.
fn text(hex: &str) -> Option<String> {
    String::from_utf8(bytes(hex)?).ok()
}

/// The bytes behind hex digits.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "adaedea1871f273675e4cfa810e1fd0c75bce6f2";
    const B: &str = "e029ae1229c86ab80044e0fc6bdc29baf22d22f7";
    const C: &str = "193a8c5c501f8b8c9dee48504e1d4ab14345bd1c";

    fn snapshot() -> Snapshot {
        let default = "64656661756c74";
        let text = format!(
            "0 {A} 1700000000 0 {default} inner 76312e302e30,612062, 626d, 6272616e6368,\n\
             1 {B} 1700000200 -3600 {default} head 746970,  6272616e6368,\n\
             2 {C} 1700000400 0 {default} head  2d78, 6272616e6368,636c6f7365,\n"
        );
        Snapshot::parse(&text).unwrap()
    }

    #[test]
    fn names_lead_to_commits() {
        let snapshot = snapshot();
        assert_eq!(snapshot.tip().unwrap().node, C);
        assert_eq!(snapshot.branch("default").unwrap().node, B, "the other end is closed");
        assert_eq!(snapshot.bookmark("bm").unwrap().node, A);
        assert_eq!(snapshot.tag("v1.0.0").unwrap().tags_of_go(), ["a", "b", "v1.0.0"]);
        assert!(snapshot.tag("tip").is_none() && snapshot.branch("none").is_none());
        let names: Vec<_> = snapshot.refs.iter().map(|known| known.name.as_str()).collect();
        let other = format!("refs/hg/heads/{C}");
        assert_eq!(
            names,
            [
                "HEAD",
                "refs/bookmarks/-x",
                "refs/bookmarks/bm",
                "refs/heads/default",
                &other,
                "refs/tags/a b",
                "refs/tags/v1.0.0"
            ]
        );
    }

    /// The heads and bookmarks of a repository that the real go was asked about, and what it said.
    #[test]
    fn the_sum_is_that_of_go() {
        let known = [
            ("3fffc6c52c77fda9da5da2f4999a6e061e49f871", "default", false, "ab"),
            ("7315f1b63633e66daafd6901c07fdde100c7f55e", "default", true, "zb"),
            ("ecb29e14ca173bfdebb2ce3d760d911e072b6c5b", "zz", true, ""),
            ("86a94a9838e7cf7127a8658491cbe13882f34e24", "aa", true, ""),
            ("6f4352d0b5a8e6a7d946d6be51e7cc6cb38343f2", "default", true, ""),
        ];
        let commits = known.into_iter().zip(1..).map(|((node, branch, is_head, bookmark), number)| Named {
            number,
            node: node.to_owned(),
            time: 0,
            branch: branch.to_owned(),
            is_head,
            is_closed: false,
            tags: Vec::new(),
            bookmarks: Some(bookmark.to_owned()).filter(|name| !name.is_empty()).into_iter().collect(),
        });
        let snapshot = Snapshot { commits: commits.collect(), refs: Refs::default() };
        assert_eq!(sum(&snapshot), "r1:k37jHlhPU1gV5sQ2P49AtNSQLcloYKVR7miwh/Y6lmE=");
    }

    #[test]
    fn nothing_else_is_read() {
        let empty = format!("-1 {} 0 0 64656661756c74 inner 746970,  ,\n", "0".repeat(40));
        assert!(Snapshot::parse(&empty).unwrap().tip().is_none());
        for text in ["0\n", "x y z\n", "0 abc 1 0 61 head   \n"] {
            assert!(Snapshot::parse(text).is_none(), "{text}");
        }
    }
}
