//! What goes into a bundle, and what stops it from being made.

use bundle::manifest::FileEntry;
use bundle::{Bundle, CreateError, verify};
use gomod::gosumdb::{DatabaseName, VerifierKey};
use testkit::Module;

use crate::scene::{NAME, Scene, about, module, wanted};

#[tokio::test]
async fn the_manifest_says_what_it_is_and_what_is_in_it() {
    let a = module("a", "v1.0.0");
    let scene = Scene::new(std::slice::from_ref(&a));
    let outcome = scene.try_bundle("b.tar", vec![wanted(&a, true)], None).await.unwrap();
    assert_eq!(outcome.size, scene.path("b.tar").metadata().unwrap().len());
    let bundle = Bundle::open(&scene.path("b.tar"), &scene.keys()).unwrap();
    let manifest = bundle.manifest();
    assert_eq!((bundle.id(), manifest, &manifest.about), (&outcome.id, &outcome.manifest, &about()));
    let head = &manifest.databases[0];
    assert_eq!(
        (head.name.as_str(), head.size, head.key.as_str()),
        (NAME, scene.db.size(), scene.db.gosumdb().as_str())
    );
    let file =
        |end: &str| -> &FileEntry { manifest.files.iter().find(|file| file.path.ends_with(end)).unwrap() };
    let (zip, go_mod) = (file("/v1.0.0.zip"), file("/v1.0.0.mod"));
    assert_eq!((zip.h1.as_deref(), zip.size), (Some(a.h1().as_str()), a.zip().len() as u64));
    assert_eq!(
        (go_mod.h1.as_deref(), file("/v1.0.0.info").h1.as_deref()),
        (Some(a.go_mod_h1().as_str()), None)
    );
    assert_eq!(bundle.signers(), [format!("me.example+{:08x}", scene.keys()[0].hash())]);
    assert_eq!(manifest.files[0].path, "README");
}

#[tokio::test]
async fn a_module_that_the_database_has_another_hash_of_is_not_packed() {
    let a = module("a", "v1.0.0");
    let scene = Scene::new(std::slice::from_ref(&a));
    let evil = module("a", "v1.0.0").file("evil.go", "package a\n");
    scene.upstream.publish(evil.clone());
    let error = scene.try_bundle("b.tar", vec![wanted(&a, true)], None).await.unwrap_err();
    let CreateError::Mismatch { found, expected, .. } = error else { panic!("{error}") };
    assert_eq!((found, expected), (evil.h1(), a.h1()));
    assert!(Bundle::open(&scene.path("b.tar"), &scene.keys()).is_err(), "half a bundle is none");
}

#[tokio::test]
async fn what_the_database_does_not_know_is_told_and_what_is_private_is_not_asked_about() {
    let (known, unknown) = (module("a", "v1.0.0"), module("b", "v1.0.0"));
    let private = Module::new("corp.example/c", "v1.0.0").file("go.mod", "module corp.example/c\n");
    let scene = Scene::new(std::slice::from_ref(&known));
    scene.upstream.publish(unknown.clone());
    scene.upstream.publish(private.clone());
    let all = [&known, &unknown, &private].map(|module| wanted(module, true)).to_vec();
    let outcome = scene.try_bundle("b.tar", all, None).await.unwrap();
    let [unproven] = outcome.unproven.as_slice() else { panic!("{:?}", outcome.unproven) };
    assert_eq!(unproven.module.to_string(), "example.com/Big/b@v1.0.0");
    let asked = scene.upstream.requests();
    assert!(
        !asked
            .iter()
            .any(|request| request.request.path.contains("/sumdb/") && request.request.path.contains("corp"))
    );
    let database = (DatabaseName::parse(NAME).unwrap(), VerifierKey::parse(&scene.db.gosumdb()).unwrap());
    let verified = verify(&scene.open(&[&scene.path("b.tar")]), &[database], &mut |_| {}).await.unwrap();
    assert_eq!((verified.proven, verified.flaws), (1, Vec::<String>::new()));
}

#[tokio::test]
async fn what_cannot_be_had_stops_it_with_its_name() {
    let a = module("a", "v1.0.0");
    let scene = Scene::new(std::slice::from_ref(&a));
    scene.upstream.withdraw(a.path(), a.version());
    let error = scene.try_bundle("b.tar", vec![wanted(&a, true)], None).await.unwrap_err();
    assert!(error.to_string().starts_with("example.com/Big/a@v1.0.0.mod: "), "{error}");
    scene.publish(&a);
    scene.upstream.set_status("/sumdb/*", 503, "");
    let error = scene.try_bundle("b.tar", vec![wanted(&a, true)], None).await.unwrap_err();
    assert!(error.to_string().starts_with("the record of example.com/Big/a@v1.0.0: "), "{error}");
}

#[tokio::test]
async fn a_build_cache_comes_out_as_it_went_in_and_only_into_a_new_folder() {
    let scene = Scene::new(&[]);
    let cache = scene.path("cache");
    std::fs::create_dir_all(cache.join("0a")).unwrap();
    std::fs::create_dir_all(cache.join("fuzz")).unwrap();
    for (name, content) in [
        ("0a/0abc-a", "action"),
        ("0a/0abc-d", "data"),
        ("trim.txt", "1"),
        ("0a/1abc-d", "x"),
        ("fuzz/y", "z"),
    ] {
        std::fs::write(cache.join(name), content).unwrap();
    }
    let mut writer =
        bundle::Writer::begin(tokio::fs::File::create(scene.path("b.tar")).await.unwrap(), about())
            .await
            .unwrap();
    for (path, file) in bundle::build_cache::files(&cache).unwrap() {
        writer.add(&path, bundle::Content::file(&file).unwrap()).await.unwrap();
    }
    writer.finish(Vec::new(), None, &scene.signer).await.unwrap();
    let chain = scene.open(&[&scene.path("b.tar")]);
    assert_eq!(bundle::build_cache::unpack(&chain, &scene.path("out")).unwrap(), 2);
    assert_eq!(std::fs::read_to_string(scene.path("out/0a/0abc-d")).unwrap(), "data");
    assert!(
        bundle::build_cache::unpack(&chain, &scene.path("out")).is_err(),
        "it is not mixed with what is there"
    );
}
