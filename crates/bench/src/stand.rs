//! All sides of a row, running, each with everything that will be asked for.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use testkit::{FakeUpstream, Module};

use crate::client::{Load, Tally, get};
use crate::peers::{Place, Sendfile, Setup};
use crate::plan::Plan;
use crate::server::Server;
use crate::trees;

/// The name of our own side.
pub(crate) const MODKEEP: &str = "modkeep";

/// A running server under the name that it has in the tables.
#[derive(Debug)]
pub(crate) struct Side {
    /// Its name.
    pub(crate) name: &'static str,
    /// The process.
    pub(crate) server: Server,
}

/// Servers, their folders, and the upstream that lists are still asked of.
pub(crate) struct Stand {
    /// modkeep first.
    pub(crate) sides: Vec<Side>,
    upstream: FakeUpstream,
    folder: TempDir,
}

impl Stand {
    /// Starts modkeep and every peer that `plan` names, filled with `modules`.
    pub(crate) fn new(
        plan: &Plan,
        place: Place,
        modules: &[Module],
        nginx: &[(&'static str, Sendfile)],
    ) -> Self {
        let upstream = FakeUpstream::builder().modules(modules.iter().cloned()).start();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut stand = Self { sides: Vec::new(), upstream, folder };
        stand.fill_modkeep(plan, modules);
        stand.add(MODKEEP, stand.setup(place, MODKEEP).modkeep(&plan.modkeep));
        for (name, sendfile) in plan.nginx.iter().flat_map(|_| nginx) {
            let setup = Setup { data: stand.data(MODKEEP), ..stand.setup(place, name) };
            stand.sides.extend(plan.nginx.iter().map(|program| side(name, setup.nginx(program, *sendfile))));
        }
        if let Some(program) = &plan.goproxy {
            stand.upstream.write_file_proxy(&stand.data("goproxy"));
            stand.add("goproxy", stand.setup(place, "goproxy").goproxy(program, &plan.go));
        }
        if let Some(program) = &plan.athens {
            trees::write_athens(modules, &stand.data("Athens"));
            stand.add("Athens", stand.setup(place, "Athens").athens(program, &plan.go));
        }
        stand
    }

    /// The upstream of all sides.
    pub(crate) fn upstream(&self) -> &FakeUpstream {
        &self.upstream
    }

    fn add(&mut self, name: &'static str, server: Server) {
        self.sides.push(side(name, server));
    }

    /// The folder that the side called `name` serves.
    pub(crate) fn data(&self, name: &str) -> PathBuf {
        made(&self.folder.path().join(name).join("data"))
    }

    fn setup(&self, place: Place, name: &str) -> Setup {
        let scratch = made(&self.folder.path().join(name).join("scratch"));
        Setup { place, data: self.data(name), scratch, upstream: self.upstream.url() }
    }

    /// Asks a modkeep for everything once. The one that is measured is another one, which finds it stored.
    fn fill_modkeep(&self, plan: &Plan, modules: &[Module]) {
        let server = self.setup(Place::Free, MODKEEP).modkeep(&plan.modkeep);
        let files =
            modules.iter().flat_map(|m| ["info", "mod", "zip"].map(|extension| m.url_path(extension)));
        let lists: BTreeSet<String> = modules.iter().map(trees::list_path).collect();
        for path in files.chain(lists) {
            let got = get(server.address, &path).expect("modkeep answers");
            assert_eq!(got.status, 200, "modkeep has {path}");
        }
        server.stop();
    }

    /// The sides in the order of this round: each begins in its turn, so that none always finds the warmer machine.
    pub(crate) fn in_turn(&self, round: usize) -> impl Iterator<Item = &Side> {
        let count = self.sides.len();
        (0..count).map(move |at| &self.sides[(at + round) % count])
    }
}

impl Side {
    /// Loads the server for `plan`'s turn, after a tenth of it to warm up, and tells its processor seconds too.
    pub(crate) fn loaded(&self, plan: &Plan, paths: &[String], connections: usize) -> (Tally, f64) {
        let load = Load { address: self.server.address, paths: paths.to_vec(), connections };
        load.run(plan.turn() / 10);
        let before = self.server.cpu_seconds();
        let tally = load.run(plan.turn());
        (tally, self.server.cpu_seconds() - before)
    }
}

fn side(name: &'static str, server: Server) -> Side {
    Side { name, server }
}

fn made(folder: &Path) -> PathBuf {
    fs::create_dir_all(folder).expect("a folder");
    folder.to_owned()
}
