//! A project of many modules, a proxy that has them, and one that is a modkeep.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use testkit::upstream::Reply;
use testkit::{FakeUpstream, GoHome, GoRun, Graph, GraphSpec};

use crate::scene::Scene;

/// A project of this graph, its caches, and a proxy that has its modules.
pub(super) struct World {
    pub(super) graph: Graph,
    pub(super) scene: Scene,
    pub(super) upstream: FakeUpstream,
}

impl World {
    pub(super) fn new(modules: usize) -> Self {
        let graph = Graph::generate(GraphSpec { modules, depth: 4, versions: 2, ..GraphSpec::default() });
        let scene = Scene::new();
        graph.write_project(&scene.project);
        let upstream = FakeUpstream::builder().modules(graph.modules()).start();
        Self { graph, scene, upstream }
    }

    pub(super) fn run(&self, flags: &[&str], args: &[&str]) -> GoRun {
        self.scene.modkeep(&self.upstream.url(), flags).env("GOMAXPROCS", "2").args(args.iter().copied())
    }

    /// How often each path was asked for.
    pub(super) fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for request in self.upstream.requests() {
            *counts.entry(request.path.clone()).or_default() += 1;
        }
        counts
    }

    pub(super) fn spool(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.scene.home.tmp()).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

/// A proxy of the same modules that marks its answers as a modkeep does.
pub(super) struct Node {
    pub(super) upstream: FakeUpstream,
}

impl Node {
    pub(super) fn before(world: &World) -> Self {
        let upstream = FakeUpstream::builder().modules(world.graph.modules()).start();
        let files: BTreeMap<String, Vec<u8>> = world
            .graph
            .modules()
            .iter()
            .flat_map(|module| {
                let file = |kind: &str, bytes: bytes::Bytes| (module.url_path(kind), bytes.to_vec());
                [file("info", module.info()), file("mod", module.mod_file()), file("zip", module.zip())]
            })
            .collect();
        upstream.on(move |request| {
            let body = files.get(&request.path).filter(|_| request.method == "GET")?;
            Some(
                Reply::new(200, "application/octet-stream", body.clone())
                    .header("Modkeep-Cache", "hit")
                    .into(),
            )
        });
        Self { upstream }
    }
}

/// What a run of go in a world gets, for a process that the test ends itself.
pub(super) fn environment(world: &World) -> Vec<(String, std::ffi::OsString)> {
    let home: &GoHome = &world.scene.home;
    let folder = |name: &str| home.path().join(name);
    let paths = [
        ("HOME", home.home()),
        ("GOPATH", home.gopath()),
        ("GOMODCACHE", home.module_cache()),
        ("GOCACHE", home.build_cache()),
        ("TMPDIR", home.tmp()),
        ("XDG_CONFIG_HOME", world.scene.config.clone()),
        ("XDG_CACHE_HOME", folder("cache")),
        ("XDG_DATA_HOME", folder("data")),
    ];
    let go = testkit::Go::find();
    let bin = go.binary().parent().map(Path::to_owned).unwrap_or_default();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&path))).unwrap();
    let words = [
        ("GOENV", "off".to_owned()),
        ("GOTOOLCHAIN", "local".to_owned()),
        ("GOSUMDB", "off".to_owned()),
        ("GOFLAGS", "-modcacherw".to_owned()),
        ("GOPROXY", world.upstream.url()),
    ];
    let words = words.into_iter().map(|(name, word)| (name.to_owned(), word.into()));
    let paths = paths.into_iter().map(|(name, path)| (name.to_owned(), path.into_os_string()));
    paths.chain(words).chain([("PATH".to_owned(), path)]).collect()
}
