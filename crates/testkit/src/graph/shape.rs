//! Which modules there are and which imports which: layers, with imports only towards later layers, so there is no cycle.

use std::collections::BTreeSet;

use super::GraphSpec;
use super::kind::Kind;
use super::rng::Rng;

/// A module with all its versions.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Its place in the list of nodes.
    pub(super) index: usize,
    /// Its layer; the first is 0.
    pub(super) layer: usize,
    pub(super) kind: Kind,
    pub(super) path: String,
    /// Lowest first.
    pub(super) versions: Vec<String>,
    /// The indexes of the nodes whose packages its package imports, whatever its version; all greater than its own.
    pub(super) imports: BTreeSet<usize>,
}

impl Node {
    /// The import path of its package.
    pub(super) fn import_path(&self) -> String {
        format!("{}/{}", self.path, self.kind.package_folder()).trim_end_matches('/').to_owned()
    }

    /// Its index with the index of each of its versions.
    pub(super) fn indexes(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let index = self.index;
        (0..self.versions.len()).map(move |version| (index, version))
    }

    /// The name of its package, which is unique in the graph.
    pub(super) fn package(&self) -> String {
        format!("m{}", self.index)
    }
}

pub(super) fn generate(spec: &GraphSpec) -> Vec<Node> {
    let starts: Vec<usize> = (0..=spec.depth).map(|layer| layer * spec.modules / spec.depth).collect();
    let mut nodes: Vec<Node> = starts
        .windows(2)
        .enumerate()
        .flat_map(|(layer, bounds)| {
            (bounds[0]..bounds[1]).map(move |index| (layer, index, index - bounds[0]))
        })
        .map(|(layer, index, position)| node(spec, layer, index, position))
        .collect();
    add_imports(spec, &starts, &mut nodes);
    adopt_orphans(spec, &starts, &mut nodes);
    nodes
}

fn node(spec: &GraphSpec, layer: usize, index: usize, position: usize) -> Node {
    let kind = Kind::at(position);
    let count = 1 + Rng::new(spec.seed, &[1, index]).below(spec.versions);
    let versions = (0..count).map(|n| kind.version(index, n)).collect();
    Node { index, layer, kind, path: kind.path(index), versions, imports: BTreeSet::new() }
}

/// Lets every module that can import up to `fan_out` modules of later layers.
fn add_imports(spec: &GraphSpec, starts: &[usize], nodes: &mut [Node]) {
    for node in nodes.iter_mut().filter(|node| node.kind.has_go_mod()) {
        let next_layer = starts[node.layer + 1];
        if next_layer == spec.modules {
            continue;
        }
        let mut rng = Rng::new(spec.seed, &[2, node.index]);
        let count = 1 + rng.below(spec.fan_out);
        node.imports = (0..count).map(|_| next_layer + rng.below(spec.modules - next_layer)).collect();
    }
}

/// Lets some module of the layer before import each module that nobody does, so that a build needs all of them.
fn adopt_orphans(spec: &GraphSpec, starts: &[usize], nodes: &mut [Node]) {
    let wanted: BTreeSet<usize> = nodes.iter().flat_map(|node| node.imports.iter().copied()).collect();
    for orphan in (starts[1]..spec.modules).filter(|index| !wanted.contains(index)) {
        let before = nodes[orphan].layer - 1;
        let parents: Vec<usize> =
            (starts[before]..starts[before + 1]).filter(|index| nodes[*index].kind.has_go_mod()).collect();
        let chosen = Rng::new(spec.seed, &[3, orphan]).below(parents.len());
        nodes[parents[chosen]].imports.insert(orphan);
    }
}
