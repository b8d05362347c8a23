//! What go must see itself passes, and what go would refuse is refused in go's own words: each against what plain go says to the
//! same upstream.

use testkit::{FakeUpstream, GoHome, GoOutput, Module};

use crate::node::{Node, get, go};

const PATH: &str = "example.com/a";
const VERSION: &str = "v1.0.0";

fn good() -> Module {
    Module::new(PATH, VERSION).file("go.mod", "module example.com/a\n").file("a.go", "package a\n")
}

/// A server over this list, with a folder of its own.
fn node(list: &str) -> (Node, tempfile::TempDir) {
    let data = tempfile::tempdir().unwrap();
    (Node::start(list, data.path()), data)
}

/// A run of go with nothing in its caches.
fn run(proxy: &str, args: &[&str]) -> GoOutput {
    go(&GoHome::fresh(), proxy, args).run()
}

fn download(proxy: &str) -> GoOutput {
    run(proxy, &["mod", "download", "example.com/a@v1.0.0"])
}

/// Zips that go refuses, each for another reason.
fn refused() -> Vec<Module> {
    let with = |name: &str, content: &str| good().file(name, content.to_owned());
    let other = Module::new(PATH, "v1.1.0").file("a.go", "package a\n");
    let mut damaged = good().zip().to_vec();
    // The first content is `module example.com/a`, behind the header and the name of the first file.
    let content =
        damaged.windows(2).position(|pair| pair == b"PK").unwrap() + 30 + "example.com/a@v1.0.0/go.mod".len();
    damaged[content + 3] ^= 0xff;
    vec![
        good().raw_zip("<html>Please log in</html>"),
        good().raw_zip(other.zip()),
        with("sub/go.mod", "module example.com/a/sub\n"),
        Module::new(PATH, VERSION).file("GO.MOD", "module example.com/a\n"),
        with("A.go", "package a\n"),
        with("a.go", "package a\n"),
        with("con.go", "package a\n"),
        with("what?.go", "package a\n"),
        with("d/b.", "x"),
        with("d/../b.go", "package a\n"),
        good().raw_zip(damaged),
    ]
}

/// What plain go gives as the reason, without the file that it unpacks: that lies in its cache.
fn reason(output: &GoOutput) -> String {
    let line = output.stderr.lines().next().unwrap();
    let told = line.split_once(' ').unwrap().1;
    told.split_once(".zip: ").map_or(told, |(_, reason)| reason).to_owned()
}

#[test]
fn a_zip_that_go_would_refuse_is_an_error_in_gos_words_and_not_kept() {
    for bad in refused() {
        let upstream = FakeUpstream::builder().module(bad).start();
        let second = FakeUpstream::builder().module(good()).start();
        let (node, data) = node(&upstream.url());
        let plain = reason(&download(&upstream.url()).failure());
        let through = download(&format!("{},{}", node.url(), second.url())).failure();
        assert!(through.stderr.contains(&plain), "plain go says\n{plain}\nand through modkeep\n{through}");
        assert_eq!(second.count(".zip"), 0, "{plain}: go walks on to the next member, as after a 404");
        assert!(!data.path().join("example.com/a/@v/v1.0.0.zip").exists(), "{plain}");
        assert!(data.path().join("example.com/a/@v/v1.0.0.info").exists(), "{plain}: the .info is good");
    }
}

#[test]
fn a_second_upstream_with_a_good_zip_answers_in_the_place_of_a_bad_one() {
    let bad = FakeUpstream::builder().module(good().file("sub/go.mod", "module x\n")).start();
    let second = FakeUpstream::builder().module(good()).start();
    for separator in [",", "|"] {
        let (node, _data) = node(&format!("{}{separator}{}", bad.url(), second.url()));
        download(&node.url()).success();
    }
    assert_eq!(second.count(".zip"), 2);
}

#[test]
fn what_an_upstream_says_with_its_404_is_read_by_the_user() {
    let upstream = FakeUpstream::builder().module(good()).start();
    let why = "withdrawn after ticket 17, ask legal@corp.example";
    upstream.set_status("/example.com/a/*", 404, why);
    let (node, _data) = node(&upstream.url());
    for proxy in [upstream.url(), node.url()] {
        let told = download(&proxy).failure();
        assert!(told.stderr.contains(why) && told.stderr.contains("404"), "{told}");
    }
}

#[test]
fn each_file_passes_also_when_the_others_cannot_be_had() {
    for (gone, query) in [
        ("*.zip", &["list", "-m", "-json", "example.com/a@v1.0.0"]),
        ("*.mod", &["list", "-m", "-json", "example.com/a@v1.0.0"]),
    ] {
        for status in [404, 500] {
            let upstream = FakeUpstream::builder().module(good()).start();
            upstream.set_status(gone, status, "gone");
            let (node, _data) = node(&upstream.url());
            let (plain, through) = (run(&upstream.url(), query), run(&node.url(), query));
            assert_eq!(plain.status.code(), through.status.code(), "{plain}{through}");
            assert_eq!(get(&format!("{}/example.com/a/@v/v1.0.0.info", node.url())).0, 200);
        }
    }
}

#[test]
fn a_toolchain_needs_no_module_line() {
    let version = "v0.0.1-go1.99.0.linux-amd64";
    for text in ["golang.org/toolchain\n", "go 1.99\n", ""] {
        let module = Module::new("golang.org/toolchain", version).file("bin/go", "#!").raw_mod(text);
        let upstream = FakeUpstream::builder().module(module).start();
        let (node, _data) = node(&upstream.url());
        let url = format!("{}/golang.org/toolchain/@v/{version}.mod", node.url());
        assert_eq!(get(&url), (200, text.to_owned()));
    }
}

/// Such a path is a package's. go looks for its module in all paths above it, and in none that begins with a dot.
#[test]
fn a_package_whose_last_element_begins_with_a_dot_is_found() {
    let dotted = good().file(".dot/dot.go", "package dot\n");
    let upstream = FakeUpstream::builder().module(dotted.revision(".x")).start();
    let (node, _data) = node(&upstream.url());
    let found = |proxy: &str, query: &str| {
        let home = GoHome::fresh();
        let project = home.project("main");
        std::fs::write(project.join("go.mod"), "module m\n\ngo 1.20\n").unwrap();
        go(&home, proxy, &["get", query]).dir(&project).run().success();
        std::fs::read_to_string(project.join("go.sum")).unwrap()
    };
    for query in
        ["example.com/a/.dot", "example.com/a/.dot@latest", "example.com/a/.dot@v1.0.0", "example.com/a@.x"]
    {
        assert_eq!(found(&node.url(), query), found(&upstream.url(), query), "{query}");
    }
    let (status, text) = get(&format!("{}/example.com/a/.dot/@v/list", node.url()));
    assert_eq!(status, 404, "{text}");
}
