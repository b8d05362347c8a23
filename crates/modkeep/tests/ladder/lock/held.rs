//! Builds from a repository whose history is no longer what it was. go.sum has nothing against any of these: the bytes are the same.

use testkit::GoOutput;
use testkit::repo::Tree;

use super::kit::{Locked, tree};
use crate::scene::said;

/// A security event: go's own code, and what modkeep says of it.
fn is_refused(output: &GoOutput, parts: &[&str]) {
    assert_eq!(output.status.code(), Some(1), "{}", output.stderr);
    let said = said(output).join("\n");
    for part in ["SECURITY", "github.com/ex/lib@v1.0.0", "modkeep.lock says"].iter().chain(parts) {
        assert!(said.contains(part), "{part} is not in {said}");
    }
}

fn is_built_from_git(output: &GoOutput) {
    assert!(output.status.success(), "{}", output.stderr);
    assert!(said(output)[0].starts_with("1 of 1 modules came from git"), "{}", output.stderr);
}

/// Makes a commit without parents that holds `tree`, and moves the tag and the branch there, as `git push --force` does.
fn rewrite(locked: &mut Locked, tree: &Tree) {
    locked.repo.update(|history| {
        history.message("as if nothing had been\n");
        let other = history.commit(&[], tree);
        history.branch("main", other);
        history.tag("v1.0.0", other);
    });
}

#[test]
fn what_is_as_it_was_is_built_whatever_is_held() {
    for hold in ["commit", "tag", "tree"] {
        is_built_from_git(&Locked::on(hold).build());
    }
}

#[test]
fn a_moved_tag_is_a_security_event_and_nothing_is_built() {
    for hold in ["commit", "tag"] {
        let mut locked = Locked::on(hold);
        let before = locked.git(&["rev-parse", "v1.0.0"]);
        let tagged = locked.tagged;
        locked.repo.update(|history| {
            let next = history.change(&[tagged], &Tree::new());
            history.branch("main", next);
            history.tag("v1.0.0", next);
        });
        let after = locked.git(&["rev-parse", "v1.0.0"]);
        is_refused(&locked.build(), &[&before, &after, &locked.server.url("/lib")]);
    }
}

#[test]
fn a_rewritten_history_passes_only_where_the_tree_is_held() {
    for (hold, passes) in [("commit", false), ("tag", false), ("tree", true)] {
        let mut locked = Locked::on(hold);
        rewrite(&mut locked, &tree());
        let output = locked.build();
        if passes { is_built_from_git(&output) } else { is_refused(&output, &["commit"]) }
    }
}

#[test]
fn another_tree_is_refused_even_where_the_module_is_the_same() {
    let mut locked = Locked::on("tree");
    let before = locked.git(&["rev-parse", "v1.0.0^{tree}"]);
    // A module of its own is no part of the module around it.
    let more =
        tree().file("sub/go.mod", "module github.com/ex/lib/sub\n").file("sub/sub.go", "package sub\n");
    rewrite(&mut locked, &more);
    is_refused(&locked.build(), &["is tree", &before]);
}

#[test]
fn a_deleted_tag_stops_no_build_unless_it_is_held() {
    for (hold, passes) in [("commit", true), ("tree", true), ("tag", false)] {
        let mut locked = Locked::on(hold);
        locked.repo.update(|history| history.delete("refs/tags/v1.0.0"));
        let output = locked.build();
        if passes {
            is_built_from_git(&output);
        } else {
            assert_eq!(output.status.code(), Some(75), "{}", output.stderr);
        }
    }
}

#[test]
fn a_commit_that_nothing_leads_to_any_more_is_not_taken() {
    let mut locked = Locked::on("commit");
    locked.repo.allow_any_hash();
    let tagged = locked.repo.hash(locked.tagged).to_owned();
    locked.repo.update(|history| {
        let other = history.commit(&[], &Tree::new().file("README", "gone\n"));
        history.branch("main", other);
        history.delete("refs/tags/v1.0.0");
    });
    assert_eq!(locked.git(&["cat-file", "-t", &tagged]), "commit", "the host has it still");
    assert_eq!(locked.build().status.code(), Some(75));
}

#[test]
fn a_lock_that_was_changed_is_told_and_not_followed() {
    let locked = Locked::on("commit");
    let hash = locked.text().lines().find_map(|line| line.strip_prefix("h1 = ").map(str::to_owned)).unwrap();
    let other = "\"h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\"";
    std::fs::write(locked.path(), locked.text().replace(&hash, other)).unwrap();
    is_refused(&locked.build(), &["is hash"]);
}

#[test]
fn what_the_lock_does_not_have_is_held_to_go_sum_as_ever() {
    let mut locked = Locked::on("commit");
    let text = locked.text();
    let (head, _) = text.split_once("[[module]]").unwrap();
    std::fs::write(locked.path(), format!("{head}# end\n")).unwrap();
    rewrite(&mut locked, &tree());
    is_built_from_git(&locked.build());
}
