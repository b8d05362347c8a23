//! The files of one module version: a go.mod as `go mod tidy` would leave it, and one small package.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::Graph;
use super::requirements::Selection;
use super::rng::Rng;
use super::shape::Node;
use crate::Module;

/// One module in so many is old: its go.mod lists direct requirements only, so go reads those of its dependencies too.
const OLD_EVERY: usize = 7;

impl Graph {
    /// The module version with these indexes.
    pub(super) fn module(&self, index: usize, version: usize) -> Module {
        let node = &self.nodes[index];
        let mut module = Module::new(&node.path, &node.versions[version]);
        if node.kind.has_go_mod() {
            module = module.file("go.mod", self.go_mod(node, version));
        }
        let source = format!("{}{}.go", node.kind.package_folder(), node.package());
        module = module.file(source, self.source(node, version));
        if self.spec.padding_bytes > 0 {
            let padding = Rng::new(self.spec.seed, &[6, index, version]).bytes(self.spec.padding_bytes);
            module = module.file("padding.bin", padding);
        }
        module
    }

    fn go_mod(&self, node: &Node, version: usize) -> String {
        let direct = self.direct(node.index, version);
        let is_old = node.index % OLD_EVERY == OLD_EVERY - 1;
        let all = if is_old { direct.clone() } else { self.select(direct.into_iter().collect()) };
        let go = if is_old { "1.16" } else { "1.21" };
        self.go_mod_text(&node.path, go, &all, &node.imports)
    }

    /// A go.mod with the direct requirements first, then the indirect ones.
    pub(super) fn go_mod_text(
        &self,
        path: &str,
        go: &str,
        all: &Selection,
        direct: &BTreeSet<usize>,
    ) -> String {
        let mut text = format!("module {path}\n\ngo {go}\n");
        for (comment, is_direct) in [("", true), (" // indirect", false)] {
            let wanted = all.iter().filter(|(index, _)| direct.contains(index) == is_direct);
            let line = |(index, version): (&usize, &usize)| {
                let node = &self.nodes[*index];
                format!("\t{} {}{comment}\n", node.path, node.versions[*version])
            };
            let mut lines: Vec<String> = wanted.map(line).collect();
            lines.sort();
            if !lines.is_empty() {
                let _ = write!(text, "\nrequire (\n{})\n", lines.concat());
            }
        }
        text
    }

    /// A package whose one variable depends on its module, its version, and the variables of what it imports.
    fn source(&self, node: &Node, version: usize) -> String {
        let mut text = format!("package {}\n\n", node.package());
        for import in self.imported(node) {
            let _ = writeln!(text, "import {} \"{}\"", import.package(), import.import_path());
        }
        let _ = write!(text, "\nvar Weight uint32 = {}", own_weight(node.index, version));
        for import in self.imported(node) {
            let _ = write!(text, " + 3*{}.Weight", import.package());
        }
        text.push('\n');
        text
    }

    /// The value that `Weight` has in each module of a selection; `uint32` arithmetic wraps in Go as here.
    pub(super) fn weights(&self, selected: &Selection) -> Vec<u32> {
        let mut weights = vec![0u32; self.nodes.len()];
        for (index, version) in selected.iter().rev() {
            let imported = self.nodes[*index].imports.iter().map(|import| weights[*import].wrapping_mul(3));
            weights[*index] = imported.fold(own_weight(*index, *version), u32::wrapping_add);
        }
        weights
    }

    fn imported<'a>(&'a self, node: &'a Node) -> impl Iterator<Item = &'a Node> {
        node.imports.iter().map(|import| &self.nodes[*import])
    }
}

/// Different for every module version, as long as a module has at most 1000 versions.
fn own_weight(index: usize, version: usize) -> u32 {
    u32::try_from(index * 1000 + version + 1).unwrap_or(u32::MAX)
}
