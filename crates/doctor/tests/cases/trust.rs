//! What is sent to whom: credentials, our certificate and names of modules go to nobody who is not who he says; and the ways that the dice do
//! not throw.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use doctor::{Access, Cause, Diagnosis, Kind, Options, Place, examine};
use gomod::ModuleVersion;
use gomod::gosum::GoSum;
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::CertifiedKey;
use source::upstream::Proxies;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::fault::{Goods, Line, Manner, Paper};
use crate::server::{Conduct, Server};
use crate::world::{MODULE, World, now, shifted};

const HOST: &str = "proxy.one.test";

/// Seconds from now back into the time of [`Paper::Expired`].
const BACK: i64 = -800 * 24 * 3600;

/// A proxy that knows us, and what came to it.
struct Scene {
    world: Arc<World>,
    server: Server,
    heard: Arc<Mutex<Vec<String>>>,
    place: Place,
}

impl Scene {
    async fn new(paper: Paper, clock: i64, manner: Manner) -> Self {
        Self::in_world(Arc::new(World::new()), paper, clock, manner, None).await
    }

    async fn in_world(
        world: Arc<World>,
        paper: Paper,
        clock: i64,
        manner: Manner,
        portal: Option<String>,
    ) -> Self {
        let heard = Arc::new(Mutex::default());
        let conduct = Conduct {
            line: Line::Good,
            manner,
            tls: Some(world.office.acceptor(HOST, paper)),
            date: Some(shifted(now(), clock)),
            portal,
            shelf: world.shelf(Goods::Right, false),
            heard: Arc::clone(&heard),
        };
        let server = Server::start(conduct).await;
        let url = Url::parse(&format!("https://{HOST}:{}", server.address.port())).unwrap();
        let module = Some(ModuleVersion::parse(MODULE, "v1.0.0").unwrap());
        let access = Access {
            authorization: Some("Basic c2VjcmV0".parse().unwrap()),
            ..Access::anonymous(world.trust.clone())
        };
        let kind = Kind::Proxy { url, module, mirror: None };
        let place = Place { name: HOST.to_owned(), kind, access, is_private: false, is_public: false };
        Self { world, server, heard, place }
    }

    async fn examined(&self, options: &Options) -> BTreeSet<Cause> {
        let said = self.diagnosis(options).await;
        let of_places = said.places.iter().flat_map(|place| &place.findings);
        said.machine.iter().chain(of_places).map(|finding| finding.cause).collect()
    }

    async fn diagnosis(&self, options: &Options) -> Diagnosis {
        let pins = GoSum::default();
        examine(std::slice::from_ref(&self.place), &pins, options).await
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().iter().map(|head| head.to_lowercase()).collect()
    }
}

fn knows_us(head: &str) -> bool {
    head.contains("authorization: basic c2vjcmv0")
}

#[tokio::test]
async fn who_is_who_he_says_is_told_who_we_are() {
    let scene = Scene::new(Paper::Good, 0, Manner::Good).await;
    assert_eq!(scene.examined(&World::options(0)).await, BTreeSet::new());
    let heard = scene.heard();
    assert!(heard.len() == 3 && heard.iter().all(|head| knows_us(head) && head.contains("example.com/lib")));
}

#[tokio::test]
async fn behind_a_bad_certificate_one_harmless_question_is_asked_by_nobody() {
    for paper in [Paper::Expired, Paper::OtherHost, Paper::Unknown] {
        let scene = Scene::new(paper, 0, Manner::Good).await;
        assert_eq!(scene.examined(&World::options(0)).await, paper.causes().iter().copied().collect());
        let heard = scene.heard();
        assert!(heard.len() == 1 && heard[0].contains("modkeep-doctor/@v/list"), "{heard:?}");
        assert!(!knows_us(&heard[0]), "{heard:?}");
    }
}

#[tokio::test]
async fn the_word_of_a_place_about_the_time_opens_nothing() {
    let scene = Scene::new(Paper::Expired, BACK, Manner::Good).await;
    assert_eq!(scene.examined(&World::options(0)).await, BTreeSet::from([Cause::ClockSkew]));
    let heard = scene.heard();
    assert!(!heard.iter().any(|head| knows_us(head) || head.contains("example.com/lib")), "{heard:?}");
}

#[tokio::test]
async fn our_certificate_is_not_shown_to_a_bad_one() {
    let mut scene = Scene::new(Paper::Expired, 0, Manner::Good).await;
    let key = KeyPair::generate().unwrap();
    let ours = CertificateParams::new(vec!["us.test".to_owned()]).unwrap().self_signed(&key).unwrap();
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let der = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let pair = CertifiedKey::from_der(vec![ours.der().clone()], der, &provider).unwrap();
    scene.place.access.identity = Some(Arc::new(pair));
    let expected = BTreeSet::from([Cause::CertificateExpired]);
    assert_eq!(scene.examined(&World::options(0)).await, expected);
    assert_eq!(scene.heard(), Vec::<String>::new());
}

#[tokio::test]
async fn a_redirect_is_followed_as_anybody() {
    let other = Scene::new(Paper::Good, 0, Manner::Page).await;
    let there = format!("https://{HOST}:{}/login", other.server.address.port());
    let world = Arc::clone(&other.world);
    let scene = Scene::in_world(world, Paper::Good, 0, Manner::PageElsewhere, Some(there)).await;
    assert_eq!(scene.examined(&World::options(0)).await, BTreeSet::from([Cause::Page]));
    assert!(scene.heard().iter().all(|head| knows_us(head)), "{:?}", scene.heard());
    let heard = other.heard();
    assert!(heard.len() == 1 && !knows_us(&heard[0]), "{heard:?}");
}

/// An HTTP proxy that lets nobody through, or everybody.
async fn http_proxy(lets_through: bool) -> (Proxies, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://me:pw@{}", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(connected(stream, lets_through));
        }
    });
    (Proxies { https: Some(url), ..Proxies::default() }, task)
}

async fn connected(mut stream: TcpStream, lets_through: bool) {
    let (mut head, mut piece) = (Vec::new(), [0; 1024]);
    while !head.ends_with(b"\r\n\r\n") {
        let length = stream.read(&mut piece).await.unwrap();
        head.extend_from_slice(&piece[..length]);
    }
    let head = String::from_utf8(head).unwrap();
    // `me:pw`, in the form in which it is sent.
    if !lets_through || !head.contains("Basic bWU6cHc=") {
        let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(refusal.as_bytes()).await.unwrap();
        return;
    }
    let port = head.split([' ', ':']).nth(2).unwrap().parse::<u16>().unwrap();
    let mut there = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await.unwrap();
    let _ = tokio::io::copy_bidirectional(&mut stream, &mut there).await;
}

#[tokio::test]
async fn an_http_proxy_on_the_way_is_gone_through_and_named() {
    let scene = Scene::new(Paper::Good, 0, Manner::Good).await;
    let (proxies, task) = http_proxy(true).await;
    let options = Options { proxies, ..World::options(0) };
    let said = scene.diagnosis(&options).await;
    assert_eq!((said.machine, said.places[0].findings.clone()), (vec![], vec![]));
    let through = said.places[0].seen.way.through.as_deref().unwrap();
    assert!(through.starts_with("http://127.0.0.1:") && !through.contains("pw"), "{through}");
    assert_eq!(scene.heard().len(), 3);
    task.abort();
}

#[tokio::test]
async fn an_http_proxy_that_refuses_is_told_from_the_place() {
    let scene = Scene::new(Paper::Good, 0, Manner::Good).await;
    let (proxies, task) = http_proxy(false).await;
    let options = Options { proxies, ..World::options(0) };
    assert_eq!(scene.examined(&options).await, BTreeSet::from([Cause::ProxyAuthentication]));
    assert_eq!(scene.heard(), Vec::<String>::new());
    task.abort();
}

#[tokio::test]
async fn a_server_on_this_machine_says_nothing_about_its_clock() {
    let scene = Scene::new(Paper::Good, -3600, Manner::Good).await;
    let believed = World::options(0);
    assert_eq!(scene.examined(&believed).await, BTreeSet::from([Cause::ClockSkew]));
    let options = Options { believes_own_servers: false, ..believed };
    assert_eq!(scene.examined(&options).await, BTreeSet::new());
}

#[tokio::test]
async fn a_place_that_everybody_else_sees_with_a_public_certificate_is_opened_on_the_way() {
    let mut scene = Scene::new(Paper::Unknown, 0, Manner::Good).await;
    scene.place.is_public = true;
    assert_eq!(scene.examined(&World::options(0)).await, BTreeSet::from([Cause::Interception]));
}

#[tokio::test]
async fn folders_are_looked_into() {
    let mut scene = Scene::new(Paper::Good, 0, Manner::Good).await;
    let home = tempfile::tempdir().unwrap();
    let upstream = testkit::FakeUpstream::builder().module(scene.world.module.clone()).start();
    upstream.write_file_proxy(home.path());
    let module = Some(ModuleVersion::parse(MODULE, "v1.0.0").unwrap());
    let options = World::options(0);
    let folder = |root: &std::path::Path| Kind::Folder { root: root.to_owned(), module: module.clone() };
    scene.place.kind = folder(home.path());
    assert_eq!(scene.examined(&options).await, BTreeSet::new());
    let zip = home.path().join("example.com/lib/@v/v1.0.0.zip");
    assert!(zip.is_file());
    std::fs::write(zip, "no zip").unwrap();
    assert_eq!(scene.examined(&options).await, BTreeSet::from([Cause::WrongContent]));
    scene.place.kind = folder(&home.path().join("absent"));
    assert_eq!(scene.examined(&options).await, BTreeSet::from([Cause::Folder]));
}
