//! Repositories of Mercurial (protocol.md D35).

use testkit::repo::HgRepo;

use crate::shop::Shop;

pub(crate) fn add(shop: &mut Shop) {
    names(shop);
    versions(shop);
    plain(shop);
    folders(shop);
    pseudo(shop);
    empty(shop);
}

fn go_mod(repo: &HgRepo, folder: &str, path: &str) {
    repo.file(&format!("{folder}go.mod"), format!("module {path}\n\ngo 1.20\n"));
    repo.file(&format!("{folder}a.go"), "package a\n");
}

/// The end of a pseudo-version of a commit.
fn stamp(repo: &HgRepo, commit: &str) -> String {
    let date = repo.hg(&[
        "log",
        "--rev",
        commit,
        "--template",
        "{date(localdate(date, \"UTC\"), \"%Y%m%d%H%M%S\")}",
    ]);
    format!("{date}-{}", &commit[..12])
}

/// Whatever leads to a commit.
fn names(shop: &mut Shop) {
    let (stall, [first, second, _, closed]) = shop.hg_stall("names", |repo| {
        go_mod(repo, "", "vcs.example.com/names.hg");
        let first = repo.commit();
        repo.tag("v1.0.0", &first);
        repo.tag("other", &first);
        repo.file("b.go", "package a\n");
        repo.symlink("link", "b.go");
        let second = repo.commit();
        repo.update(&first);
        repo.branch("beside");
        repo.file("beside.go", "package a\n");
        let beside = repo.commit();
        repo.update(&first);
        repo.branch("closed");
        repo.file("closed.go", "package a\n");
        let closed = repo.commit();
        repo.hg(&["commit", "--close-branch", "--message", "x", "--date", "1704070800 0"]);
        repo.hg(&["bookmark", "--rev", &second, "mark"]);
        [first, second, beside, closed]
    });
    let (short, few) = (&second[..12], &second[..7]);
    stall.list("").ask("", &["v1.0.0", "latest", "default", "beside", "closed", "mark", "tip", "other"]);
    stall.ask(
        "",
        &[&first, &second, short, few, &closed[..11], "v1.0.1", "none", "HEAD", "0000000000", "v1", "v2"],
    );
}

/// Tags that are versions, some of them on one commit.
fn versions(shop: &mut Shop) {
    let (stall, ()) = shop.hg_stall("versions", |repo| {
        go_mod(repo, "", "vcs.example.com/versions.hg");
        let first = repo.commit();
        for tag in ["v0.1.0", "v0.2.0", "v0.2.1+meta", "v0.3", "v2.0.0", "v0.2.0-rc.1"] {
            repo.tag(tag, &first);
        }
        let retracting = "module vcs.example.com/versions.hg\n\nretract v0.4.0\n";
        repo.file("go.mod", retracting);
        let last = repo.commit();
        repo.tag("v0.4.0", &last);
    });
    let asked =
        ["v0.1.0", "v0.2.0", "v0.2.1", "v0.3", "v2.0.0", "v0.2.0-rc.1", "v0.4.0", "latest", "v0", "default"];
    stall.list("").list("/v2").independent().ask("", &asked).ask("/v2", &["v2.0.0"]);
}

/// No go.mod, so that high versions are `+incompatible`.
fn plain(shop: &mut Shop) {
    let (stall, ()) = shop.hg_stall("plain", |repo| {
        repo.file("a.go", "package a\n");
        repo.file("LICENSE", "free\n");
        let first = repo.commit();
        repo.tag("v1.0.0", &first);
        repo.file("b.go", "package a\n");
        let second = repo.commit();
        repo.tag("v2.0.0", &second);
    });
    stall.list("").independent();
    stall.ask("", &["v1.0.0", "v2.0.0", "v2.0.0+incompatible", "v3.0.0", "latest", "v1.0.0+incompatible"]);
}

/// Modules in folders, with what else is there.
fn folders(shop: &mut Shop) {
    let (stall, last) = shop.hg_stall("folders", |repo| {
        go_mod(repo, "", "vcs.example.com/folders.hg");
        go_mod(repo, "sub/", "vcs.example.com/folders.hg/sub");
        go_mod(repo, "sub/v2/", "vcs.example.com/folders.hg/sub/v2");
        repo.file("LICENSE", "free\n");
        repo.file("sub/vendor/x/x.go", "package x\n");
        repo.file("sub/testdata/UPPER", "x\r\ny\r\n");
        repo.file(".hg_archival.txt", "x\n");
        repo.file("sub/.hg_archival.txt", "x\n");
        let first = repo.commit();
        for tag in ["v1.0.0", "sub/v0.1.0", "sub/v2.0.0"] {
            repo.tag(tag, &first);
        }
        repo.file("sub/b.go", "package a\n");
        repo.commit()
    });
    stall.list("").list("/sub").list("/sub/v2").list("/none");
    stall.ask("", &["v1.0.0", "latest"]).ask("/sub", &["v0.1.0", "latest", "v0.2.0", &last, "default"]);
    stall.ask("/sub/v2", &["v2.0.0", "latest", &last]).ask("/none", &["latest", "v1.0.0"]);
}

/// Pseudo-versions, true and untrue.
fn pseudo(shop: &mut Shop) {
    let (stall, [early, early_stamp, late, late_stamp]) = shop.hg_stall("pseudo", |repo| {
        go_mod(repo, "", "vcs.example.com/pseudo.hg");
        let early = repo.commit();
        repo.file("b.go", "package a\n");
        let tagged = repo.commit();
        repo.tag("v0.5.0", &tagged);
        repo.tag("v0.6.0", &tagged);
        repo.file("c.go", "package a\n");
        let late = repo.commit();
        repo.tag("v0.4.0", &late);
        repo.file("d.go", "package a\n");
        let late = repo.commit();
        let (early_stamp, late_stamp) = (stamp(repo, &early), stamp(repo, &late));
        [early, early_stamp, late, late_stamp]
    });
    let true_ones =
        ["v0.6.1-0.", "v0.5.1-0.", "v0.4.1-0.", "v0.0.0-"].map(|base| base.to_owned() + &late_stamp);
    let untrue = [
        format!("v0.7.1-0.{late_stamp}"),
        format!("v0.5.1-0.{early_stamp}"),
        format!("v1.0.0-{late_stamp}"),
        format!("v0.0.0-20200101000000-{}", &late[..12]),
        format!("v0.0.0-{}-{}", &late_stamp[..14], &late[..11]),
        format!("v0.0.0-{}-{}", &late_stamp[..14], &early[..12]),
        format!("v0.0.0-{}-abcdefabcdef", &late_stamp[..14]),
    ];
    for version in true_ones.iter().chain(&untrue) {
        stall.ask("", &[version]);
    }
    stall.independent().ask("", &[&early, "latest"]);
}

fn empty(shop: &mut Shop) {
    let (stall, ()) = shop.hg_stall("empty", |_| ());
    stall.list("").ask("", &["latest", "v1.0.0"]);
}
