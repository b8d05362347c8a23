//! The main module: the project that a developer would build.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::Graph;

const MAIN_PATH: &str = "graph.example/main";

pub(super) fn write(graph: &Graph, folder: &Path) {
    let direct = graph.first_layer().map(|node| node.index).collect();
    let go_mod = graph.go_mod_text(MAIN_PATH, "1.21", &graph.selected_versions(), &direct);
    let go_sum: String = graph.each_module().map(|module| module.go_sum_lines()).collect();
    put(&folder.join("go.mod"), &go_mod);
    put(&folder.join("go.sum"), &go_sum);
    put(&folder.join("main.go"), &main_source(graph));
    put(&folder.join("parts/parts.go"), &parts_source(graph));
}

/// The sum that `main` computes, with the same arithmetic.
pub(super) fn expected_number(graph: &Graph) -> u32 {
    let weights = graph.weights(&graph.selected_versions());
    graph.first_layer().fold(0, |sum: u32, node| sum.wrapping_mul(31).wrapping_add(weights[node.index]))
}

/// A program that needs no package of the standard library, so that a build is quick.
fn main_source(graph: &Graph) -> String {
    let mut text = "package main\n\n".to_owned();
    for node in graph.first_layer() {
        let _ = writeln!(text, "import {} \"{}\"", node.package(), node.import_path());
    }
    text.push_str("\nfunc main() {\n\tvar sum uint32\n");
    for node in graph.first_layer() {
        let _ = writeln!(text, "\tsum = sum*31 + {}.Weight", node.package());
    }
    text.push_str("\tprintln(sum)\n}\n");
    text
}

/// A second package: with more than one, `go build ./...` compiles all and leaves no program behind.
fn parts_source(graph: &Graph) -> String {
    let imports = graph.first_layer().map(|node| format!("import _ \"{}\"\n", node.import_path()));
    format!("package parts\n\n{}", imports.collect::<String>())
}

fn put(file: &Path, content: &str) {
    let folder = file.parent().expect("a file in a folder");
    fs::create_dir_all(folder).unwrap_or_else(|error| panic!("cannot create {}: {error}", folder.display()));
    fs::write(file, content).unwrap_or_else(|error| panic!("cannot write {}: {error}", file.display()));
}
