//! The project of the tests of `modkeep go` and of the agent: one dependency, which a proxy and a repository have byte for byte alike.

use std::fs;
use std::path::Path;

use testkit::repo::{GitHttps, GitRepo, Tree};
use testkit::{FakeUpstream, GoRun, Module};

/// The shipped binary.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_modkeep");

/// The module that the project needs, and that everybody here has.
pub(crate) const DEPENDENCY: &str = "github.com/ex/lib";

/// Where nobody listens: port 1 needs root to open.
pub(crate) const NOBODY: &str = "http://127.0.0.1:1";

/// A project whose go.sum holds the dependency.
pub(crate) fn write_project(folder: &Path) {
    let code = format!("package main\n\nimport \"{DEPENDENCY}\"\n\nfunc main() {{ println(lib.Id) }}\n");
    let files = [
        ("go.mod", format!("module example.com/main\n\ngo 1.21\n\nrequire {DEPENDENCY} v1.0.0\n")),
        ("go.sum", dependency().go_sum_lines()),
        ("main.go", code),
    ];
    for (name, content) in files {
        fs::write(folder.join(name), content).unwrap();
    }
}

/// The dependency as a proxy has it; byte for byte the content of [`repository`].
pub(crate) fn dependency() -> Module {
    let [go_mod, code] = files();
    Module::new(DEPENDENCY, "v1.0.0").file("go.mod", go_mod).file("lib.go", code)
}

/// A proxy that has it.
pub(crate) fn upstream() -> FakeUpstream {
    FakeUpstream::builder().module(dependency()).start()
}

/// The repository that it comes from, on a server of its own.
pub(crate) fn repository(server: &GitHttps) -> GitRepo {
    let [go_mod, code] = files();
    let repo = GitRepo::create(|history| {
        let tree = Tree::new().file("go.mod", go_mod).file("lib.go", code);
        let commit = history.commit(&[], &tree);
        history.branch("main", commit);
        history.tag("v1.0.0", commit);
    });
    server.serve("/lib", &repo);
    repo
}

/// Settings of a user who knows where the repository is, and its certificate.
pub(crate) fn knows(server: &GitHttps) -> String {
    let authority = server.ca_file();
    let url = server.url("/lib");
    format!(
        "ca-file = \"{}\"\n[[repository]]\nprefix = \"{DEPENDENCY}\"\nurl = \"{url}\"\n",
        authority.display()
    )
}

/// A run of git is allowed to reach the server of a test.
pub(crate) fn with_git(run: GoRun) -> GoRun {
    run.env("GIT_ALLOW_PROTOCOL", "https").env("GOVCS", "*:all").env("HTTPS_PROXY", "").env("HTTP_PROXY", "")
}

fn files() -> [String; 2] {
    [format!("module {DEPENDENCY}\n\ngo 1.21\n"), "package lib\n\n// Id tells it.\nconst Id = 1\n".to_owned()]
}
