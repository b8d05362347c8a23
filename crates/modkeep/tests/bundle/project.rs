//! A user with a project of some twenty modules, a proxy that has them, and a checksum database.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use testkit::{FakeUpstream, Go, GoHome, GoOutput, GoRun, Graph, GraphSpec, Module, SumDb};

/// The name of the database. Nobody listens at its own host: port 1 needs root to open.
const NAME: &str = "127.0.0.1:1/sumdb";

/// A user, and what is around them.
pub(crate) struct Project {
    pub(crate) home: GoHome,
    pub(crate) folder: PathBuf,
    pub(crate) up: FakeUpstream,
    pub(crate) db: SumDb,
    pub(crate) graph: Graph,
}

impl Project {
    pub(crate) fn new() -> Self {
        let graph = Graph::generate(GraphSpec { modules: 20, depth: 3, ..GraphSpec::default() });
        let (up, db) = (FakeUpstream::builder().modules(graph.modules()).start(), SumDb::new(NAME));
        db.mirror_on(&up);
        for module in graph.modules() {
            db.fill(40);
            db.add(&module);
        }
        let home = GoHome::fresh();
        let folder = home.project("main");
        graph.write_project(&folder);
        Self { home, folder, up, db, graph }
    }

    /// Adds a module to the proxy and to the database.
    pub(crate) fn publish(&self, module: &Module) {
        self.db.add(module);
        self.db.fill(40);
        self.up.publish(module.clone());
    }

    /// `modkeep` with these arguments, in the folder of the project.
    pub(crate) fn modkeep(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_modkeep"));
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", goroot().join("bin").display());
        command.env_clear().envs([
            ("PATH", path),
            ("GOPROXY", self.up.url()),
            ("GOSUMDB", self.db.gosumdb()),
        ]);
        command.envs([("HOME", self.home.home()), ("TMPDIR", self.home.tmp())]);
        command.envs([
            ("GOENV", "off"),
            ("GOTOOLCHAIN", "local"),
            ("GOFLAGS", "-buildvcs=false"),
            ("GOVCS", "*:off"),
        ]);
        command.envs([("CGO_ENABLED", "0"), ("GOTELEMETRY", "off")]);
        command.current_dir(&self.folder).args(args);
        command
    }

    /// The same, which must succeed; what it printed.
    #[track_caller]
    pub(crate) fn run(&self, args: &[&str]) -> Ended {
        let ended = ended(self.modkeep(args));
        assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
        ended
    }

    /// A key of this user.
    pub(crate) fn with_key(self) -> Self {
        self.run(&["bundle", "key", "new", "me"]);
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Unpacks bundles over one another with the system's tar, and gives the GOPROXY for it.
    pub(crate) fn unpacked(&self, bundles: &[&str]) -> String {
        let folder = self.home.path().join("unpacked");
        std::fs::create_dir_all(&folder).unwrap();
        for bundle in bundles {
            let status =
                Command::new("tar").arg("-xf").arg(self.path(bundle)).arg("-C").arg(&folder).status();
            assert!(status.unwrap().success());
        }
        format!("file://{}/proxy", folder.display())
    }

    /// go in the project on another machine, that has nothing but this proxy.
    pub(crate) fn go_elsewhere(&self, proxy: &str, args: &[&str]) -> GoOutput {
        let home = GoHome::fresh();
        GoRun::in_home(&home)
            .dir(&self.folder)
            .proxy(proxy)
            .sumdb(self.db.gosumdb())
            .args(args.iter().copied())
            .run()
    }
}

impl Project {
    /// The same, to be told more. Only what is compiled of the standard library is shared with other tests.
    pub(crate) fn go_fresh(&self, proxy: &str) -> GoRun {
        let run = GoRun::in_home(&GoHome::fresh()).dir(&self.folder).proxy(proxy).sumdb(self.db.gosumdb());
        run.build_cache(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("gocache"))
    }
}

/// What a run ended with.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) fn ended(mut command: Command) -> Ended {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
}

fn goroot() -> PathBuf {
    let output = Command::new(Go::find().binary()).args(["env", "GOROOT"]).output().unwrap();
    Path::new(String::from_utf8(output.stdout).unwrap().trim()).to_owned()
}
