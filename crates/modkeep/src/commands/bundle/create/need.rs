//! Has go download what builds need: it knows best. What it then has in its module cache is what is needed, to the file.

use std::path::{Path, PathBuf};

use bundle::manifest::Platform;

use super::go::Go;
use super::{CreateArgs, ways};
use crate::commands::Session;
use crate::commands::bundle::pack::Purpose;
use crate::exit::Exit;
use crate::report::{Failed, Problem};

/// The module of toolchains, and what their versions begin with.
const TOOLCHAIN: &str = "golang.org/toolchain@v0.0.1-";

/// How many modules are named in one command line.
const NAMED_AT_ONCE: usize = 100;

/// A main module.
struct Main {
    path: String,
    dir: PathBuf,
}

/// Has everything downloaded that the arguments ask for.
pub(super) async fn gather(args: &CreateArgs, go: &Go, session: &mut Session<'_>) -> Result<Purpose, Failed> {
    let platforms = ways(args, (&go.here.0, &go.here.1));
    let is_optional = !args.tool.is_empty() || !args.toolchain.is_empty();
    let mains = match go.has_project {
        false if is_optional => Vec::new(),
        false => return Err(no_project()),
        true => mains(go).await?,
    };
    for platform in &platforms {
        if !mains.is_empty() {
            writeln!(session.err, "finding out what builds for {platform} need")?;
            builds(go, &mains, platform).await?;
            if args.build_cache {
                writeln!(session.err, "compiling for {platform}")?;
                compile(go, &mains, platform).await?;
            }
        }
        for tool in &args.tool {
            writeln!(session.err, "finding out what {tool} needs for {platform}")?;
            self::tool(go, tool, platform).await?;
        }
    }
    if !mains.is_empty() {
        graph(args, go, &mains, session).await?;
    }
    toolchains(args, go, session).await?;
    let project = mains.first().map_or_else(|| "tools".to_owned(), |main| main.path.clone());
    let scope = if args.all { "all" } else { "builds" };
    Ok(Purpose { project, scope, go: go.version.clone(), platforms })
}

/// The main modules: one, or those of a workspace. The one in the working directory is the first.
async fn mains(go: &Go) -> Result<Vec<Main>, Failed> {
    let told = go.run(&["list", "-m", "-f", "{{.Path}}\t{{.Dir}}"]).await?;
    let told = String::from_utf8_lossy(&told).into_owned();
    let mains = told.lines().filter_map(|line| line.split_once('\t'));
    let mains: Vec<Main> =
        mains.map(|(path, dir)| Main { path: path.to_owned(), dir: PathBuf::from(dir) }).collect();
    if mains.iter().any(|main| main.dir.as_os_str().is_empty()) {
        return Err(no_project());
    }
    Ok(mains)
}

fn no_project() -> Failed {
    let problem = Problem::new("there is no Go module here");
    Failed::new(Exit::Usage, problem.advise("run it in the folder of a project, below its go.mod"))
}

/// Loads all packages and their tests, without compiling anything. An existing vendor folder is not looked at: the modules are
/// wanted.
async fn builds(go: &Go, mains: &[Main], platform: &Platform) -> Result<(), Failed> {
    on_all(go, mains, platform, &["list", "-deps", "-test", "-mod=readonly", "-f", ""]).await
}

/// Compiles all packages into a build cache of their own. No program is written.
async fn compile(go: &Go, mains: &[Main], platform: &Platform) -> Result<(), Failed> {
    let go = go.with("GOCACHE", go.own_build_cache.as_os_str());
    on_all(&go, mains, platform, &["build", "-mod=readonly", "-o", "/dev/null"]).await
}

/// Runs go on all packages of the project.
async fn on_all(go: &Go, mains: &[Main], platform: &Platform, command: &[&str]) -> Result<(), Failed> {
    let go = go.with("GOOS", &platform.goos).with("GOARCH", &platform.goarch);
    let tags = format!("-tags={}", platform.tags.join(","));
    let patterns: Vec<String> = mains.iter().map(|main| format!("{}/...", main.dir.display())).collect();
    let mut args = command.to_vec();
    args.extend((!platform.tags.is_empty()).then_some(tags.as_str()));
    args.extend(patterns.iter().map(String::as_str));
    go.run(&args).await.map(drop)
}

/// Loads a tool as if to install it, and prints the commands instead of running them.
async fn tool(go: &Go, tool: &str, platform: &Platform) -> Result<(), Failed> {
    if !tool.contains('@') || tool.starts_with('-') {
        let problem = Problem::new(format!("`{tool}` names no tool with a version"));
        return Err(Failed::new(Exit::Usage, problem.advise("write PACKAGE@VERSION, as for go install")));
    }
    let go = go.with("GOOS", &platform.goos).with("GOARCH", &platform.goarch).with("GOBIN", "");
    let tags = format!("-tags={}", platform.tags.join(","));
    let mut args = vec!["install", "-n", "-mod=mod"];
    args.extend((!platform.tags.is_empty()).then_some(tags.as_str()));
    args.push(tool);
    go.run(&args).await.map(drop)
}

/// The go.mod of every module in the graph, which `go list -m all`, `go mod graph` and `go mod tidy` read; with --all the modules too.
async fn graph(args: &CreateArgs, go: &Go, mains: &[Main], session: &mut Session<'_>) -> Result<(), Failed> {
    const FORM: &str =
        "{{with .Replace}}{{.Path}}@{{.Version}}{{else}}{{if not .Main}}{{.Path}}@{{.Version}}{{end}}{{end}}";
    let told = go.run(&["list", "-m", "-mod=readonly", "-f", FORM, "all"]).await?;
    if !args.all {
        return Ok(());
    }
    writeln!(session.err, "fetching the whole module graph")?;
    let told = String::from_utf8_lossy(&told).into_owned();
    // A module in the place of which there is a folder has no version.
    let modules: Vec<&str> = told.lines().filter(|line| !line.is_empty() && !line.ends_with('@')).collect();
    download(go, mains, &modules).await
}

async fn toolchains(args: &CreateArgs, go: &Go, session: &mut Session<'_>) -> Result<(), Failed> {
    let mut modules = Vec::new();
    for toolchain in &args.toolchain {
        let version = toolchain.strip_prefix("go").unwrap_or(toolchain);
        let for_here = format!(".{}-{}", go.here.0, go.here.1);
        let platform = if version.contains('-') { "" } else { &for_here };
        modules.push(format!("{TOOLCHAIN}go{version}{platform}"));
        writeln!(session.err, "fetching the toolchain go{version}{platform}")?;
    }
    let modules: Vec<&str> = modules.iter().map(String::as_str).collect();
    if modules.is_empty() { Ok(()) } else { download(go, &[], &modules).await }
}

/// Downloads modules by name, in a module of ours: there go changes no go.sum of the project. What those pin holds here too.
async fn download(go: &Go, mains: &[Main], modules: &[&str]) -> Result<(), Failed> {
    let dir = go.own_module.clone();
    let not_written = |error: std::io::Error| {
        let problem = Problem::new(format!("cannot write in {}", dir.display()));
        Failed::new(Exit::Unavailable, problem.because(error.to_string()))
    };
    std::fs::write(dir.join("go.mod"), "module modkeep.invalid/bundle\n").map_err(not_written)?;
    std::fs::write(dir.join("go.sum"), pinned(go, mains)).map_err(not_written)?;
    let go = go.within(&dir).with("GOWORK", "off").with("GOFLAGS", "-mod=mod -modcacherw");
    for modules in modules.chunks(NAMED_AT_ONCE) {
        let args: Vec<&str> = ["mod", "download"].into_iter().chain(modules.iter().copied()).collect();
        go.run(&args).await?;
    }
    Ok(())
}

/// All that the go.sum files of the project say.
fn pinned(go: &Go, mains: &[Main]) -> String {
    let of_workspace = go.workspace.iter().map(|path| path.with_extension("work.sum"));
    let files = mains.iter().map(|main| main.dir.join("go.sum")).chain(of_workspace);
    files
        .filter_map(|path: PathBuf| std::fs::read_to_string(Path::new(&path)).ok())
        .map(|text| text + "\n")
        .collect()
}
