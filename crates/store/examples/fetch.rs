//! Fetches the three files of a module version from a proxy and keeps them in a data folder.
//!
//! `fetch FOLDER PROXY MODULE VERSION` says of each file how many bytes came, with which SHA-256, and whether they are kept:
//! a disk that takes them or not makes no difference to the answer. The test of a full disk (`tests/store/faults.rs`) runs it
//! with a limit on the size of files, which would be one for all tests in a process of their own.

#![allow(clippy::print_stdout, reason = "a program that says what it did")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use source::conformance::asks_about;
use source::upstream::{HttpClient, HttpOptions};
use source::{Checked, Ctx, Source, Upstream};
use store::{DiskStore, Store, cached};

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, proxy, module, version] = arguments.as_slice() else {
        return Err("usage: fetch FOLDER PROXY MODULE VERSION".into());
    };
    let store = DiskStore::open(Path::new(folder), SystemTime::now)?;
    let client = HttpClient::new(&HttpOptions::default())?;
    let upstream = Checked::new(Upstream::new(proxy, &client)?, store.spool());
    let source = cached(Arc::new(store.clone()), upstream, PATIENCE);
    for ask in &asks_about(module, version)[2..] {
        let answer = source.ask(ask, &Ctx::within(PATIENCE)).await?;
        let body = answer.body.into_bytes(ask.kind().size_max()).await?;
        let how = if store.get(ask).await?.is_some() { "kept" } else { "not kept" };
        println!(
            "{} {} {:x} {how}",
            ask.address(),
            body.len(),
            Bytes::copy_from_slice(&Sha256::digest(&body))
        );
    }
    Ok(())
}
