//! Hosts, tags and redirects that lead astray. Where a request could arrive somewhere, it is looked that none did.

use source::upstream::Netrc;

use super::*;

/// Where no tag and no redirect of a public module may lead to.
const ADDRESSES: [&str; 8] = [
    "127.0.0.1",
    "169.254.169.254",
    "10.0.0.1",
    "[::1]",
    "[fe80::1]",
    "[fc00::1]",
    "[::ffff:127.0.0.1]",
    "0.0.0.0",
];

/// What comes of a tag in the end: of discovery and of the look before a program is started.
async fn reached(world: &World, path: &str, private: bool) -> Result<(), (FailureKind, String)> {
    let discovery = world.discovery();
    let told = |error: RepoError| (error.kind, error.message);
    let Located::Repository(root) = locate(&discovery, path).await.map_err(told)? else {
        panic!("a repository")
    };
    assert_eq!(root.is_private, private);
    let ways = root.ways.iter();
    for way in ways {
        discovery.check_reach(way, &job(Duration::from_secs(10))).await.map_err(told)?;
    }
    Ok(())
}

#[tokio::test]
async fn a_tag_leads_to_no_inner_address() {
    let mut world = World::new();
    let host = world.host("a.test");
    for address in ADDRESSES {
        serve(&host, "x", 200, &tag(&format!("a.test/x git https://{address}/x")));
        let (kind, text) = reached(&world, "a.test/x", false).await.unwrap_err();
        assert_eq!(kind, FailureKind::Refused, "{address}: {text}");
    }
    serve(&host, "x", 200, &tag("a.test/x git ssh://git@169.254.169.254/x"));
    assert!(reached(&world, "a.test/x", false).await.is_err());
    serve(&host, "x", 200, &tag("a.test/x git https://1.1.1.1/x"));
    assert_eq!(reached(&world, "a.test/x", false).await, Ok(()));
}

#[tokio::test]
async fn a_tag_leads_to_no_name_with_an_inner_address() {
    let mut world = World::new();
    let host = world.host("a.test");
    world
        .names
        .0
        .insert("inner.test".to_owned(), vec!["1.1.1.1".parse().unwrap(), "10.0.0.1".parse().unwrap()]);
    world.names.0.insert("outer.test".to_owned(), vec!["1.1.1.1".parse().unwrap()]);
    world.names.0.insert("meta.test".to_owned(), vec!["169.254.169.254".parse().unwrap()]);
    let mut answers = Vec::new();
    for (name, is_private) in
        [("inner", false), ("outer", false), ("meta", false), ("inner", true), ("meta", true)]
    {
        for url in [format!("https://{name}.test/x"), format!("ssh://git@{name}.test/x")] {
            serve(&host, "x", 200, &tag(&format!("a.test/x git {url}")));
            world.options.private = PrefixPatterns::parse(if is_private { "a.test" } else { "" });
            answers.push(reached(&world, "a.test/x", is_private).await.is_ok());
        }
    }
    assert_eq!(answers, [false, false, true, true, false, false, true, true, false, false]);
}

#[tokio::test]
async fn a_redirect_leads_to_no_inner_address() {
    let mut world = World::new();
    let (host, inner) = (world.host("a.test"), world.inner_host("inner.test"));
    serve(&inner, "x", 200, &tag("a.test/x git https://b.test/x"));
    let port = inner.address().port();
    for place in ADDRESSES.into_iter().chain(["inner.test"]) {
        host.redirect("/x", &format!("https://{place}:{port}/x?go-get=1"));
        let (kind, text) = world.refusal("a.test/x").await;
        assert_eq!(kind, FailureKind::Refused, "{place}: {text}");
        assert!(text.contains("GOPRIVATE"), "{place}: {text}");
    }
    assert_eq!(inner.count(""), 0);
    assert!(world.private("a.test").locate("a.test/x").await.is_ok(), "a private path may lead there");
}

#[tokio::test]
async fn a_path_whose_own_host_is_inside_has_to_be_private() {
    let mut world = World::new();
    let inner = world.inner_host("inner.test");
    let port = inner.address().port();
    // The port of the scheme is not ours, so it is taken by name server and pin together.
    world.options.hosts.insert("inner.test".to_owned(), inner.address());
    serve(&inner, "x", 200, &tag("inner.test/x git https://b.test/x"));
    assert!(world.locate("inner.test/x").await.is_ok(), "an address that the operator gave is good: {port}");
    world.options.hosts.clear();
    assert_eq!(world.refusal("inner.test/x").await.0, FailureKind::Refused);
    let (kind, text) = world.private("inner.test").refusal("inner.test/x").await;
    assert_eq!(kind, FailureKind::Unavailable, "allowed, but nothing listens at the port of https: {text}");
}

#[tokio::test]
async fn a_private_path_is_never_led_to_link_local_addresses() {
    let mut world = World::new();
    let host = world.host("a.test");
    host.redirect("/x", "https://169.254.169.254/latest");
    serve(&host, "y", 200, &tag("a.test/y git https://169.254.169.254/y"));
    let world = world.private("a.test");
    assert_eq!(world.refusal("a.test/x").await.0, FailureKind::Refused);
    assert_eq!(reached(&world, "a.test/y", true).await.unwrap_err().0, FailureKind::Refused);
}

#[tokio::test]
async fn a_redirect_keeps_to_https_and_ends() {
    let mut world = World::new();
    let (host, plain) = (world.host("a.test"), world.plain_host("plain.test"));
    serve(&plain, "x", 200, &tag("a.test/x git https://b.test/x"));
    for place in ["http://plain.test/x?go-get=1", "file:///etc/passwd", "ftp://plain.test/x", "gopher://x"] {
        host.redirect("/x", place);
        assert_eq!(world.refusal("a.test/x").await.0, FailureKind::Refused, "{place}");
    }
    assert_eq!(plain.count(""), 0);
    plain.redirect("/y", "ftp://a.test/y");
    assert_eq!(world.refusal("plain.test/y").await.0, FailureKind::Unavailable);
    world = world.insecure("plain.test");
    assert_eq!(world.refusal("plain.test/y").await.0, FailureKind::Refused);
    host.redirect("/x", "https://a.test/x?go-get=1");
    host.reset_log();
    assert!(world.refusal("a.test/x").await.1.contains("more than 10 redirects"));
    assert_eq!(host.count("/x"), 11);
}

#[tokio::test]
async fn credentials_stay_with_their_host() {
    let mut world = World::new();
    let (host, other) = (world.host("a.test"), world.host("b.test"));
    serve(&other, "x", 200, &tag("a.test/x git https://b.test/x"));
    host.redirect("/x", "https://me:pw@b.test/x?go-get=1");
    world.options.netrc =
        Netrc::parse("machine a.test login me password pw\nmachine b.test login you password word");
    world.locate("a.test/x").await.unwrap();
    assert!(host.requests()[0].header("authorization").is_some());
    assert_eq!(other.requests()[0].header("authorization"), None);
}

#[tokio::test]
async fn urls_that_are_no_addresses_of_hosts_are_not_followed() {
    let mut world = World::new();
    let host = world.host("a.test");
    for url in [
        "file:///etc",
        "ext::sh -c id",
        "ext::id",
        "-uid",
        "ssh://-oProxyCommand=id/x",
        "https://-x.test/x",
        "https://b.test/-x",
        "https://b.test/\u{7f}x",
        "https://b.test/\u{200b}x",
        "https://b.test\\@c.test/x",
        "git@b.test:x",
        "http://b.test/x",
        "git://b.test/x",
        "https://me:secret@b.test/x",
    ] {
        serve(&host, "x", 200, &tag(&format!("a.test/x git {url}")));
        let (kind, text) = world.refusal("a.test/x").await;
        assert!(kind < FailureKind::Unavailable, "{url}: {text}");
        assert!(!text.contains("secret") && !text.contains(char::is_control), "{text}");
    }
    for url in ["https://127.1/x", "http://b.test/x", "ssh://b.test/x"] {
        serve(&host, "x", 200, &tag(&format!("a.test/x mod {url}")));
        assert_eq!(world.refusal("a.test/x").await.0, FailureKind::Refused, "{url}");
    }
}

#[tokio::test]
async fn folders_do_not_lead_out() {
    let mut world = World::new();
    let host = world.host("a.test");
    for subdir in ["/etc", "-x", "..", "a/../.."] {
        serve(&host, "x", 200, &tag(&format!("a.test/x git https://b.test/x {subdir}")));
        assert_eq!(world.refusal("a.test/x").await.0, FailureKind::NotFound, "{subdir}");
    }
}

#[tokio::test]
async fn two_tags_that_fit_are_an_error() {
    let mut world = World::new();
    let tags = tag("a.test git https://b.test") + &tag("a.test/x git https://b.test/x");
    let host = world.host("a.test");
    serve(&host, "x", 200, &tags);
    let (kind, text) = world.refusal("a.test/x").await;
    assert_eq!(kind, FailureKind::NotFound);
    assert!(text.contains("multiple meta tags match import path \"a.test/x\""), "{text}");
}

#[tokio::test]
async fn nobody_speaks_for_a_prefix_but_itself() {
    let mut world = World::new();
    let host = world.host("a.test");
    serve(&host, "user/x", 200, &tag("a.test git https://evil.test"));
    for page in [tag("a.test git https://good.test"), tag("a.test git https://evil.test sub")] {
        serve(&host, "", 200, &page);
        let (kind, text) = world.refusal("a.test/user/x").await;
        assert_eq!(kind, FailureKind::NotFound);
        assert!(text.contains("disagree about go-import for a.test"), "{text}");
    }
    serve(&host, "", 200, "");
    let (_, text) = world.refusal("a.test/user/x").await;
    assert!(text.contains("fetching a.test: no go-import meta tag found"), "{text}");
    serve(&host, "", 500, "");
    assert_eq!(world.refusal("a.test/user/x").await.0, FailureKind::Unavailable);
}

#[tokio::test]
async fn pages_that_are_too_much_are_refused() {
    let mut world = World::new();
    let host = world.host("a.test");
    let good = tag("a.test/x git https://b.test/x");
    for page in [
        good.clone() + &"x".repeat(2 << 20),
        format!("{good}<meta name=\"{}", "x".repeat(2 << 20)),
        tag("b.test git https://b.test").repeat(5000),
    ] {
        serve(&host, "x", 200, &page);
        assert_eq!(world.refusal("a.test/x").await.0, FailureKind::Refused);
    }
    serve(&host, "x", 200, &format!("<meta name=\"{}", "x".repeat(1 << 19)));
    assert_eq!(world.refusal("a.test/x").await.0, FailureKind::NotFound);
    serve(&host, "x", 200, &good.repeat(1000));
    assert!(world.refusal("a.test/x").await.1.contains("multiple"));
}

#[tokio::test]
async fn a_body_that_drips_ends_in_time() {
    let mut world = World::new();
    world.options.page_timeout = Duration::from_millis(300);
    let host = world.host("a.test");
    serve(&host, "x", 200, &">".repeat(10_000));
    host.trickle_body("/x", 1, Duration::from_millis(5));
    let (kind, text) = world.refusal("a.test/x").await;
    assert_eq!(kind, FailureKind::Unavailable);
    assert!(text.contains("did not answer in time"), "{text}");
}

#[tokio::test]
async fn a_path_with_a_suffix_asks_no_inner_address() {
    let mut world = World::new();
    world.names.0.insert("inner.test".to_owned(), vec!["127.0.0.1".parse().unwrap()]);
    assert_eq!(world.refusal("inner.test/x.git").await.0, FailureKind::Refused);
}

/// A repository that a stranger named.
fn named(url: &str, is_private: bool) -> Route {
    Route { url: url.to_owned(), is_vouched: false, is_private }
}

#[tokio::test]
async fn a_repository_moves_to_no_inner_address() {
    let mut world = World::new();
    let (host, inner) = (world.host("a.test"), world.inner_host("inner.test"));
    let _other = world.host("b.test");
    let port = inner.address().port();
    let probe = world.discovery().probe();
    let later = Instant::now() + Duration::from_secs(10);
    let moved_to = async |place: &str, is_private| {
        host.redirect("/x/info/refs", &format!("https://{place}/y/info/refs?service=git-upload-pack"));
        probe.moved_to(&named("https://a.test/x", is_private), later).await
    };
    for place in ADDRESSES.into_iter().chain(["inner.test"]) {
        assert_eq!(moved_to(&format!("{place}:{port}"), false).await, None, "{place}");
    }
    assert_eq!(inner.count(""), 0);
    let inside = format!("inner.test:{port}");
    let expected = named(&format!("https://{inside}/y"), true);
    assert_eq!(moved_to(&inside, true).await, Some(expected), "a private path may lead there");
    assert_eq!(moved_to("b.test", false).await, Some(named("https://b.test/y", false)));
    host.redirect("/x/info/refs", "https://b.test/login");
    assert_eq!(probe.moved_to(&named("https://a.test/x", false), later).await, None);
}

#[tokio::test]
async fn git_is_told_the_addresses_that_were_looked_at_and_no_others() {
    let mut world = World::new();
    let known = [("outer.test", "1.1.1.1"), ("inner.test", "10.0.0.1"), ("meta.test", "169.254.169.254")];
    for (name, ip) in known {
        world.names.0.insert(name.to_owned(), vec![ip.parse().unwrap()]);
    }
    let probe = world.discovery().probe();
    let later = Instant::now() + Duration::from_secs(10);
    let addresses = async |route: Route| probe.addresses(&route, later).await.map_err(|error| error.kind);
    let ip = |text: &str| vec![text.parse::<IpAddr>().unwrap()];
    assert_eq!(addresses(named("https://outer.test/x", false)).await, Ok(ip("1.1.1.1")));
    assert_eq!(addresses(named("https://inner.test/x", false)).await, Err(FailureKind::Refused));
    assert_eq!(addresses(named("https://inner.test/x", true)).await, Ok(ip("10.0.0.1")));
    assert_eq!(addresses(named("https://meta.test/x", true)).await, Err(FailureKind::Refused));
    assert_eq!(addresses(named("https://none.test/x", true)).await, Err(FailureKind::Unavailable));
    assert_eq!(addresses(Route::vouched("https://inner.test/x")).await, Ok(Vec::new()));
}
