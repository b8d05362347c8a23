//! Bundles that somebody without the key has changed, cut or made.

use std::fs;
use std::path::Path;
use std::time::Duration;

use bundle::{Bundle, BundleError, BundleSource, verify};
use gomod::note::SignerKey;
use source::conformance::asks_about;
use source::{Ctx, FailureKind, Source};

use crate::scene::{Scene, module};

async fn bundle() -> (Scene, Vec<u8>) {
    let all = [module("a", "v1.0.0"), module("b", "v1.0.0")];
    let scene = Scene::new(&all);
    let path = scene.bundle("b.tar", &[&all[0], &all[1]], None).await;
    (scene, fs::read(path).unwrap())
}

fn open(scene: &Scene, bytes: &[u8]) -> Result<Bundle, BundleError> {
    fs::write(scene.path("t.tar"), bytes).unwrap();
    Bundle::open(&scene.path("t.tar"), &scene.keys())
}

fn find(bytes: &[u8], what: &str) -> usize {
    bytes.windows(what.len()).position(|window| window == what.as_bytes()).unwrap()
}

#[tokio::test]
async fn a_cut_or_longer_one_is_told_as_that() {
    let (scene, whole) = bundle().await;
    assert!(open(&scene, &whole).is_ok());
    for length in [10, 512, whole.len() / 2, whole.len() - 1024, whole.len() - 1] {
        assert!(matches!(open(&scene, &whole[..length]), Err(BundleError::Cut)), "{length}");
    }
    for more in [vec![0], vec![0; 512], vec![0; 10_240], whole.clone()] {
        let opened = open(&scene, &[whole.clone(), more].concat());
        assert!(matches!(opened, Err(BundleError::Cut | BundleError::Layout(_))), "{opened:?}");
    }
    for other in [vec![], b"PK\x03\x04".repeat(1000), vec![0; 5000]] {
        assert!(matches!(open(&scene, &other), Err(BundleError::NotABundle)));
    }
    assert!(matches!(Bundle::open(Path::new("/"), &scene.keys()), Err(BundleError::NotABundle)));
}

/// Whichever byte is changed: it is not opened, or the file that the byte is in is not given out. One byte says nothing: of the last
/// digit of a signature go ignores two bits.
#[tokio::test]
async fn no_byte_can_be_changed() {
    let (scene, whole) = bundle().await;
    let last_digit = find(&whole, "\u{2014} me.example ") + "\u{2014} me.example ".len() + 90;
    assert_eq!(&whole[last_digit + 1..last_digit + 3], b"=\n");
    let all = (0..whole.len()).step_by(397).chain(whole.len() - 3000..whole.len());
    for at in all.filter(|at| *at != last_digit) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        if open(&scene, &bytes).is_ok() {
            let chain = scene.open(&[&scene.path("t.tar")]);
            let verified = verify(&chain, &[], &mut |_| {}).await.unwrap();
            assert_eq!(verified.flaws.len(), 1, "byte {at}: {:?}", verified.flaws);
        }
    }
}

#[tokio::test]
async fn a_damaged_file_is_not_answered_with_and_the_others_are() {
    let (scene, mut bytes) = bundle().await;
    let at = find(&bytes, "PK\x03\x04") + 60;
    bytes[at] ^= 1;
    open(&scene, &bytes).unwrap();
    let place = BundleSource::new(scene.open(&[&scene.path("t.tar")]));
    let ctx = Ctx::within(Duration::from_secs(20));
    let [.., damaged] = asks_about("example.com/Big/a", "v1.0.0");
    let [.., whole] = asks_about("example.com/Big/b", "v1.0.0");
    for _ in 0..2 {
        let failure = place.ask(&damaged, &ctx).await.unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Unavailable);
        assert!(failure.message().contains("is not the file that was signed"), "{failure}");
    }
    assert!(place.ask(&whole, &ctx).await.is_ok());
}

#[tokio::test]
async fn a_foreign_key_is_named_and_believed_nothing() {
    let (scene, whole) = bundle().await;
    fs::write(scene.path("t.tar"), &whole).unwrap();
    let stranger = SignerKey::from_seed("stranger.example", [9; 32]).unwrap();
    for keys in [vec![], vec![stranger.verifier()]] {
        let error = Bundle::open(&scene.path("t.tar"), &keys).unwrap_err().to_string();
        assert!(error.contains("no known key signed") && error.contains("me.example+"), "{error}");
    }
    let at = find(&whole, "\u{2014} me.example ") + "\u{2014} me.example ".len() + 20;
    let mut forged = whole.clone();
    forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
    assert!(matches!(open(&scene, &forged), Err(BundleError::Signature(_))));
}

/// The word about where the manifest is, is not signed: whatever it says costs nothing.
#[tokio::test]
async fn a_claim_of_a_huge_manifest_costs_nothing() {
    let (scene, whole) = bundle().await;
    let at = find(&whole, "the manifest begins at ");
    for claim in [
        format!("the manifest begins at 0 and has {} bytes", u64::MAX),
        format!("the manifest begins at {} and has 10 bytes", u64::MAX),
        format!("the manifest begins at 0 and has {} bytes", 1_u64 << 40),
        "the manifest begins at 512 and has 10 bytes".to_owned(),
    ] {
        let mut bytes = whole.clone();
        bytes[at..at + 512].fill(b'\n');
        bytes[at..at + claim.len()].copy_from_slice(claim.as_bytes());
        assert!(open(&scene, &bytes).is_err(), "{claim}");
    }
}
