//! What making and reading a bundle costs in memory, measured: the same for a large file as for a small one.
//!
//! An allocator that counts stands in for the usual one, so this is a test program of its own with a single test: another
//! test at the same time would be counted too.

#![cfg(test)]
#![allow(clippy::unwrap_used, reason = "a test may stop loudly")]

use std::time::SystemTime;

use bundle::manifest::About;
use bundle::{Bundle, Chain, Content, Writer, verify};
use bytes::Bytes;
use futures_util::stream;
use gomod::note::SignerKey;
use peak_alloc::PeakAlloc;
use source::Body;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const MEBIBYTE: usize = 1 << 20;

/// How large each of the files is, and how many there are.
const SIZE: usize = 64 * MEBIBYTE;
const FILES: usize = 8;

/// What it may take in all, in bytes.
const ALLOWED: usize = 8 * MEBIBYTE;

fn large() -> Body {
    let pieces = SIZE / MEBIBYTE;
    Body::stream(stream::iter((0..pieces).map(|_| Ok(Bytes::from(vec![7; MEBIBYTE])))), Some(SIZE as u64))
}

#[test]
fn half_a_gigabyte_takes_a_few_megabytes() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("b.tar");
    let signer = SignerKey::from_seed("me.example", [7; 32]).unwrap();
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    runtime.block_on(async {
        let about = About {
            created: SystemTime::UNIX_EPOCH,
            project: String::new(),
            scope: "builds".to_owned(),
            go: String::new(),
            platforms: Vec::new(),
        };
        let mut writer = Writer::begin(tokio::fs::File::create(&path).await.unwrap(), about).await.unwrap();
        for number in 0..FILES {
            let content = Content { body: large(), h1: None };
            writer.add(&format!("gocache/0{number}/0{number}ab-d"), content).await.unwrap();
        }
        writer.finish(Vec::new(), None, &signer).await.unwrap();
        let bundle = Bundle::open(&path, &[signer.verifier()]).unwrap();
        let chain = Chain::of(vec![bundle]).unwrap().into();
        let verified = verify(&chain, &[], &mut |_| {}).await.unwrap();
        assert_eq!((verified.files, verified.flaws), (FILES + 1, Vec::<String>::new()));
    });
    let taken = ALLOCATOR.peak_usage() - before;
    println!("{} bytes took {taken}", SIZE * FILES);
    assert!(taken < ALLOWED, "{} bytes took {taken}", SIZE * FILES);
}
