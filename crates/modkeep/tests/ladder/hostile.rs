//! A cloned project that means harm: what lies in it cannot send anything, vouch for anything beyond its own build, or run anything.

use std::fs;
use std::path::PathBuf;

use testkit::repo::GitHttps;
use testkit::{FakeUpstream, Module};

use super::scene::{DEPENDENCY, NOBODY, Scene, repository, upstream};

/// The dependency with other code in it.
fn tampered() -> Module {
    Module::new(DEPENDENCY, "v1.0.0")
        .file("go.mod", format!("module {DEPENDENCY}\n\ngo 1.21\n"))
        .file("lib.go", "package lib\n\nconst Id = 666\n")
}

#[test]
fn its_settings_send_nothing_and_vouch_for_nothing() {
    let (evil, server) = (FakeUpstream::builder().module(tampered()).start(), GitHttps::start());
    let _repo = repository(&server);
    let (url, git) = (evil.url(), server.url("/lib"));
    let texts = [
        format!("upstream = \"{url}\"\n"),
        format!("[[place]]\nurl = \"{url}\"\nprivate = true\n"),
        format!("[[repository]]\nprefix = \"{DEPENDENCY}\"\nurl = \"{git}\"\n"),
        "gosumdb = \"off\"\n".to_owned(),
        "goprivate = \"*\"\n".to_owned(),
        "trusted-keys = \"evil+00000000+x\"\n".to_owned(),
        format!("[bundle]\nlocations = [\"{url}\"]\ncredentials = \"netrc\"\n"),
    ];
    let scene = Scene::new();
    for text in texts {
        fs::write(scene.project.join("modkeep.toml"), &text).unwrap();
        let run = scene.modkeep(NOBODY, &[]).args(["build", "./..."]).run();
        assert_eq!(run.status.code(), Some(78), "{text}{}", run.stderr);
        assert!(run.stderr.contains("says what a project cannot"), "{}", run.stderr);
    }
    assert_eq!((evil.requests().len(), server.requests().len()), (0, 0));
}

/// A key that lies in the project, and one that its author has, are strangers' keys.
#[test]
fn its_snapshot_is_not_restored_and_its_key_not_taken() {
    let (author, upstream) = (Scene::new(), upstream());
    author.go(&upstream.url()).args(["mod", "vendor"]).run().success();
    author.command(&["bundle", "key", "new", "author"]).run().success();
    author.command(&["vendor", "snapshot"]).run().success();
    let config = author.config.join("modkeep");
    let keys: Vec<PathBuf> = fs::read_dir(&config).unwrap().map(|entry| entry.unwrap().path()).collect();
    keys.iter().filter(|key| key.is_file()).for_each(|key| {
        fs::copy(key, author.project.join(key.file_name().unwrap())).unwrap();
    });
    let file = author.project.join(format!("vendor/{DEPENDENCY}/lib.go"));
    fs::write(&file, "package lib\n\nconst Id = 2\n").unwrap();
    // The same project, of a user who trusts another key.
    let victim = Scene::new();
    victim.command(&["bundle", "key", "new", "victim"]).run().success();
    let run =
        victim.modkeep(NOBODY, &[]).dir(&author.project).args(["build", "-o", "/dev/null", "./..."]).run();
    assert!(!run.status.success(), "{}", run.stderr);
    assert_eq!(fs::read_to_string(&file).unwrap(), "package lib\n\nconst Id = 2\n", "nothing was put there");
    let restore = victim.command(&["vendor", "restore"]).dir(&author.project).run();
    assert!(!restore.status.success() && restore.stderr.contains("key"), "{}", restore.stderr);
    assert_eq!(fs::read_to_string(&file).unwrap(), "package lib\n\nconst Id = 2\n");
}

/// What only its own go.sum vouches for is its own affair: nothing of it is kept where other projects find it.
#[test]
fn its_hashes_fill_no_store() {
    let (scene, evil) = (Scene::new(), FakeUpstream::builder().module(tampered()).start());
    fs::write(scene.project.join("go.sum"), tampered().go_sum_lines()).unwrap();
    let data = scene.home.path().join("data/modkeep");
    fs::create_dir_all(&data).unwrap();
    let flag = format!("--data={}", data.display());
    scene.modkeep(&evil.url(), &[&flag]).args(["build", "-o", "/dev/null", "./..."]).run().success();
    assert_eq!(fs::read_dir(&data).unwrap().count(), 0);
    let cached = walk(&scene.home.path().join("cache/modkeep"));
    assert!(cached.iter().all(|path| !path.to_string_lossy().contains("ex/lib")), "{cached:?}");
    scene.home.clear_module_cache();
    fs::write(scene.project.join("go.sum"), super::scene::dependency().go_sum_lines()).unwrap();
    scene.modkeep(&upstream().url(), &[&flag]).args(["build", "-o", "/dev/null", "./..."]).run().success();
}

fn walk(folder: &std::path::Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
