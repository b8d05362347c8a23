//! The real go lives on an unpacked bundle, with its checksum database on and no network.

use testkit::{GoHome, GoRun, Module};

use crate::scene::{Scene, module, wanted};

fn query(module: &Module) -> String {
    format!("{}@{}", module.path(), module.version())
}

fn download(scene: &Scene, home: &GoHome, proxy: &str, modules: &[&Module]) {
    let queries: Vec<String> = modules.iter().map(|module| query(module)).collect();
    let run = GoRun::in_home(home).proxy(proxy).sumdb(scene.db.gosumdb());
    run.args(["mod", "download"]).args(queries).run().success();
}

#[tokio::test]
async fn it_downloads_and_verifies_all_that_is_in_it() {
    let all = [module("a", "v1.0.0"), module("b", "v1.0.0-RC1"), module("c", "v0.3.0")];
    let scene = Scene::new(&all);
    let path = scene.bundle("b.tar", &[&all[0], &all[1], &all[2]], None).await;
    let proxy = scene.unpacked("unpacked", &[&path]);
    let home = GoHome::fresh();
    scene.upstream.set_status("*", 500, "it is gone");
    download(&scene, &home, &proxy, &[&all[2], &all[0], &all[1]]);
    assert_eq!(home.sumdb_latest(scene.db.name()), Some(scene.db.head()));
    let latest = GoRun::in_home(&home).proxy(&proxy).sumdb(scene.db.gosumdb());
    let latest = latest.args(["list", "-m", "-versions", "example.com/Big/a@latest"]).run().success();
    assert_eq!(latest.stdout.trim(), "example.com/Big/a v1.0.0");
}

#[tokio::test]
async fn it_notices_what_was_changed_in_the_unpacked_tree() {
    let all = [module("a", "v1.0.0")];
    let scene = Scene::new(&all);
    let path = scene.bundle("b.tar", &[&all[0]], None).await;
    let proxy = scene.unpacked("unpacked", &[&path]);
    let other = module("a", "v1.0.0").file("evil.go", "package a\n").zip();
    std::fs::write(scene.path("unpacked/proxy/example.com/!big/a/@v/v1.0.0.zip"), other).unwrap();
    let run = GoRun::new().proxy(&proxy).sumdb(scene.db.gosumdb());
    let failed = run.args(["mod", "download", "example.com/Big/a@v1.0.0"]).run().failure();
    assert!(failed.stderr.contains("SECURITY ERROR"), "{}", failed.stderr);
}

/// A path that is too long for the header of a tar is in it all the same.
#[tokio::test]
async fn the_length_of_a_path_does_not_matter() {
    let long = module(&vec!["a".repeat(90); 4].join("/"), "v1.0.0");
    let scene = Scene::new(std::slice::from_ref(&long));
    let path = scene.bundle("b.tar", &[&long], None).await;
    let proxy = scene.unpacked("unpacked", &[&path]);
    download(&scene, &GoHome::fresh(), &proxy, &[&long]);
    let listed = std::process::Command::new("tar").arg("-tf").arg(&path).output().unwrap();
    assert!(
        String::from_utf8(listed.stdout).unwrap().contains(&"a".repeat(90)),
        "the system's tar reads it too"
    );
}

/// A client that has lived on the first bundle goes on with the second: its tree head is in the new tree.
#[tokio::test]
async fn it_goes_on_from_an_earlier_bundle() {
    let (old, new) = (module("a", "v1.0.0"), module("z", "v1.1.0"));
    let scene = Scene::new(std::slice::from_ref(&old));
    let first = scene.bundle("1.tar", &[&old], None).await;
    let home = GoHome::fresh();
    download(&scene, &home, &scene.unpacked("unpacked", &[&first]), &[&old]);
    scene.publish(&new);
    scene.db.fill(70_000);
    let earlier = scene.open(&[&first]);
    scene.try_bundle("2.tar", vec![wanted(&old, true), wanted(&new, true)], Some(&earlier)).await.unwrap();
    let second = scene.path("2.tar");
    let proxy = scene.unpacked("unpacked", &[&second]);
    scene.upstream.set_status("*", 500, "it is gone");
    download(&scene, &home, &proxy, &[&new]);
    assert_eq!(home.sumdb_latest(scene.db.name()), Some(scene.db.head()));
    home.clear_module_cache();
    download(&scene, &home, &proxy, &[&old, &new]);
    download(&scene, &GoHome::fresh(), &proxy, &[&new, &old]);
    assert!(second.metadata().unwrap().len() < 200_000, "what the first has is not there again");
}
