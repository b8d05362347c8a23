//! Bundles that build on others.

use std::sync::Arc;

use bundle::{BundleError, BundleSource, Chain, verify};
use gomod::gosumdb::{DatabaseName, VerifierKey};
use source::conformance::check;

use crate::place::world;
use crate::scene::{NAME, Scene, module, wanted};

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_has_all_and_each_bundle_only_what_is_new() {
    let all = [module("mod", "v1.0.0"), module("mod", "v1.1.0")];
    let scene = Scene::new(&all[..1]);
    let first = scene.bundle("1.tar", &[&all[0]], None).await;
    scene.publish(&all[1]);
    let second = scene.bundle("2.tar", &[&all[0], &all[1]], Some(&scene.open(&[&first]))).await;
    let chain = scene.open(&[&first, &second]);
    let [newest, oldest] = chain.bundles() else { panic!("two bundles") };
    assert_eq!(newest.manifest().after.as_ref(), Some(oldest.id()));
    let zips = |bundle: &bundle::Bundle| -> Vec<String> {
        let paths = bundle.manifest().files.iter().map(|file| file.path.clone());
        paths.filter(|path| path.contains(".zip")).collect()
    };
    assert_eq!(zips(newest), ["proxy/example.com/!big/mod/@v/v1.1.0.zip"]);
    assert_eq!(zips(oldest), ["proxy/example.com/!big/mod/@v/v1.0.0.zip"]);
    check(Arc::new(BundleSource::new(chain.clone())), &world(&all, "v1.0.0\nv1.1.0\n")).await;
    let database = (DatabaseName::parse(NAME).unwrap(), VerifierKey::parse(&scene.db.gosumdb()).unwrap());
    let verified = verify(&chain, &[database], &mut |_| {}).await.unwrap();
    assert_eq!((verified.flaws, verified.proven), (Vec::<String>::new(), 2));
}

#[tokio::test]
async fn a_chain_with_a_hole_or_a_stranger_is_not_opened() {
    let all = [module("a", "v1.0.0"), module("b", "v1.0.0")];
    let scene = Scene::new(&all);
    let first = scene.bundle("1.tar", &[&all[0]], None).await;
    let second = scene.bundle("2.tar", &[&all[1]], Some(&scene.open(&[&first]))).await;
    let other = scene.bundle("3.tar", &[&all[1]], None).await;
    let open = |paths: &[&std::path::PathBuf]| {
        Chain::open(&paths.iter().map(|path| (*path).clone()).collect::<Vec<_>>(), &scene.keys())
    };
    assert!(matches!(open(&[&second]), Err(BundleError::NeedsEarlier(_))));
    assert!(matches!(open(&[&second, &other]), Err(BundleError::NeedsEarlier(_) | BundleError::Stray(_))));
    assert!(matches!(
        open(&[&first, &second, &other]),
        Err(BundleError::Stray(_) | BundleError::NeedsEarlier(_))
    ));
    assert!(open(&[&first, &second]).is_ok() && open(&[]).is_err());
}

/// A database that was rolled back, or is another one under the same name, is not mixed with what the earlier bundle has.
#[tokio::test]
async fn the_tree_never_goes_back() {
    let all = [module("a", "v1.0.0"), module("b", "v1.0.0")];
    let scene = Scene::new(&all);
    let first = scene.bundle("1.tar", &[&all[0], &all[1]], None).await;
    let chain = scene.open(&[&first]);
    // The same key, and another history.
    let younger = Scene::new(&[]);
    younger.db.fill(1_000);
    younger.publish(&all[1]);
    let made = younger.try_bundle("2.tar", vec![wanted(&all[1], true)], Some(&chain)).await;
    let error = made.unwrap_err().to_string();
    assert!(error.starts_with("the tree head of the earlier bundle: "), "{error}");
    assert!(error.contains("SECURITY"), "{error}");
}
