//! Names of files that go takes, and that it refuses (protocol.md A2 to A4, C6, C9).

use testkit::repo::Tree;

use crate::shop::{Shop, module, module_in};

/// Names with the answer left to go.
const NAMES: &[&str] = &[
    "é.go",
    "日本語.go",
    "ａ.go",
    "a b.go",
    "a+b.go",
    "a~b.go",
    "-dash.go",
    "a\u{301}.go",
    "😀.go",
    "a\"b",
    "a'b",
    "a*b",
    "a<b",
    "a:b",
    "a|b",
    "a?b",
    "a\\b",
    "con",
    "con.txt",
    "sub/aux/a",
    "nul.tar.gz",
    "com1",
    "trailing.",
    "dir./a",
    ".hidden",
    "...",
    "a`b",
    "a;b",
    "a\tb",
    "a\nb",
    "x~1",
    "~",
    "a,b",
    "a!b",
    "a#b$c%d&e(f)g=h@i[j]k^l{m}n",
    "ℵ",
    "٣",
    "ⅷ",
    "\u{7f}",
    "ſ.go",
    "con/ok.go",
    "lpt9.x/y",
    "a/../b",
    ".git/config",
    ".hg_archival.txt",
    "sub/.hg_archival.txt",
    ".gitmodules",
    "a//b",
    "PRN",
    "con ",
    " lead",
];

/// Pairs, as go's folding takes them.
const PAIRS: &[(&str, &str)] = &[
    ("a.go", "A.go"),
    ("d/a", "D/b"),
    ("k", "\u{212a}"),
    ("s", "ſ"),
    ("ß", "ss"),
    ("ς", "Σ"),
    ("é", "É"),
    ("é", "e\u{301}"),
    ("x", "x/y"),
    ("X", "x/y"),
    ("i", "İ"),
    ("i", "ı"),
    ("ǆ", "ǅ"),
    ("µ", "μ"),
    ("dir/a.go", "dir/A.go"),
    ("Ω", "\u{2126}"),
    ("x/go.mod", "X/a.go"),
    ("vendor/a/b", "vendor/A/b"),
    ("ﬀ", "ff"),
];

pub(crate) fn add(shop: &mut Shop) {
    single(shop);
    pairs(shop);
    not_utf8(shop);
    links(shop);
}

/// fast-import takes neither empty elements nor a name that is file and folder.
fn is_possible(names: &[&str]) -> bool {
    names.iter().all(|name| !name.contains("//") && !name.contains(".."))
        && !names.iter().any(|name| names.iter().any(|other| other.starts_with(&format!("{name}/"))))
        || names == ["..."]
}

/// Each name is a tag of one repository, once in the root and once in the folder of a module.
fn single(shop: &mut Shop) {
    let possible: Vec<&str> = NAMES.iter().copied().filter(|name| is_possible(&[name])).collect();
    let (stall, tags) = shop.stall("names", |history| {
        let base = module("github.com/ex/names").and(&module_in("m/", "github.com/ex/names/m"));
        let mut tags = Vec::new();
        for (at, name) in possible.iter().enumerate() {
            let commit = history.commit(&[], &base.clone().file(format!("x/{name}"), "x").file("y", *name));
            history.tag(&format!("v0.{at}.0"), commit);
            let below =
                history.commit(&[], &base.clone().file(format!("m/{name}"), "x").file("x/con", *name));
            history.tag(&format!("m/v0.{at}.0"), below);
            tags.push(format!("v0.{at}.0"));
        }
        tags
    });
    stall.independent();
    for (at, tag) in tags.iter().enumerate() {
        stall.ask(if at % 2 == 0 { "" } else { "/m" }, &[tag]);
    }
}

fn pairs(shop: &mut Shop) {
    let possible = PAIRS.iter().filter(|(one, other)| is_possible(&[one, other]));
    let (stall, tags) = shop.stall("pairs", |history| {
        let add = |(at, (one, other)): (usize, &(&str, &str))| {
            let tree =
                module("github.com/ex/pairs").file(format!("p/{one}"), "1").file(format!("p/{other}"), "2");
            let commit = history.commit(&[], &tree);
            history.tag(&format!("v0.{at}.0"), commit);
            format!("v0.{at}.0")
        };
        possible.enumerate().map(add).collect::<Vec<_>>()
    });
    stall.independent();
    for tag in &tags {
        stall.ask("", &[tag]);
    }
}

/// Names that are no UTF-8: where go leaves the file out, and where it does not.
fn not_utf8(shop: &mut Shop) {
    let path = "github.com/ex/bytes";
    let below = |folder: &str| module_in(folder, &format!("{path}/{}", folder.trim_end_matches('/')));
    let trees = [
        module(path).file(b"x/\xff\xfe.go", ""),
        module(path).file(b"vendor/x/\xff.go", ""),
        module(path).and(&module_in("n/", "n")).file(b"n/\xff.go", ""),
        module(path).file(b"\xff/go.mod", "module n\n").file(b"\xff/a.go", ""),
        module(path).file(b"\xff/go.mod", "module n\n").file(b"\xfe/a.go", ""),
        module(path).file(b"\xff/x/go.mod", "module n\n").file(b"\xff/x/a.go", ""),
        module(path).symlink(b"\xff", "a.go"),
        module(path).submodule(b"\xff", &"ab".repeat(20)),
        module(path).file(b"a\xe2\x82.go", ""),
        module(path).file(b"\xff/a.go", "").file("\u{fffd}/go.mod", "module n\n"),
    ];
    let (stall, tags) = shop.stall("bytes", |history| {
        let mut tags = Vec::new();
        for (at, tree) in trees.iter().enumerate() {
            let commit = history.commit(&[], tree);
            history.tag(&format!("v1.{at}.0"), commit);
            tags.push(format!("v1.{at}.0"));
        }
        let outside = history.commit(&[], &module(path).and(&below("m/")).file(b"x/\xff.go", ""));
        history.tag("m/v1.0.0", outside);
        let inside = history.commit(&[], &module(path).and(&below("m/")).file(b"m/x/\xff.go", ""));
        history.tag("m/v1.1.0", inside);
        let beside = history.commit(&[], &module(path).and(&below("m/")).file(b"m\xff/a.go", ""));
        history.tag("m/v1.2.0", beside);
        tags
    });
    stall.independent();
    for tag in &tags {
        stall.ask("", &[tag]);
    }
    stall.ask("/m", &["v1.0.0", "v1.1.0", "v1.2.0"]);
}

/// A bad name is bad for a link too, and a link collides like a file.
fn links(shop: &mut Shop) {
    let trees: [Tree; 5] = [
        Tree::new().symlink("fine", "a.go"),
        Tree::new().symlink("con", "a.go"),
        Tree::new().symlink("A.go", "a.go"),
        Tree::new().symlink("out", "../../etc/passwd").symlink("abs", "/etc/passwd"),
        Tree::new()
            .submodule("sub", "0123456789012345678901234567890123456789")
            .submodule("con", &"ab".repeat(20)),
    ];
    let (stall, tags) = shop.stall("links", |history| {
        let add = |(at, tree): (usize, &Tree)| {
            let commit = history.commit(&[], &module("github.com/ex/links").and(tree));
            history.tag(&format!("v0.{at}.0"), commit);
            format!("v0.{at}.0")
        };
        trees.iter().enumerate().map(add).collect::<Vec<_>>()
    });
    stall.independent();
    for tag in &tags {
        stall.ask("", &[tag]);
    }
}
