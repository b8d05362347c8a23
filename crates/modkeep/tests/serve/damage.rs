//! A disk that flips bits under a running server: no client is sent a wrong byte, and what can be fetched again is healed.
//!
//! The bits are flipped in place, in artifacts and in sidecars, between and during downloads.

use std::fs;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use futures_util::future::join_all;
use testkit::module::noise;
use testkit::{FakeUpstream, Module};

use crate::node::{Node, command};

const ROUNDS: usize = 60;

/// More of them in one round than fit into a file's two sidecar lines, so that some are ruined.
const FLIPS_PER_ROUND: usize = 6;

/// What is served, with zips of one block, of several, and of more than is on its way to a client at a time.
fn modules() -> Vec<Module> {
    let module = |(number, size): (usize, usize)| {
        let path = format!("example.com/Damaged{number}");
        let go_mod = format!("module {path}\n\n// {}\n", "x".repeat(size / 100));
        Module::new(path, "v1.0.0").file("go.mod", go_mod).file("noise", noise(size))
    };
    [300, 90_000, 300_000, 4_000_000].into_iter().enumerate().map(module).collect()
}

/// One file of a module, as its address and its right bytes.
struct Artifact {
    address: String,
    content: Vec<u8>,
}

fn artifacts() -> Vec<Artifact> {
    let of = |module: &Module| {
        let contents = [("info", module.info()), ("mod", module.mod_file()), ("zip", module.zip())];
        contents.map(|(kind, content)| Artifact { address: module.url_path(kind), content: content.to_vec() })
    };
    modules().iter().flat_map(of).collect()
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

fn file(data: &Path, artifact: &Artifact) -> PathBuf {
    data.join(artifact.address.trim_start_matches('/'))
}

fn sidecar(data: &Path, artifact: &Artifact) -> PathBuf {
    let file = file(data, artifact);
    file.with_file_name(format!(".{}.meta", file.file_name().unwrap().to_str().unwrap()))
}

/// Flips a bit in place. A file that is not there just now is being healed.
fn flip(path: &Path, dice: &mut Dice) -> io::Result<()> {
    let file = fs::File::options().read(true).write(true).open(path)?;
    let size = usize::try_from(file.metadata()?.len()).unwrap();
    let (at, mut byte) = (dice.below(size) as u64, [0]);
    file.read_exact_at(&mut byte, at)?;
    byte[0] ^= 1 << dice.below(8);
    file.write_all_at(&byte, at)
}

fn flip_some(data: &Path, artifacts: &[Artifact], dice: &mut Dice) -> usize {
    let flips = (0..FLIPS_PER_ROUND).map(|_| {
        let artifact = &artifacts[dice.below(artifacts.len())];
        let path = if dice.below(4) == 0 { sidecar(data, artifact) } else { file(data, artifact) };
        usize::from(flip(&path, dice).is_ok())
    });
    flips.sum()
}

/// A download under way: an answer, and what has come of its body.
struct Begun {
    response: reqwest::Response,
    got: Vec<u8>,
}

/// What a client gets in the end: the whole body, or the beginning of one that ends in an error.
type Got = Result<Vec<u8>, Vec<u8>>;

impl Begun {
    /// Asks, and reads until the first piece of the body is there.
    async fn begin(url: String) -> Result<Self, Got> {
        let mut response = reqwest::get(url).await.unwrap();
        if response.status() != 200 {
            return Err(Err(Vec::new()));
        }
        match response.chunk().await {
            Ok(Some(chunk)) => Ok(Self { response, got: chunk.to_vec() }),
            Ok(None) => Err(Ok(Vec::new())),
            Err(_) => Err(Err(Vec::new())),
        }
    }

    async fn finish(mut self) -> Got {
        loop {
            match self.response.chunk().await {
                Ok(Some(chunk)) => self.got.extend_from_slice(&chunk),
                Ok(None) => return Ok(self.got),
                Err(_) => return Err(self.got),
            }
        }
    }
}

async fn download(url: String) -> Got {
    match Begun::begin(url).await {
        Ok(begun) => begun.finish().await,
        Err(got) => got,
    }
}

/// Downloads everything at once; gives how many were whole. What is not is right as far as it goes.
async fn download_all(node: &Node, artifacts: &[Artifact]) -> usize {
    download_all_while(node, artifacts, || {}).await
}

/// The same; when something of each has come, and not yet all of the large ones, `meanwhile` happens.
async fn download_all_while(node: &Node, artifacts: &[Artifact], meanwhile: impl FnOnce()) -> usize {
    let begun = join_all(artifacts.iter().map(|artifact| Begun::begin(node.url() + &artifact.address))).await;
    meanwhile();
    let finished = begun.into_iter().map(|begun| async {
        match begun {
            Ok(begun) => begun.finish().await,
            Err(got) => got,
        }
    });
    let mut whole = 0;
    for (artifact, got) in artifacts.iter().zip(join_all(finished).await) {
        let is_whole = got.is_ok();
        let right = got.map_or_else(|cut| artifact.content.starts_with(&cut), |got| got == artifact.content);
        assert!(right, "{} was sent with a wrong byte", artifact.address);
        whole += usize::from(is_whole);
    }
    whole
}

/// A server that reads every artifact from the disk each time.
fn start(upstream: &FakeUpstream, data: &Path) -> Node {
    Node::with(command(data).args(["--upstream", &upstream.url(), "--memory", "0"]))
}

#[tokio::test(flavor = "multi_thread")]
async fn flipped_bits_reach_no_client_and_are_healed_while_the_upstream_lives() {
    let mut upstream = FakeUpstream::builder().modules(modules()).start();
    let data = tempfile::tempdir().unwrap();
    let (node, artifacts, mut dice) = (start(&upstream, data.path()), artifacts(), Dice(7));
    assert_eq!(download_all(&node, &artifacts).await, artifacts.len());
    let mut flips = 0;
    for _ in 0..ROUNDS {
        flips += flip_some(data.path(), &artifacts, &mut dice);
        let meanwhile = || flips += flip_some(data.path(), &artifacts, &mut dice);
        download_all_while(&node, &artifacts, meanwhile).await;
    }
    assert!(flips > ROUNDS * FLIPS_PER_ROUND, "only {flips} bits were flipped");
    // The last flips are found now, if need be in the middle of a body.
    download_all(&node, &artifacts).await;
    assert_eq!(download_all(&node, &artifacts).await, artifacts.len(), "all is healed");
    for artifact in &artifacts {
        assert!(
            fs::read(file(data.path(), artifact)).unwrap() == artifact.content,
            "{} on the disk",
            artifact.address
        );
    }
    let evidence = data.path().join(".damaged").read_dir().unwrap().count();
    assert!((1..=32).contains(&evidence), "{evidence} damaged files are kept");

    upstream.stop();
    for artifact in &artifacts {
        flip(&file(data.path(), artifact), &mut dice).unwrap();
    }
    assert_eq!(download_all(&node, &artifacts).await, 0, "nothing that is damaged passes for whole");
}

/// What the sidecars are for: a file without one is taken as it is, unless its hash is on record.
#[tokio::test(flavor = "multi_thread")]
async fn without_its_checksums_a_flipped_bit_would_be_sent() {
    let upstream = FakeUpstream::builder().modules(modules()).start();
    let data = tempfile::tempdir().unwrap();
    let (node, artifacts) = (start(&upstream, data.path()), artifacts());
    assert_eq!(download_all(&node, &artifacts).await, artifacts.len());
    let is_mod =
        |artifact: &&Artifact| artifact.address.rsplit_once('.').is_some_and(|(_, kind)| kind == "mod");
    let go_mod = artifacts.iter().find(is_mod).unwrap();
    // In its last comment, where it stays a go.mod.
    let changed = String::from_utf8(go_mod.content.clone()).unwrap().replace("x\n", "y\n");
    let change = || {
        fs::write(file(data.path(), go_mod), &changed).unwrap();
        fs::remove_file(sidecar(data.path(), go_mod)).unwrap();
    };
    change();
    assert_eq!(
        download(node.url() + &go_mod.address).await.unwrap(),
        go_mod.content,
        "its hash is on record"
    );
    change();
    fs::remove_dir_all(data.path().join(".first-seen")).unwrap();
    let got = download(node.url() + &go_mod.address).await.unwrap();
    assert!(got != go_mod.content && got.len() == go_mod.content.len());
}
