//! A module graph of any size made from a seed: hundreds of modules of all kinds whose packages import each other.
//!
//! The same [`GraphSpec`] gives the same bytes on every machine. What a build of it must print is known without building it,
//! so a test can tell that the right versions were compiled.

mod kind;
mod project;
mod requirements;
mod rng;
mod shape;
mod source;

use std::path::Path;

use crate::Module;
use shape::Node;

/// What a graph shall be like.
#[derive(Clone, Debug)]
pub struct GraphSpec {
    /// All randomness comes from this.
    pub seed: u64,
    /// How many modules there are, the main module not counted; at least `depth`.
    pub modules: usize,
    /// How many layers they lie in: the longest chain of requirements. The main module requires the first layer directly.
    pub depth: usize,
    /// How many modules of later layers one module requires, at most; more only where a module would be required by none.
    pub fan_out: usize,
    /// How many versions a module has, at most; at least 1.
    pub versions: usize,
    /// Incompressible bytes in every zip: about the size of the zips. 0 adds no file.
    pub padding_bytes: usize,
}

impl Default for GraphSpec {
    /// 320 modules in 8 layers of 40, up to 3 requirements and 3 versions each, tiny.
    fn default() -> Self {
        Self { seed: 1, modules: 320, depth: 8, fan_out: 3, versions: 3, padding_bytes: 0 }
    }
}

/// A module graph.
///
/// ```no_run
/// use testkit::{FakeUpstream, GoHome, GoRun, Graph, GraphSpec};
///
/// let graph = Graph::generate(GraphSpec::default());
/// let upstream = FakeUpstream::builder().modules(graph.modules()).start();
/// let home = GoHome::fresh();
/// let project = home.project("main");
/// graph.write_project(&project);
/// GoRun::in_home(&home).proxy(upstream.url()).dir(&project).args(["build", "./..."]).run().success();
/// ```
#[derive(Clone, Debug)]
pub struct Graph {
    spec: GraphSpec,
    nodes: Vec<Node>,
}

impl Graph {
    /// Makes the graph. Stops the test if the specification asks for the impossible.
    pub fn generate(spec: GraphSpec) -> Self {
        assert!(spec.depth >= 1 && spec.modules >= spec.depth, "a layer needs a module: {spec:?}");
        assert!(spec.versions >= 1, "a module needs a version: {spec:?}");
        let nodes = shape::generate(&spec);
        Self { spec, nodes }
    }

    /// Every version of every module.
    pub fn modules(&self) -> Vec<Module> {
        self.each_module().collect()
    }

    /// The same one by one, made as they are asked for: large ones need not be in memory together.
    pub fn each_module(&self) -> impl Iterator<Item = Module> {
        self.nodes.iter().flat_map(Node::indexes).map(|(index, version)| self.module(index, version))
    }

    /// The versions that a build of the project uses (minimal version selection), one of each module: the zips that
    /// `go mod download` fetches.
    pub fn selected(&self) -> Vec<Module> {
        let selected = self.selected_versions();
        selected.into_iter().map(|(index, version)| self.module(index, version)).collect()
    }

    /// Writes a main module whose packages import the first layer: go.mod (`go 1.21`, every module of the graph at its
    /// selected version, as `go mod tidy` would have it), a complete go.sum, `main.go` and the package `parts`.
    pub fn write_project(&self, folder: &Path) {
        project::write(self, folder);
    }

    /// The number that the project's program prints on standard error, where Go's built-in `println` prints. It differs
    /// whenever another version of any module is compiled in.
    pub fn expected_number(&self) -> u32 {
        project::expected_number(self)
    }

    /// The modules that the main module requires directly.
    fn first_layer(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.layer == 0)
    }
}
