//! Directories as texts, in the way in which go writes them into vendor/modules.txt of a workspace.

/// An absolute path without `.`, `..` and doubled slashes. Nothing is looked up: `..` takes the name before it away.
pub(super) fn clean(path: &str) -> String {
    let mut names = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    format!("/{}", names.join("/"))
}

/// How a directory is written in the folder of a workspace: relative, and with a `./` before it where it needs one to be
/// taken for a directory. Both paths are clean.
pub(super) fn from_workspace(folder: &str, directory: &str) -> String {
    let (from, to): (Vec<&str>, Vec<&str>) = (names(folder).collect(), names(directory).collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from[shared..].iter().map(|_| "..");
    let relative = up.chain(to[shared..].iter().copied()).collect::<Vec<_>>().join("/");
    match relative.as_str() {
        "" => ".".to_owned(),
        ".." => relative,
        _ if relative.starts_with("../") => relative,
        _ => format!("./{relative}"),
    }
}

fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_cleaned_without_a_look_at_the_disk() {
        for (path, expected) in [("/w/./a/../b//c/", "/w/b/c"), ("/", "/"), ("/..", "/"), ("/a/..", "/")] {
            assert_eq!(clean(path), expected, "{path}");
        }
    }

    #[test]
    fn a_directory_is_told_from_the_workspace() {
        for (directory, expected) in
            [("/w/a/b", "./a/b"), ("/w", "."), ("/", ".."), ("/x/y", "../x/y"), ("/wider", "../wider")]
        {
            assert_eq!(from_workspace("/w", directory), expected, "{directory}");
        }
    }
}
