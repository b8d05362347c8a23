//! As much of a `Cargo.toml` as the checks on manifests take: its tables, keys and values, line by line.
//!
//! Reading all of TOML would take a dependency that is compiled before every chore. Ours keep to one key a line; what is
//! written otherwise is not seen, and so is reported as missing rather than passed over.

/// One line `key = value`, or the header of a table, which has an empty key.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    /// The line (from 1).
    pub(super) line: usize,
    /// The table that it stands in, as written between the brackets.
    pub(super) table: &'a str,
    /// The key, with all its dots.
    pub(super) key: &'a str,
    /// What stands behind the `=`, comments included.
    pub(super) value: &'a str,
}

/// A dependency as a manifest names it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Dependency<'a> {
    /// The line (from 1).
    pub(super) line: usize,
    /// `dependencies`, `dev-dependencies` or `build-dependencies`.
    pub(super) kind: &'a str,
    /// Its name in this manifest.
    pub(super) name: &'a str,
}

/// All entries of a manifest, in order.
pub(super) fn entries(text: &str) -> Vec<Entry<'_>> {
    let (mut entries, mut table) = (Vec::new(), "");
    for (at, line) in text.lines().map(str::trim).enumerate() {
        if let Some((name, _)) = line.strip_prefix('[').and_then(|line| line.split_once(']')) {
            table = name;
            entries.push(Entry { line: at + 1, table, key: "", value: "" });
        } else if let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
            entries.push(Entry { line: at + 1, table, key: key.trim(), value: value.trim() });
        }
    }
    entries
}

/// The dependencies of a manifest: `a.workspace = true`, `a = { … }` and `[dependencies.a]`, for any platform.
pub(super) fn dependencies(text: &str) -> Vec<Dependency<'_>> {
    let named = entries(text).into_iter().filter_map(|entry| {
        let (before, last) = entry.table.rsplit_once('.').unwrap_or(("", entry.table));
        let of_before = before.rsplit('.').next().unwrap_or_default();
        let (kind, name) = match (is_kind(last), entry.key) {
            (true, key) => (last, key.split('.').next().unwrap_or(key)),
            (false, "") if is_kind(of_before) => (of_before, last),
            _ => return None,
        };
        (!name.is_empty()).then_some(Dependency { line: entry.line, kind, name: name.trim_matches('"') })
    });
    named.collect()
}

fn is_kind(table: &str) -> bool {
    ["dependencies", "dev-dependencies", "build-dependencies"].contains(&table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_know_their_table_and_line() {
        let text = "[lints]\n# workspace = false\nworkspace = true # all\n";
        let entries = entries(text);
        assert_eq!(entries[1], Entry { line: 3, table: "lints", key: "workspace", value: "true # all" });
        assert_eq!(entries.len(), 2);
    }

    #[test]
    fn every_way_to_write_a_dependency_is_read() {
        let text = "[dependencies]\na.workspace = true\n[dependencies.b]\nversion = \"1\"\n[target.'cfg(unix)'.dev-dependencies]\n\
                    c = { workspace = true }\n[features]\nd = []\n[workspace.dependencies]\ne = \"1\"";
        let found: Vec<_> = dependencies(text).iter().map(|found| (found.kind, found.name)).collect();
        assert_eq!(
            found,
            [("dependencies", "a"), ("dependencies", "b"), ("dev-dependencies", "c"), ("dependencies", "e")]
        );
    }
}
