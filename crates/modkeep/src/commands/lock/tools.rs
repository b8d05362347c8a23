//! `modkeep lock --tool`: the hashes of everything that a tool is built from. go.sum does not cover what `go install PACKAGE@VERSION` needs.
//!
//! go itself loads the tool, and then its whole module graph, into a module cache of its own, behind the ladder: so all of it is verified
//! with the checksum database, and what that says is kept where the ladder finds it when the database is dead.

use std::fs;
use std::io;
use std::path::PathBuf;

use bundle::Wanted;
use gomod::dirhash::hash_go_mod;
use gomod::gosum::{GoSum, Part};
use gomod::{H1, ModulePath, ModuleVersion, Version};
use ladder::lock::{Lock, NAME};
use tokio::runtime::Runtime;

use super::LockArgs;
use super::subject::Subject;
use crate::commands::Session;
use crate::commands::bundle::create::go::Go;
use crate::commands::bundle::pack::Work;
use crate::commands::bundle::pack::found;
use crate::commands::go::{behind, ground};
use crate::commands::watch::{stopped, was_stopped};
use crate::exit::Exit;
use crate::report::{Failed, Problem};
use crate::settings::Settings;
use crate::wiring::client::Client;

/// The module of go's own distributions, which is no part of any tool.
const TOOLCHAIN: &str = "golang.org/toolchain";

/// What go is told besides: nothing of the user's own flags is of use for a graph.
const FLAGS: &str = "-mod=mod -modcacherw";

/// Reads the name of a tool. Its version must be whole: one that can change has no hashes.
pub(super) fn parse(text: &str) -> Result<String, String> {
    let parts = text.split_once('@').and_then(|(package, version)| {
        Some((ModulePath::parse(package).ok()?, Version::parse(version).ok()?))
    });
    parts.map(|_| text.to_owned()).ok_or_else(|| {
        "expected a package with a whole version, such as example.com/cmd/x@v1.2.3; latest is none".to_owned()
    })
}

/// The lock with these tools and without those.
pub(super) fn run(
    args: &LockArgs,
    settings: &Settings,
    subject: &Subject,
    session: &mut Session<'_>,
) -> Result<Lock, Failed> {
    let mut lock = subject.lock.clone().unwrap_or_default();
    lock.hold = args.on.unwrap_or(lock.hold);
    for tool in &args.drop_tool {
        lock.tools.remove(tool).ok_or_else(|| unknown(tool, &lock))?;
    }
    let runtime = Runtime::new()?;
    for tool in &args.tool {
        writeln!(session.err, "finding out what {tool} is built from")?;
        session.err.flush()?;
        let pins = lock.tools.get(tool).cloned().unwrap_or_default();
        let client = ground::client(settings, &subject.project, session)?;
        let client = Client { pins: pins.into(), pins_file: NAME, ..client };
        let sums = runtime.block_on(async {
            tokio::select! {
                sums = sums(tool, client, session) => sums,
                // What was begun goes as it is dropped: go, and the folder of this run.
                () = stopped() => Err(was_stopped("the lock is as it was")),
            }
        })?;
        lock.tools.insert(tool.clone(), sums);
    }
    Ok(lock)
}

fn unknown(tool: &str, lock: &Lock) -> Failed {
    let known: Vec<&str> = lock.tools.keys().map(String::as_str).collect();
    let problem = Problem::new(format!("the lock has no tool {tool}"));
    Failed::new(Exit::Usage, problem.advise(format!("it has these: {}", known.join(", "))))
}

/// All hashes of what a tool is built from, wherever in its module graph.
async fn sums(tool: &str, client: Client, session: &Session<'_>) -> Result<GoSum, Failed> {
    let work = Work::begin(session.env)?;
    let (_agent, variables) = behind::agent(client).await?;
    let go = Go::find(session.env, session.files, &work, &variables).await?.within(&work.module());
    let go = go.with("GOFLAGS", FLAGS).with("GOWORK", "off").with("GOBIN", "");
    // As if to install it; the commands are printed and not run.
    go.run(&["install", "-n", tool]).await?;
    let module = module_of(tool, &found::walk(&work.downloads())?.wanted)?;
    fs::copy(file(&work, &module, "mod"), work.module().join("go.mod"))
        .map_err(|error| unreadable(&module, &error))?;
    go.run(&["mod", "download", "all"]).await?;
    let mut sums = GoSum::default();
    for wanted in found::walk(&work.downloads())?.wanted {
        if wanted.module.path().as_str() != TOOLCHAIN {
            add(&mut sums, &wanted, &work).map_err(|error| unreadable(&wanted.module, &error))?;
        }
    }
    Ok(sums)
}

/// The module that holds the package: of those with the right version and all their files the one with the longest path.
fn module_of(tool: &str, found: &[Wanted]) -> Result<ModuleVersion, Failed> {
    let (package, version) = tool.split_once('@').unwrap_or((tool, ""));
    let is_it = |wanted: &&Wanted| {
        let rest = package.strip_prefix(wanted.module.path().as_str());
        let is_around = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        wanted.zip && is_around && wanted.module.version().as_str() == version
    };
    let nearest = found.iter().filter(is_it).max_by_key(|wanted| wanted.module.path().as_str().len());
    nearest.map(|wanted| wanted.module.clone()).ok_or_else(|| {
        let problem = Problem::new(format!("go has loaded no module of {tool}"));
        Failed::new(Exit::Failure, problem.advise("write the version as go does, such as v1.2.3"))
    })
}

/// go has written both files, and verified what they are about.
fn add(sums: &mut GoSum, wanted: &Wanted, work: &Work) -> io::Result<()> {
    let module = &wanted.module;
    sums.add(module, Part::GoMod, &hash_go_mod(&fs::read(file(work, module, "mod"))?));
    if wanted.zip {
        let text = fs::read_to_string(file(work, module, "ziphash"))?;
        sums.add(module, Part::Zip, &H1::parse(text.trim()).map_err(io::Error::other)?);
    }
    Ok(())
}

fn file(work: &Work, module: &ModuleVersion, end: &str) -> PathBuf {
    let (path, version) = (module.path().escaped(), module.version().escaped());
    work.downloads().join(format!("{path}/@v/{version}.{end}"))
}

fn unreadable(module: &ModuleVersion, error: &io::Error) -> Failed {
    let problem = Problem::new(format!("what go has fetched of {module} cannot be read"));
    Failed::new(Exit::Failure, problem.because(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_versions_have_hashes() {
        assert!(parse("example.com/cmd/x@v1.2.3").is_ok());
        for text in [
            "example.com/x@latest",
            "example.com/x@v1",
            "example.com/x",
            "-x@v1.0.0",
            "example.com/x@v1.2.3@v1.2.3",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_nearest_module_around_a_package_is_its_own() {
        let wanted = |path: &str, version: &str, zip| {
            let module = ModuleVersion::parse(path, version).unwrap();
            Wanted { module, zip }
        };
        let found = [
            wanted("a.example/t", "v1.0.0", true),
            wanted("a.example/t/cmd", "v1.0.0", true),
            wanted("a.example/t/cmd/x", "v1.0.0", false),
            wanted("a.example/t/cmd/x", "v1.1.0", true),
            wanted("a.example/t/cm", "v1.0.0", true),
        ];
        let of = |tool: &str| module_of(tool, &found).ok().map(|module| module.to_string());
        assert_eq!(of("a.example/t/cmd/x@v1.0.0").as_deref(), Some("a.example/t/cmd@v1.0.0"));
        assert_eq!(of("a.example/t/cmd/x@v1.1.0").as_deref(), Some("a.example/t/cmd/x@v1.1.0"));
        assert_eq!(of("b.example/t@v1.0.0"), None);
    }
}
