//! What hosts said, in files: so that a server that was started again can serve it while a host is down.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use gomod::repository::imports::GoImport;

use super::answers::Question;

/// So many files at most; each is the word of a host about a path.
const FILES_MAX: usize = 10_000;

/// The longest file, in bytes: pages with more tags are not kept.
const FILE_BYTES_MAX: usize = 64 << 10;

/// The longest name without what is put behind it; the limit of file systems is 255 bytes.
const NAME_BYTES_MAX: usize = 200;

/// A folder with one file for each path. Every failure is a miss: this is for a bad day only.
#[derive(Debug, Clone)]
pub(super) struct Shelf {
    folder: Option<PathBuf>,
}

impl Shelf {
    pub(super) fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// Keeps the tags of a page.
    pub(super) async fn put(&self, question: &Question, tags: &[GoImport]) {
        let Some((folder, file)) = self.folder.clone().zip(file_name(question)) else { return };
        let fields = tags.iter().map(|tag| [&tag.prefix, &tag.vcs, &tag.url, &tag.subdir]);
        let Ok(text) = serde_json::to_vec(&fields.collect::<Vec<_>>()) else { return };
        if text.len() > FILE_BYTES_MAX {
            return;
        }
        let written = tokio::task::spawn_blocking(move || write(&folder, &file, &text));
        if let Ok(Err(error)) = written.await {
            tracing::warn!(%error, path = question.path, "cannot keep where a repository is");
        }
    }

    /// The tags of a page that was kept.
    pub(super) async fn get(&self, question: &Question) -> Option<Vec<GoImport>> {
        let file = self.folder.as_ref()?.join(file_name(question)?);
        let text = tokio::task::spawn_blocking(move || std::fs::read(file)).await.ok()?.ok()?;
        let fields: Vec<[String; 4]> = serde_json::from_slice(&text).ok()?;
        let tags = fields.into_iter().map(|[prefix, vcs, url, subdir]| GoImport { prefix, vcs, url, subdir });
        Some(tags.collect())
    }
}

/// Takes the place of the older file in one step, so that a reader never sees half of one.
fn write(folder: &Path, file: &str, text: &[u8]) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let target = folder.join(file);
    if !target.exists() && std::fs::read_dir(folder)?.count() >= FILES_MAX {
        return Ok(());
    }
    let mut draft = tempfile::NamedTempFile::new_in(folder)?;
    draft.write_all(text)?;
    draft.persist(target)?;
    Ok(())
}

/// A name for the path that no other path has, also where `A` and `a` are the same file. None for one that is too long or has
/// characters that no module path has.
fn file_name(question: &Question) -> Option<String> {
    let mut name = String::new();
    for c in question.path.chars() {
        match c {
            '/' => name.push(','),
            'A'..='Z' => name.extend(['!', c.to_ascii_lowercase()]),
            'a'..='z' | '0'..='9' | '-' | '.' | '_' | '~' => name.push(c),
            _ => return None,
        }
    }
    let reach = match (question.reach.is_private, question.reach.is_insecure) {
        (false, false) => "public",
        (true, false) => "private",
        (false, true) => "insecure",
        (true, true) => "private-insecure",
    };
    (!name.is_empty() && name.len() <= NAME_BYTES_MAX).then(|| format!("{name}+{reach}.json"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::client::Reach;

    fn question(path: &str) -> Question {
        Question { path: path.to_owned(), reach: Reach { is_private: false, is_insecure: false } }
    }

    fn tag() -> GoImport {
        let [prefix, vcs, url, subdir] = ["a.example", "git", "https://b.example", ""].map(str::to_owned);
        GoImport { prefix, vcs, url, subdir }
    }

    #[tokio::test]
    async fn what_was_kept_is_found_by_another_run() {
        let folder = tempfile::tempdir().unwrap();
        let path = || Some(folder.path().join("new"));
        let asked = question("a.example/B/c");
        Shelf::new(path()).put(&asked, &[tag()]).await;
        assert_eq!(Shelf::new(path()).get(&asked).await, Some(vec![tag()]));
        let insecure = Question { reach: Reach { is_private: false, is_insecure: true }, ..asked };
        assert_eq!(Shelf::new(path()).get(&insecure).await, None);
        assert_eq!(Shelf::new(None).get(&insecure).await, None);
    }

    #[tokio::test]
    async fn a_damaged_file_is_a_miss() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::new(Some(folder.path().to_owned()));
        std::fs::write(folder.path().join(file_name(&question("a.example")).unwrap()), "[[\"a\"").unwrap();
        assert_eq!(shelf.get(&question("a.example")).await, None);
    }

    #[test]
    fn names_are_of_one_path_each_and_stay_in_the_folder() {
        let name = |path: &str| file_name(&question(path));
        assert_eq!(name("a.example/B").as_deref(), Some("a.example,!b+public.json"));
        for bad in ["", "a/\0", "a b", "a!b", "a,b", &"a".repeat(201)] {
            assert_eq!(name(bad), None, "{bad}");
        }
    }
}
