//! The modules of the row: a real graph, fetched once, or a generated one where there is no network.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use testkit::{Graph, GraphSpec};

use super::fetch;
use crate::plan::Plan;
use crate::trees;

/// The generated graph: as many modules as the real one, with about as many go.mod files, and zips of middling size.
const LIKE_THE_REAL_ONE: GraphSpec =
    GraphSpec { seed: 3, modules: 480, depth: 8, fan_out: 3, versions: 3, padding_bytes: 400_000 };

/// A small one for when time is short.
const QUICK: GraphSpec = GraphSpec { modules: 28, depth: 5, padding_bytes: 100_000, ..LIKE_THE_REAL_ONE };

/// Files of a proxy, and the project that needs them.
pub(super) struct Tree {
    downloads: PathBuf,
    project: PathBuf,
    told: String,
    _folder: Option<TempDir>,
}

impl Tree {
    /// The real graph, fetched if that was not done before; a generated one where it cannot be fetched or time is short.
    pub(super) fn find(plan: &Plan) -> Self {
        if plan.quick {
            return Self::generated(&QUICK, "time is short");
        }
        match fetch::fetched(&plan.graph, &plan.go) {
            Ok(()) => Self::real(&plan.graph),
            Err(why) => {
                Self::generated(&LIKE_THE_REAL_ONE, &format!("the real graph could not be fetched: {why}"))
            }
        }
    }

    fn real(folder: &Path) -> Self {
        // go takes no relative path for `file://`.
        let folder = folder.canonicalize().expect("a folder that was just fetched");
        let (downloads, project) = (fetch::downloads(&folder), fetch::project(&folder));
        let told = format!("the real graph of crates/bench/graph: {}", counted(&downloads, &project));
        Self { downloads, project, told, _folder: None }
    }

    fn generated(spec: &GraphSpec, why: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (downloads, project) = (folder.path().join("downloads"), folder.path().join("project"));
        let graph = Graph::generate(spec.clone());
        trees::write_proxy(graph.each_module(), &downloads);
        graph.write_project(&project);
        let told = format!("a generated graph ({why}): {}", counted(&downloads, &project));
        Self { downloads, project, told, _folder: Some(folder) }
    }

    /// The folder of the files, laid out as a GOPROXY.
    pub(super) fn downloads(&self) -> &Path {
        &self.downloads
    }

    /// What it is, for the page.
    pub(super) fn told(&self) -> &str {
        &self.told
    }

    /// Writes the go.mod and go.sum of the project.
    pub(super) fn write_project(&self, folder: &Path) {
        for name in ["go.mod", "go.sum"] {
            fs::copy(self.project.join(name), folder.join(name)).expect("a file of the project");
        }
    }

    /// Reads everything once, so that the first side does not pay for the disk.
    pub(super) fn warm(&self) {
        for file in trees::files(&self.downloads) {
            let read = File::open(&file).and_then(|mut file| io::copy(&mut file, &mut io::sink()));
            read.expect("a file that was just found");
        }
    }
}

/// How many modules are downloaded, and what the upstream has beside them.
#[expect(clippy::cast_precision_loss, reason = "a tree is far below 2^52 bytes")]
fn counted(downloads: &Path, project: &Path) -> String {
    let go_mod = fs::read_to_string(project.join("go.mod")).expect("a go.mod");
    let required = go_mod.lines().filter(|line| line.starts_with('\t') && line.contains(" v")).count();
    let files = trees::files(downloads);
    let zips = files.iter().filter(|file| file.extension().is_some_and(|end| end == "zip"));
    let sizes: Vec<u64> = zips.filter_map(|zip| Some(fs::metadata(zip).ok()?.len())).collect();
    let megabytes = sizes.iter().sum::<u64>() as f64 / 1e6;
    format!(
        "{required} modules are downloaded; the upstream has {} versions, {megabytes:.0} MB of zips",
        sizes.len()
    )
}
