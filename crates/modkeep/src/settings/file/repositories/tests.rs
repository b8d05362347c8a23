//! Which `[[repository]]` and `[[rewrite]]` tables are taken, and what is told about the others.

use std::path::Path;

use gomod::repository::Vcs;

use crate::env::{Env, Platform};
use crate::report::Problem;
use crate::settings::file::{FileLayer, parse};

fn read(text: &str) -> (FileLayer, Vec<Problem>) {
    let env = Env::new([("HOME", "/home/u")], Path::new("/"), Platform::Unix);
    parse(Path::new("/m.toml"), text.as_bytes(), &env)
}

#[test]
fn a_repository_is_git_and_its_root_unless_the_table_says_so() {
    let (layer, problems) = read(
        "[[repository]]\nprefix = \"a.example/x\"\nurl = \"file:///srv/x\"\n\
         [[repository]]\nprefix = \"a.example/y\"\nvcs = \"svn\"\nurl = \"svn://b.example/y\"\nsubdir = \"go/y\"\n",
    );
    assert_eq!(problems, []);
    let [x, y] = &layer.repositories[..] else { panic!("{layer:?}") };
    assert_eq!(
        (x.prefix.as_str(), x.vcs, x.url.as_str(), x.subdir.as_str()),
        ("a.example/x", Vcs::Git, "file:///srv/x", "")
    );
    assert_eq!((y.vcs, y.subdir.as_str(), y.position.line), (Vcs::Subversion, "go/y", 4));
}

#[test]
fn a_rewrite_replaces_one_beginning_by_another() {
    let (layer, problems) =
        read("[[rewrite]]\nurl = \"ssh://git@github.com/\"\ninstead-of = \"https://github.com/\"\n");
    assert_eq!(problems, []);
    let rewrite = &layer.rewrites[0];
    assert_eq!(
        (rewrite.url.as_str(), rewrite.instead_of.as_str(), rewrite.position.line),
        ("ssh://git@github.com/", "https://github.com/", 1)
    );
}

#[test]
fn a_mistake_is_told_with_its_place_and_a_password_is_not_repeated() {
    let (good_prefix, good_url) = ("prefix = \"a.example/x\"\n", "url = \"https://a.example/x\"\n");
    for (text, told, why) in [
        (good_url.to_owned(), "/m.toml:1:1: this repository has no `prefix`", "module path"),
        (good_prefix.to_owned(), "/m.toml:1:1: this repository has no `url`", "without a password"),
        ("prefx = \"a\"".to_owned(), "/m.toml:2:1: `prefx` is not a key", "`prefix`"),
        (format!("{good_url}prefix = \"word\""), "/m.toml:3:10: `prefix` of this repository", "module path"),
        (format!("{good_url}prefix = \"a.example/x/\""), "/m.toml:3:10: `prefix`", "slash"),
        (
            format!("{good_prefix}{good_url}vcs = \"bzr\""),
            "/m.toml:4:7: `vcs` of this repository",
            "git, hg, svn",
        ),
        (
            format!("{good_prefix}{good_url}vcs = 1"),
            "/m.toml:4:7: `vcs` has a value of the wrong type",
            "git, hg or svn",
        ),
        (format!("{good_prefix}{good_url}subdir = \"/etc\""), "/m.toml:4:10: `subdir`", "a folder"),
        (format!("{good_prefix}{good_url}subdir = \"a/../b\""), "/m.toml:4:10: `subdir`", "dots"),
        (format!("{good_prefix}{good_url}subdir = \"-x\""), "/m.toml:4:10: `subdir`", "dash"),
        (format!("{good_prefix}{good_url}subdir = \"\""), "/m.toml:4:10: `subdir`", "empty"),
        (
            format!("{good_prefix}url = \"https://u:secret@a.example/x\""),
            "/m.toml:3:7: `url`",
            "[[credential]]",
        ),
        (
            format!("{good_prefix}vcs = \"hg\"\nurl = \"git://a.example/x\""),
            "/m.toml:4:7: `url`",
            "none of https",
        ),
    ] {
        let (layer, problems) = read(&format!("[[repository]]\n{text}\n"));
        let shown = format!("{problems:?}");
        assert!(layer.repositories.is_empty() && problems.len() == 1, "{text}: {shown}");
        assert!(problems[0].message.starts_with(told) && shown.contains(why), "{text}: {shown}");
        assert!(!shown.contains("secret"), "{shown}");
    }
}

#[test]
fn all_mistakes_of_a_table_are_told() {
    let (layer, problems) =
        read("[[repository]]\nsubdir = \"/\"\n[[rewrite]]\nurl = \"https://u:secret@\"\n");
    let told: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        told,
        [
            "/m.toml:1:1: this repository has no `prefix`",
            "/m.toml:2:10: `subdir` of this repository cannot be used",
            "/m.toml:1:1: this repository has no `url`",
            "/m.toml:4:7: `url` of this rewrite cannot be used",
            "/m.toml:3:1: this rewrite has no `instead-of`",
        ]
    );
    assert!(layer.repositories.is_empty() && layer.rewrites.is_empty());
    assert!(!format!("{problems:?}").contains("secret"), "{problems:?}");
}

#[test]
fn two_tables_about_the_same_are_told_with_both_places() {
    let repository = "[[repository]]\nprefix = \"a.example/x\"\nurl = \"https://a.example/x\"\n";
    let rewrite = "[[rewrite]]\nurl = \"ssh://git@a.example/\"\ninstead-of = \"https://a.example/\"\n";
    for (table, what) in [(repository, "prefix a.example/x"), (rewrite, "beginning https://a.example/")] {
        let (_, problems) = read(&[table, table].concat());
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].message, format!("/m.toml:4:1: a second table for the {what}"));
        assert_eq!(problems[0].causes, ["the first one is at /m.toml:1:1"]);
    }
    let below = repository.replace("/x", "/x/y");
    assert_eq!(read(&[repository, &below].concat()).1, [], "one path below another is no repetition");
}
