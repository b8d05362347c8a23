//! Names of files for a person to give to a shell in the working folder.

use std::path::{Component, Path, PathBuf};

/// The name of a file as seen from a folder; both are absolute.
pub(super) fn relative(path: &Path, folder: &Path) -> PathBuf {
    let common = path.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(common).map(|_| Component::ParentDir);
    up.chain(path.components().skip(common)).collect()
}

/// The name as one word for a shell.
pub(super) fn word(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@%,:".contains(c);
    if text.chars().all(is_plain) && !text.is_empty() { text } else { quoted(&text) }
}

/// In single quotes nothing has a meaning but their end.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_from_the_working_folder_and_as_one_word() {
        for (path, folder, told) in [
            ("/p/go.mod", "/p", "go.mod"),
            ("/p/.github/x.yml", "/p", ".github/x.yml"),
            ("/p/go.mod", "/p/a/b", "../../go.mod"),
            ("/p/a/go.mod", "/p/b", "../a/go.mod"),
            ("/p/it's here/$x", "/p", r"'it'\''s here/$x'"),
        ] {
            assert_eq!(word(&relative(Path::new(path), Path::new(folder))), told);
        }
    }
}
