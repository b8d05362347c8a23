//! Private modules: no checksum database, and nobody else, hears of them (house.md, invariant 3).

use testkit::{FakeUpstream, GoHome};

use super::scene::{A, Folder, Mirror, NAME, assert_told, module, pull_anew};
use crate::node::{Node, get, go};

const SECRET: &str = "corp.example/Secret/plans@v1.0.0";

/// A public mirror, and a private place behind it.
struct Scene {
    public: Mirror,
    private: FakeUpstream,
    folder: Folder,
}

impl Scene {
    fn new() -> Self {
        let private = FakeUpstream::builder().module(module(SECRET)).start();
        Self { public: Mirror::new(), private, folder: Folder::new() }
    }

    /// A server for which these settings say what is private.
    fn serve(&self, settings: &[(&str, &str)]) -> Node {
        let list = format!("{},{}", self.public.url(), self.private.url());
        let config = self.folder.beside("modkeep.toml");
        std::fs::write(&config, format!("[[place]]\nurl = \"{}\"\nprivate = true\n", self.private.url()))
            .unwrap();
        let serving =
            self.folder.serving(&list, &self.public.db).args(["--config".as_ref(), config.as_os_str()]);
        Node::with(settings.iter().fold(serving, |serving, (name, value)| serving.env(name, value)))
    }

    /// Neither the database nor anybody public was asked for anything with the name in it, escaped or not.
    #[track_caller]
    fn assert_nobody_heard(&self) {
        let log = [self.public.up.requests(), super::scene::own_host_requests()].concat();
        for recorded in log {
            assert!(!recorded.raw_path.to_lowercase().contains("secret"), "{}", recorded.raw_path);
        }
    }
}

/// Fails when `Database::covers` says yes to everything.
#[test]
fn a_private_module_is_served_and_no_database_is_asked_about_it() {
    for settings in [
        [("GOPRIVATE", "corp.example")].as_slice(),
        &[("GOPRIVATE", "corp.example"), ("GONOSUMDB", "corp.example/*")],
    ] {
        let scene = Scene::new();
        let node = scene.serve(settings);
        let download = go(&GoHome::fresh(), &node.url(), &["mod", "download", SECRET, A]);
        download.sumdb(scene.public.db.gosumdb()).env("GONOSUMDB", "corp.example").run().success();
        assert!(scene.private.count(".zip") > 0);
        scene.assert_nobody_heard();
    }
}

/// The client's own settings do not say that it is private.
#[test]
fn a_lookup_of_a_private_module_is_refused_with_a_sentence() {
    let scene = Scene::new();
    let node = scene.serve(&[("GOPRIVATE", "corp.example")]);
    for escaped in ["corp.example/!secret/plans", "corp.example/%21secret/plans"] {
        let (status, text) = get(&format!("{}/sumdb/{}/lookup/{escaped}@v1.0.0", node.url(), *NAME));
        assert!(status == 403 && text.contains("it is asked of no checksum database"), "{status} {text}");
    }
    let told = pull_anew(&node.url(), &scene.public.db, &[SECRET]);
    assert_told(&told, &["403 Forbidden", "it is asked of no checksum database", "GOPRIVATE"]);
    scene.assert_nobody_heard();
}

/// `GONOPROXY=none`: any place may be asked for the module, and still no database.
#[test]
fn a_module_of_gonosumdb_alone_is_told_to_proxies_and_to_no_database() {
    let scene = Scene::new();
    scene.public.up.publish(module(SECRET));
    let node = scene.serve(&[("GONOSUMDB", "corp.example"), ("GONOPROXY", "none")]);
    let download = go(&GoHome::fresh(), &node.url(), &["mod", "download", SECRET]);
    download.sumdb(scene.public.db.gosumdb()).env("GONOSUMDB", "corp.example").run().success();
    assert!(scene.public.up.count(&module(SECRET).url_path("zip")) > 0);
    assert_eq!(scene.public.asked("lookup/"), 0);
    let (status, text) =
        get(&format!("{}/sumdb/{}/lookup/corp.example/!secret/plans@v1.0.0", node.url(), *NAME));
    assert_eq!(status, 403, "{text}");
}
