//! Which version requires which version, and what minimal version selection makes of it.

use std::collections::{BTreeMap, BTreeSet};

use super::Graph;
use super::rng::Rng;

/// Nodes with the selected version of each, both as indexes.
pub(super) type Selection = BTreeMap<usize, usize>;

impl Graph {
    /// The versions of the modules that a version imports directly.
    pub(super) fn direct(&self, index: usize, version: usize) -> Selection {
        let required = |dependency: usize| {
            let mut rng = Rng::new(self.spec.seed, &[4, index, version, dependency]);
            rng.below(self.nodes[dependency].versions.len())
        };
        self.nodes[index].imports.iter().map(|dependency| (*dependency, required(*dependency))).collect()
    }

    /// The versions that a build of the main module selects.
    pub(super) fn selected_versions(&self) -> Selection {
        let main = self.nodes.len();
        let choose = |index: usize| {
            Rng::new(self.spec.seed, &[5, main, index]).below(self.nodes[index].versions.len())
        };
        self.select(self.first_layer().map(|node| (node.index, choose(node.index))).collect())
    }

    /// Minimal version selection: the highest version of each module that anything reachable requires, where also what a
    /// version below the highest requires is reachable.
    pub(super) fn select(&self, roots: Vec<(usize, usize)>) -> Selection {
        let mut reached: BTreeSet<(usize, usize)> = BTreeSet::new();
        let mut waiting = roots;
        while let Some((index, version)) = waiting.pop() {
            if reached.insert((index, version)) {
                waiting.extend(self.direct(index, version));
            }
        }
        // In ascending order: the highest version of a module comes last and stays.
        reached.into_iter().collect()
    }
}
