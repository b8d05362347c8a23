//! What `cargo metadata` says, reduced to what the checks ask: our crates, and who depends on whom.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::failure::{Context as _, Failure};
use crate::{run, workspace};

/// The workspace and the whole graph of packages that it can pull in, on any platform.
#[derive(Debug)]
pub(crate) struct Metadata {
    /// Where cargo puts what it builds.
    pub(crate) target_directory: PathBuf,
    /// The crates of this workspace, by name.
    pub(crate) members: BTreeMap<String, Member>,
    packages: BTreeMap<String, Package>,
}

/// A crate of this workspace.
#[derive(Debug)]
pub(crate) struct Member {
    /// Crates of this workspace that it is compiled with (normal and build dependencies).
    pub(crate) uses: BTreeSet<String>,
    /// Crates of this workspace that only its tests, examples and benches use.
    pub(crate) tests_use: BTreeSet<String>,
    id: String,
}

/// A node of the graph.
#[derive(Debug)]
struct Package {
    name: String,
    /// A procedural macro runs while compiling and leaves no code of its own, so the graph ends at it.
    is_macro: bool,
    /// Ids of the packages that end up in the same program: normal dependencies only.
    links: Vec<String>,
}

impl Metadata {
    /// Asks cargo about the workspace in `root`.
    pub(crate) fn load(root: &Path) -> Result<Self, Failure> {
        let mut cargo = workspace::cargo();
        cargo.current_dir(root).args(["metadata", "--format-version=1", "--locked"]);
        Self::parse(&run::capture(&mut cargo)?)
    }

    /// Reads cargo's answer.
    pub(crate) fn parse(json: &str) -> Result<Self, Failure> {
        let all: Value = serde_json::from_str(json).cannot("read the answer of `cargo metadata`")?;
        let ours: BTreeSet<&str> = strings(&all["workspace_members"]).collect();
        let names = names_of(&all);
        let mut packages = BTreeMap::new();
        let mut members = BTreeMap::new();
        for node in items(&all["resolve"]["nodes"]) {
            let id = text(&node["id"]);
            let described = items(&all["packages"]).find(|package| package["id"] == node["id"]);
            let is_macro = described.is_some_and(is_macro);
            let name = names.get(id).copied().unwrap_or_default().to_owned();
            if ours.contains(id) {
                members.insert(name.clone(), member(node, &ours, &names));
            }
            let links = dependencies(node, is_normal).map(str::to_owned).collect();
            packages.insert(id.to_owned(), Package { name, is_macro, links });
        }
        Ok(Self { target_directory: text(&all["target_directory"]).into(), members, packages })
    }

    /// Every crate that is linked into a program with the member `name`: its normal dependencies, all the way down,
    /// without procedural macros and what those are built from.
    pub(crate) fn linked_with(&self, name: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        let mut open: Vec<&str> =
            self.members.get(name).map(|member| member.id.as_str()).into_iter().collect();
        while let Some(package) = open.pop().and_then(|id| self.packages.get(id)) {
            for id in &package.links {
                let linked = self.packages.get(id).filter(|package| !package.is_macro);
                if linked.is_some_and(|linked| found.insert(linked.name.as_str())) {
                    open.push(id);
                }
            }
        }
        found
    }
}

fn member(node: &Value, ours: &BTreeSet<&str>, names: &BTreeMap<&str, &str>) -> Member {
    let by_kind = |kind: fn(&Value) -> bool| {
        let ids = dependencies(node, kind).filter(|id| ours.contains(id));
        ids.filter_map(|id| names.get(id)).map(|name| (*name).to_owned()).collect()
    };
    Member {
        uses: by_kind(|kind| kind != "dev"),
        tests_use: by_kind(|kind| kind == "dev"),
        id: text(&node["id"]).into(),
    }
}

/// The ids of those dependencies of `node` that have a kind which `wanted` accepts. Cargo writes null for normal.
fn dependencies(node: &Value, wanted: impl Fn(&Value) -> bool) -> impl Iterator<Item = &str> {
    items(&node["deps"])
        .filter(move |dependency| items(&dependency["dep_kinds"]).any(|kind| wanted(&kind["kind"])))
        .map(|dependency| text(&dependency["pkg"]))
}

fn is_normal(kind: &Value) -> bool {
    kind.is_null()
}

fn is_macro(package: &Value) -> bool {
    items(&package["targets"]).any(|target| strings(&target["kind"]).any(|kind| kind == "proc-macro"))
}

fn names_of(all: &Value) -> BTreeMap<&str, &str> {
    items(&all["packages"]).map(|package| (text(&package["id"]), text(&package["name"]))).collect()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn strings(value: &Value) -> impl Iterator<Item = &str> {
    items(value).map(text)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::fmt::Write as _;

    /// Metadata of a workspace drawn as `a -> b, c (dev)`: one line per package, `(dev)` and `(build)` give the kind.
    /// A name that begins with `@` is a package from outside, and `@m!` a procedural macro.
    pub(crate) fn drawn(picture: &str) -> Metadata {
        let (mut packages, mut nodes, mut members) = (Vec::new(), Vec::new(), Vec::new());
        for line in picture.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (name, targets) = line.split_once("->").unwrap_or((line, ""));
            let (name, kind) = (name.trim(), if name.trim().ends_with('!') { "proc-macro" } else { "lib" });
            if !name.starts_with('@') {
                members.push(format!("{name:?}"));
            }
            let plain = name.trim_matches(['@', '!']);
            packages.push(format!(r#"{{"id":"{name}","name":"{plain}","targets":[{{"kind":["{kind}"]}}]}}"#));
            let deps = targets.split(',').map(str::trim).filter(|target| !target.is_empty());
            let deps: Vec<String> = deps.map(drawn_dependency).collect();
            nodes.push(format!(r#"{{"id":"{name}","deps":[{}]}}"#, deps.join(",")));
        }
        let mut json = String::from(r#"{"target_directory":"t","#);
        let _ = write!(
            json,
            r#""workspace_members":[{}],"packages":[{}],"#,
            members.join(","),
            packages.join(",")
        );
        let _ = write!(json, r#""resolve":{{"nodes":[{}]}}}}"#, nodes.join(","));
        Metadata::parse(&json).unwrap()
    }

    fn drawn_dependency(target: &str) -> String {
        let (id, kind) = target.split_once(' ').unwrap_or((target, ""));
        let kind =
            if kind.is_empty() { "null".into() } else { format!("{:?}", kind.trim_matches(['(', ')'])) };
        format!(r#"{{"pkg":"{id}","dep_kinds":[{{"kind":{kind}}}]}}"#)
    }

    #[test]
    fn our_crates_and_the_kinds_of_their_dependencies() {
        let metadata = drawn("store -> gomod, testkit (dev), @serde\ngomod\ntestkit\n@serde");
        assert_eq!(metadata.members.len(), 3);
        assert!(metadata.members["store"].uses.iter().eq(["gomod"]));
        assert!(metadata.members["store"].tests_use.iter().eq(["testkit"]));
    }

    #[test]
    fn linked_is_transitive_and_leaves_out_macros_and_other_kinds() {
        let metadata =
            drawn("a -> @b, @m!, @d (dev), @c (build)\n@b -> @e\n@m! -> @syn\n@d\n@c\n@e -> @b\n@syn");
        assert!(metadata.linked_with("a").into_iter().eq(["b", "e"]));
    }

    #[test]
    fn nonsense_is_an_error() {
        assert!(Metadata::parse("no json").is_err());
    }
}
