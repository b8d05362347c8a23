//! Depots of each kind: pushed to, listed, pulled from, also when the way breaks and when somebody lies.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bundle::depot::{DepotError, Limits, Location, Pull, Pulled, Reach, Trusting, list, pull, push};
use bundle::{BundleError, Chain};
use bytes::Bytes;
use testkit::upstream::{Action, Reply};
use testkit::{FakeUpstream, S3};

use crate::scene::{Scene, module};

const LIMITS: Limits = Limits { size_max: 1 << 30, older: false };

/// A maker with two bundles, of which the second builds on the first, and somebody who pulls.
struct World {
    scene: Scene,
    bundles: [PathBuf; 2],
    reach: Reach,
    location: Location,
}

impl World {
    async fn new(location: &str, s3: Vec<(String, String)>) -> Self {
        let all = [module("a", "v1.0.0"), module("b", "v1.0.0")];
        let scene = Scene::new(&all);
        let first = scene.bundle("1.tar", &[&all[0]], None).await;
        let second = scene.bundle("2.tar", &[&all[1]], Some(&scene.open(&[&first]))).await;
        let wait = Duration::from_secs(5);
        let reach = Reach { connect_timeout: wait, idle_timeout: wait, authorities: None, s3 };
        let location = Location::parse(location, scene.folder.path()).unwrap();
        Self { scene, bundles: [first, second], reach, location }
    }

    async fn folder() -> Self {
        Self::new("depot", Vec::new()).await
    }

    async fn push(&self, number: usize) -> Result<bundle::depot::Listing, DepotError> {
        push(&self.bundles[number], &self.scene.keys(), &self.location, &self.reach, &mut |_| {}).await
    }

    async fn pull(&self) -> Result<Pull, DepotError> {
        self.pull_from(&self.location, LIMITS).await
    }

    async fn pull_from(&self, location: &Location, limits: Limits) -> Result<Pull, DepotError> {
        let keys = self.scene.keys();
        let trusting = Trusting { keys: &keys, databases: &[] };
        pull(location, &self.reach, None, &self.pulled(), trusting, limits, &mut |_| {}).await
    }

    fn pulled(&self) -> Pulled {
        Pulled::at(&self.scene.path("pulled"))
    }

    fn in_use(&self) -> Option<Chain> {
        self.pulled().open(&self.scene.keys()).unwrap()
    }

    /// The files of the depot folder that hold bundles.
    fn depot_files(&self) -> Vec<PathBuf> {
        let Location::Folder(folder) = &self.location else { panic!("a folder") };
        let files = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
        files.filter(|path| path.extension().is_some_and(|end| end == "tar")).collect()
    }
}

/// What each kind of depot must do.
async fn keeps_and_gives(world: &World) {
    assert_eq!(list(&world.location, &world.reach).await.unwrap().bundles, []);
    assert!(matches!(world.pull().await, Err(DepotError::Missing { .. })));
    let first = world.push(0).await.unwrap();
    let pulled = world.pull().await.unwrap();
    assert_eq!((pulled.chain.bundles().len(), pulled.verified.unwrap().flaws), (1, vec![]));
    assert!(world.pull().await.unwrap().verified.is_none(), "there is nothing new");
    let second = world.push(1).await.unwrap();
    assert_eq!(list(&world.location, &world.reach).await.unwrap().bundles, [first, second.clone()]);
    world.pull().await.unwrap();
    let chain = world.in_use().unwrap();
    assert_eq!((chain.bundles().len(), chain.newest().id()), (2, &second.id));
    world.push(1).await.unwrap();
    assert_eq!(list(&world.location, &world.reach).await.unwrap().bundles.len(), 2, "each is listed once");
}

#[tokio::test]
async fn a_folder_keeps_and_gives_bundles() {
    keeps_and_gives(&World::folder().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_keeps_and_gives_bundles() {
    let s3 = S3::start();
    let location = format!("s3://{}/team/project", s3.bucket());
    let world = World::new(&location, s3.settings()).await;
    keeps_and_gives(&world).await;
    assert!(s3.file("team/project/bundles").is_file());
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_without_the_right_key_is_told_and_gives_nothing() {
    let s3 = S3::start();
    let location = format!("s3://{}/", s3.bucket());
    let mut world = World::new(&location, s3.settings()).await;
    world.push(0).await.unwrap();
    for settings in [
        s3.settings()
            .into_iter()
            .map(
                |(name, value)| {
                    if name.contains("SECRET") { (name, "wrong".to_owned()) } else { (name, value) }
                },
            )
            .collect(),
        s3.settings().into_iter().filter(|(name, _)| !name.contains("KEY")).collect::<Vec<_>>(),
    ] {
        world.reach.s3 = settings;
        let error = world.pull().await.unwrap_err();
        assert!(matches!(error, DepotError::Unreachable { .. }), "{error}");
        assert!(!error.to_string().contains("wrong"), "{error}");
    }
}

/// Many push to one place at the same time: none is lost from the list.
#[tokio::test(flavor = "multi_thread")]
async fn those_who_push_at_once_do_not_lose_each_other() {
    let s3 = S3::start();
    let location = format!("s3://{}/", s3.bucket());
    let world = World::new(&location, s3.settings()).await;
    let pushed = tokio::join!(world.push(0), world.push(1));
    assert!(pushed.0.is_ok() && pushed.1.is_ok());
    assert_eq!(list(&world.location, &world.reach).await.unwrap().bundles.len(), 2);
}

/// A web server with the files of a folder. It understands ranges, and cuts the first answers about bundles.
fn web(folder: PathBuf, cuts: usize, ranges: bool) -> (FakeUpstream, Arc<Mutex<Vec<String>>>) {
    let upstream = FakeUpstream::builder().start();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = asked.clone();
    let left = Mutex::new(cuts);
    upstream.on(move |request| {
        let Ok(content) = std::fs::read(folder.join(request.path.trim_start_matches('/'))) else {
            return Some(Reply::text(404, "no such file").into());
        };
        let range = request.header("range").unwrap_or_default().to_owned();
        log.lock().unwrap().push(format!("{} {range}", request.path));
        let from =
            range.strip_prefix("bytes=").and_then(|range| range.trim_end_matches('-').parse::<usize>().ok());
        let reply = match from.filter(|_| ranges) {
            Some(from) => {
                Reply::new(206, "application/octet-stream", Bytes::copy_from_slice(&content[from..]))
                    .header("content-range", &format!("bytes {from}-{}/{}", content.len() - 1, content.len()))
            }
            None => Reply::new(200, "application/octet-stream", Bytes::from(content.clone())),
        };
        let mut left = left.lock().unwrap();
        if *left > 0 && request.path.ends_with("tar") {
            *left -= 1;
            let half = reply.body.slice(..reply.body.len() / 2);
            return Some(Action::Answer(reply.clone()).into_cut(half.len()));
        }
        Some(reply.into())
    });
    (upstream, asked)
}

trait IntoCut {
    fn into_cut(self, length: usize) -> Action;
}

impl IntoCut for Action {
    /// The same answer, of which only the beginning comes.
    fn into_cut(self, length: usize) -> Action {
        let Action::Answer(reply) = self else { return self };
        let whole = reply.body.len().to_string();
        Action::Answer(Reply { body: reply.body.slice(..length), ..reply }.header("content-length", &whole))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_server_gives_bundles_and_takes_none() {
    let world = World::folder().await;
    world.push(0).await.unwrap();
    world.push(1).await.unwrap();
    let (server, _) = web(world.scene.path("depot"), 0, true);
    let location = Location::parse(&server.url(), Path::new("/")).unwrap();
    let pulled = world.pull_from(&location, LIMITS).await.unwrap();
    assert_eq!(pulled.chain.bundles().len(), 2);
    let refused = push(&world.bundles[0], &world.scene.keys(), &location, &world.reach, &mut |_| {}).await;
    assert!(matches!(refused, Err(DepotError::ReadOnly(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_that_breaks_is_gone_on_with_where_it_broke() {
    let world = World::folder().await;
    world.push(0).await.unwrap();
    let size = world.bundles[0].metadata().unwrap().len();
    let (server, asked) = web(world.scene.path("depot"), 0, true);
    let name = world.depot_files()[0].file_name().unwrap().to_string_lossy().into_owned();
    std::fs::create_dir_all(world.scene.path("pulled")).unwrap();
    let begun = &std::fs::read(&world.bundles[0]).unwrap()[..10_000];
    std::fs::write(world.scene.path(&format!("pulled/{name}.part")), begun).unwrap();
    let location = Location::parse(&server.url(), Path::new("/")).unwrap();
    let mut came = 0;
    let keys = world.scene.keys();
    let trusting = Trusting { keys: &keys, databases: &[] };
    pull(&location, &world.reach, None, &world.pulled(), trusting, LIMITS, &mut |bytes| came += bytes)
        .await
        .unwrap();
    assert_eq!(came, size - 10_000, "only the rest was fetched");
    assert!(asked.lock().unwrap().iter().any(|asked| asked.ends_with("bytes=10000-")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_knows_no_ranges_is_asked_for_all() {
    let world = World::folder().await;
    world.push(0).await.unwrap();
    let (server, _) = web(world.scene.path("depot"), 0, false);
    let name = world.depot_files()[0].file_name().unwrap().to_string_lossy().into_owned();
    std::fs::create_dir_all(world.scene.path("pulled")).unwrap();
    std::fs::write(world.scene.path(&format!("pulled/{name}.part")), "garbage").unwrap();
    let location = Location::parse(&server.url(), Path::new("/")).unwrap();
    assert_eq!(world.pull_from(&location, LIMITS).await.unwrap().chain.bundles().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn cuts_on_the_way_cost_no_second_pull() {
    let world = World::folder().await;
    world.push(0).await.unwrap();
    let (server, _) = web(world.scene.path("depot"), 3, true);
    let location = Location::parse(&server.url(), Path::new("/")).unwrap();
    assert_eq!(world.pull_from(&location, LIMITS).await.unwrap().chain.bundles().len(), 1);
}

#[tokio::test]
async fn what_is_bad_never_replaces_what_was_good() {
    let world = World::folder().await;
    world.push(0).await.unwrap();
    world.pull().await.unwrap();
    let good = world.in_use().unwrap().newest().id().clone();
    let listed = world.push(1).await.unwrap();
    let file = world.scene.path("depot").join(&listed.file);
    let whole = std::fs::read(&file).unwrap();
    let mut damaged = whole.clone();
    let at = whole.windows(4).position(|window| window == b"PK\x03\x04").unwrap() + 60;
    damaged[at] ^= 1;
    std::fs::write(&file, &damaged).unwrap();
    let error = world.pull().await.unwrap_err();
    assert!(matches!(&error, DepotError::Flawed { flaws, .. } if flaws.len() == 1), "{error}");
    assert_eq!(world.in_use().unwrap().newest().id(), &good);
    for bad in [&whole[..whole.len() - 600], b"<html>login</html>"] {
        std::fs::write(&file, bad).unwrap();
        assert!(world.pull().await.is_err());
        assert_eq!(world.in_use().unwrap().newest().id(), &good);
    }
    std::fs::write(&file, &whole).unwrap();
    world.pull().await.unwrap();
    assert_eq!(world.in_use().unwrap().newest().id(), &listed.id);
}

#[tokio::test]
async fn a_bundle_of_a_stranger_is_not_used_and_does_not_stay() {
    let world = World::folder().await;
    world.push(0).await.unwrap();
    let stranger = gomod::note::SignerKey::from_seed("stranger", [9; 32]).unwrap().verifier();
    let keys = [stranger];
    let trusting = Trusting { keys: &keys, databases: &[] };
    let pulled =
        pull(&world.location, &world.reach, None, &world.pulled(), trusting, LIMITS, &mut |_| {}).await;
    assert!(matches!(pulled, Err(DepotError::Unverified { reason: BundleError::Signature(_), .. })));
    let left = world.scene.path("pulled").read_dir().unwrap();
    assert_eq!(left.map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>(), [".pulling"]);
    assert!(matches!(
        push(&world.bundles[0], &keys, &world.location, &world.reach, &mut |_| {}).await,
        Err(DepotError::Unverified { .. })
    ));
}

#[tokio::test]
async fn a_list_that_lies_is_told_and_writes_nothing_elsewhere() {
    let world = World::folder().await;
    let listed = world.push(0).await.unwrap();
    let list = world.scene.path("depot/bundles");
    let text = std::fs::read_to_string(&list).unwrap();
    for (lie, told) in [
        (text.replace(&listed.file, "../evil.tar"), "a name in it is none"),
        (text.replace(&format!("\"size\":{}", listed.size), "\"size\":7"), "the list says 7"),
        (text.replace(&format!("\"size\":{}", listed.size), "\"size\":99999999999"), "more than the limit"),
        (text.replace(listed.id.as_str(), &"a".repeat(64)), "builds on"),
        ("<html>".to_owned(), "cannot be used"),
    ] {
        std::fs::write(&list, &lie).unwrap();
        let error = world.pull().await.unwrap_err().to_string();
        assert!(error.contains(told), "{lie}: {error}");
        assert!(world.in_use().is_none());
    }
    assert!(!world.scene.path("evil.tar").exists());
}

#[tokio::test]
async fn what_is_older_replaces_nothing_unless_that_is_wanted() {
    let world = World::folder().await;
    world.push(0).await.unwrap();
    world.pull().await.unwrap();
    let older = Scene::new(&[module("a", "v1.0.0")]);
    let about = bundle::About {
        created: std::time::UNIX_EPOCH + Duration::from_secs(1_600_000_000),
        ..crate::scene::about()
    };
    let out = tokio::fs::File::create(world.scene.path("older.tar")).await.unwrap();
    let writer = bundle::Writer::begin(out, about).await.unwrap();
    writer.finish(Vec::new(), None, &older.signer).await.unwrap();
    let location = Location::parse("old", world.scene.folder.path()).unwrap();
    push(&world.scene.path("older.tar"), &world.scene.keys(), &location, &world.reach, &mut |_| {})
        .await
        .unwrap();
    assert!(matches!(world.pull_from(&location, LIMITS).await, Err(DepotError::Older { .. })));
    assert_eq!(world.in_use().unwrap().newest().manifest().about, crate::scene::about());
    world.pull_from(&location, Limits { older: true, ..LIMITS }).await.unwrap();
    assert_ne!(world.in_use().unwrap().newest().manifest().about, crate::scene::about());
}

#[tokio::test]
async fn two_do_not_pull_into_one_folder_at_once() {
    let world = World::folder().await;
    world.push(0).await.unwrap();
    std::fs::create_dir_all(world.scene.path("pulled")).unwrap();
    let lock = std::fs::File::create(world.scene.path("pulled/.pulling")).unwrap();
    lock.lock().unwrap();
    assert!(world.pull().await.unwrap_err().to_string().contains("another modkeep is pulling"));
    drop(lock);
    world.pull().await.unwrap();
}
