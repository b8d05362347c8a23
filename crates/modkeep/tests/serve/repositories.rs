//! What the operator says about repositories, and many who ask one of them at once.

use std::fs;
use std::path::Path;
use std::thread;

use testkit::repo::{GitHttps, GitRepo, Tree};

use super::node::{Node, command, get};

/// How many versions, and how many clients.
const MANY: usize = 50;

fn node(data: &Path, server: &GitHttps, tables: &str, more: &[&str]) -> Node {
    let config = data.join(".config");
    fs::create_dir_all(config.join("modkeep")).unwrap();
    fs::write(config.join("modkeep/modkeep.toml"), tables).unwrap();
    let cache = data.join(".cache");
    let command = command(&data.join("data"))
        .args(["--upstream", "direct", "--ca-file", server.ca_file().to_str().unwrap()])
        .args(["--repository-cache", cache.to_str().unwrap()])
        .args(more.iter().copied())
        .env("XDG_CONFIG_HOME", config);
    Node::with(command)
}

#[test]
fn a_table_names_the_folder_and_a_rewrite_the_host() {
    let (server, data) = (GitHttps::start(), tempfile::tempdir().unwrap());
    let repo = GitRepo::create(|history| {
        let tree = Tree::new()
            .file("go/dir/go.mod", "module corp.test/lib\n")
            .file("go/dir/sub/go.mod", "module corp.test/lib/sub\n");
        let commit = history.commit(&[], &tree);
        history.branch("main", commit);
        history.tag("go/dir/v1.0.0", commit);
        history.tag("go/dir/sub/v0.2.0", commit);
        history.tag("v9.0.0", commit);
    });
    server.serve("/mirror/lib", &repo);
    let tables = format!(
        "[[repository]]\nprefix = \"corp.test/lib\"\nurl = \"https://gone.invalid/lib\"\nsubdir = \"go/dir\"\n\
         [[rewrite]]\nurl = \"{}\"\ninstead-of = \"https://gone.invalid/\"\n",
        server.url("/mirror/")
    );
    let node = node(data.path(), &server, &tables, &[]);
    let list = |path: &str| get(&format!("{}/{path}/@v/list", node.url()));
    assert_eq!(list("corp.test/lib"), (200, "v1.0.0\n".to_owned()));
    assert_eq!(list("corp.test/lib/sub"), (200, "v0.2.0\n".to_owned()));
    let (status, info) = get(&format!("{}/corp.test/lib/@v/v1.0.0.info", node.url()));
    assert_eq!(status, 200, "{info}");
    assert!(info.contains("\"URL\":\"https://gone.invalid/lib\""), "by the name that stays: {info}");
}

#[test]
fn fifty_clients_for_fifty_versions_are_one_clone() {
    let (server, data) = (GitHttps::start(), tempfile::tempdir().unwrap());
    let repo = GitRepo::create(|history| {
        let mut parents = Vec::new();
        for at in 0..MANY {
            let tree = Tree::new().file("go.mod", "module corp.test/m\n").file("at.txt", at.to_string());
            parents = vec![history.commit(&parents, &tree)];
            history.tag(&format!("v1.{at}.0"), parents[0]);
        }
        history.branch("main", parents[0]);
    });
    server.serve("/m", &repo);
    let table = format!("[[repository]]\nprefix = \"corp.test/m\"\nurl = \"{}\"\n", server.url("/m"));
    let node = node(data.path(), &server, &table, &["--repository-processes", "3"]);
    let most = thread::scope(|scope| {
        let asking: Vec<_> = (0..MANY)
            .map(|at| {
                let url = format!("{}/corp.test/m/@v/v1.{at}.0.zip", node.url());
                scope.spawn(move || get(&url).0)
            })
            .collect();
        let mut most = 0;
        while asking.iter().any(|asking| !asking.is_finished()) {
            most = most.max(children(node.pid()));
        }
        assert!(asking.into_iter().all(|asking| asking.join().unwrap() == 200));
        most
    });
    assert!((1..=3).contains(&most), "{most} programs at once");
    // One question for the tags and at most one more for who came late; each fetch begins with one of its own.
    assert!(server.count("info/refs") <= 8, "{}", server.count("info/refs"));
    assert_eq!(fs::read_dir(data.path().join(".cache/git")).unwrap().count(), 1);
}

/// How many processes a process has started that still run.
fn children(pid: u32) -> usize {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let children = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    children.map(|pids| pids.split_whitespace().count()).sum()
}
