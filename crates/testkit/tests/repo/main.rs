//! The real clients against the servers of repositories.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of a test stop it as the test itself would"
)]

mod daemon;
mod hg;
mod https;
mod relay;
mod ssh;
mod svn;

use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};

use testkit::repo::{GitRepo, Tree, git_command};

/// A repository with two commits of noise, tagged v1.0.0 and v1.1.0.
fn sample() -> GitRepo {
    GitRepo::create(|history| {
        let noise = testkit::module::noise(200_000);
        let first = history.commit(&[], &Tree::new().file("go.mod", "module m\n").file("noise", noise));
        let second = history.change(&[first], &Tree::new().file("a.go", "package a\n"));
        history.branch("main", second);
        history.tag("v1.0.0", first);
        history.annotated("v1.1.0", second);
    })
}

/// Runs the system git in an own folder, with nothing but these options.
fn git(folder: &Path, env: &[(&str, &str)], args: &[&str]) -> Output {
    git_command()
        .current_dir(folder)
        .envs(env.iter().copied())
        .args(args)
        .output()
        .expect("git can be started")
}

/// The error text of a git that failed.
#[track_caller]
fn failure(output: &Output) -> String {
    assert!(!output.status.success(), "git should have failed");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The text of a git that did well.
#[track_caller]
fn success(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// How many processes have this path in their environment or arguments.
fn processes_for(path: &Path) -> usize {
    let needle = path.to_str().expect("a path").as_bytes();
    let holds = |file: &Path| std::fs::read(file).is_ok_and(|text| contains(&text, needle));
    let processes = std::fs::read_dir("/proc").expect("Linux").flatten().map(|entry| entry.path());
    processes.filter(|folder| holds(&folder.join("environ")) || holds(&folder.join("cmdline"))).count()
}

fn contains(text: &[u8], needle: &[u8]) -> bool {
    text.windows(needle.len()).any(|window| window == needle)
}

/// Looks again and again, for ten seconds at most: a killed process needs a moment to be gone.
#[track_caller]
fn wait_until(is_met: impl Fn() -> bool) {
    let begin = Instant::now();
    while !is_met() {
        assert!(begin.elapsed() < Duration::from_secs(10), "waited in vain");
        std::thread::yield_now();
    }
}
