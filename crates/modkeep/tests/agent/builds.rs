//! Plain go with the agent in front of its list, as gopls and IDEs run it.

use std::fs;

use testkit::SumDb;
use testkit::repo::GitHttps;

use super::scene::{EVAL, NOBODY, User, dependency, knows, repository, upstream, with_git};

#[test]
fn a_build_by_plain_go_gets_the_ladder_when_its_proxy_is_dead() {
    let (user, server) = (User::new(), GitHttps::start());
    let _repo = repository(&server);
    user.settings(&knows(&server));
    user.shell(NOBODY, "go build ./...").run().failure();
    with_git(user.agent(NOBODY, &["start"])).run().success();
    let output = user.build(NOBODY).success();
    assert_eq!(output.stderr.matches("modkeep").count(), 0, "{}", output.stderr);
    assert!(!server.requests().is_empty());
}

#[test]
fn when_the_agent_is_dead_go_asks_the_users_own_list() {
    let (user, upstream) = (User::new(), upstream());
    user.agent(&upstream.url(), &["start"]).run().success();
    let url = user.url();
    user.build(&upstream.url()).success();
    let behind = upstream.requests().len();
    assert!(behind > 0);
    user.kill();
    user.build(&upstream.url()).success();
    assert!(upstream.requests().len() > behind, "go has asked by itself");
    user.agent(&upstream.url(), &["start"]).run().success();
    assert_eq!(user.url(), url, "what shells have evaluated holds on");
    user.build(&upstream.url()).success();
}

#[test]
fn an_agent_that_was_started_behind_itself_does_not_ask_itself() {
    let (user, upstream) = (User::new(), upstream());
    user.agent(&upstream.url(), &["start"]).run().success();
    let script = format!(
        "{EVAL} {EVAL} \"$MODKEEP\" agent stop && \"$MODKEEP\" agent start && \"$MODKEEP\" config show && echo $GOPROXY && go build ."
    );
    let output = user.shell(&upstream.url(), &script).run().success();
    let (url, list) = (user.url(), upstream.url());
    assert!(output.stdout.contains(&format!("\n{url}|{list}\n")), "{}", output.stdout);
    let shown = output.stdout.lines().find(|line| line.starts_with("upstream ")).unwrap();
    assert!(shown.contains(&list) && !shown.contains(&url), "{shown}");
    assert!(upstream.count(".zip") > 0);
}

#[test]
fn a_list_of_nobody_but_the_agent_is_an_error() {
    let user = User::new();
    let url = user.url();
    for command in ["start", "env"] {
        let output = user.agent(&url, &[command]).run().failure();
        assert_eq!(output.status.code(), Some(78), "{}", output.stderr);
        assert!(output.stderr.contains("names the agent and nobody else"), "{}", output.stderr);
    }
    let off = user.agent("off", &["env"]).run().success();
    assert_eq!(off.stdout, "export GOPROXY='off'\n", "who wants nobody to be asked gets that");
}

#[test]
fn go_verifies_with_the_checksum_database_through_the_agent() {
    let (user, mut upstream, db) = (User::new(), upstream(), SumDb::new("localhost.localdev/sumdb"));
    db.add(&dependency());
    db.mirror_on(&upstream);
    fs::remove_file(user.project.join("go.sum")).unwrap();
    user.agent(&upstream.url(), &["start"]).sumdb(db.gosumdb()).run().success();
    // All that go knows is the agent: what stands behind it in the list is dead.
    let script = format!("{EVAL} go mod tidy");
    user.shell(NOBODY, &script).sumdb(db.gosumdb()).run().success();
    assert_eq!(fs::read_to_string(user.project.join("go.sum")).unwrap(), dependency().go_sum_lines());
    assert!(upstream.requests().iter().any(|request| request.path.contains("/sumdb/")));
    // What the database has said once is there when nobody can be asked any more.
    upstream.stop();
    fs::remove_file(user.project.join("go.sum")).unwrap();
    fs::remove_dir_all(user.home.module_cache().join("cache/download/sumdb")).unwrap();
    user.shell(NOBODY, &script).sumdb(db.gosumdb()).run().success();
}

#[test]
fn private_modules_go_as_with_plain_go() {
    let (user, upstream) = (User::new(), upstream());
    user.agent(&upstream.url(), &["start"]).run().success();
    let script = format!("{EVAL} go build .");
    user.shell(&upstream.url(), &script).env("GOPRIVATE", "github.com/ex").run().failure();
    assert!(upstream.requests().is_empty(), "{:?}", upstream.requests());
}
