//! What is sent while it comes in is cut when its hash turns out wrong: nobody ever has the whole of it.

use testkit::module::noise;
use testkit::{FakeUpstream, Module, SumDb};

use super::scene::{Folder, NAME};
use crate::node::Node;

const LARGE: &str = "example.com/large";

/// What the upstream sends before it pauses: some of what may be sent early, and not all of it.
const BEFORE_THE_PAUSE: usize = 600_000;

/// A zip of some size, which is well formed whatever byte it has in the middle.
fn large(byte: u8) -> Module {
    let mut content = noise(1_500_000);
    content[700_000] = byte;
    Module::new(LARGE, "v1.0.0").file("go.mod", format!("module {LARGE}\n")).file("noise", content)
}

/// What came before the answer was cut.
async fn read_until_cut(mut response: reqwest::Response) -> usize {
    let mut got = 0;
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => got += chunk.len(),
            ended => {
                assert!(ended.is_err(), "it ended well after {got} bytes");
                return got;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zip_whose_hash_turns_out_wrong_is_cut_and_not_kept() {
    let (wrong, right) = (large(1), large(2));
    assert_eq!(wrong.zip().len(), right.zip().len(), "only the hash tells them apart");
    let (bad, good) = (FakeUpstream::builder().module(wrong).start(), FakeUpstream::builder().start());
    let (db, folder) = (SumDb::new(&NAME), Folder::new());
    db.add(&right);
    db.mirror_on(&bad);
    let gate = bad.hold_body("*.zip", BEFORE_THE_PAUSE);
    // Asked after the first one has begun to send.
    good.publish(right.clone());
    let waiting = good.hold("*.zip");
    let list = format!("{},{}", bad.url(), good.url());
    let node = Node::with(folder.serving(&list, &db).args(["--stream-after", "10ms"]));
    let url = format!("{}{}", node.url(), right.url_path("zip"));
    let response = reqwest::get(&url).await.unwrap();
    assert_eq!(response.status().as_u16(), 200);
    gate.release();
    waiting.release();
    let got = read_until_cut(response).await;
    assert!(got > 0 && got < right.zip().len(), "{got} bytes");
    let now = reqwest::get(&url).await.unwrap().bytes().await.unwrap();
    assert!(now == right.zip(), "who asks again gets the right one");
    assert!(
        std::fs::read(folder.data().join(right.url_path("zip").trim_start_matches('/'))).unwrap()
            == right.zip()
    );
}
