//! GOAUTH: who the user is to a proxy is asked of the programs that go would ask (protocol.md B25 to B28).

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use testkit::upstream::Reply;
use testkit::{FakeUpstream, GoRun};

use super::scene::{Scene, dependency};

/// `me:secret`, as Basic has it.
const BASIC: &str = "Basic bWU6c2VjcmV0";

/// A proxy over https that answers those alone who send this header.
fn private(name: &'static str, value: &'static str) -> FakeUpstream {
    let upstream = FakeUpstream::builder().module(dependency()).tls().start();
    upstream.on(move |request| {
        let is_known = request.header(name).is_some_and(|sent| sent == value);
        let refusal = || Reply::text(401, "who are you?").header("WWW-Authenticate", "Basic realm=\"x\"");
        (!is_known).then(|| refusal().into())
    });
    upstream
}

fn script(scene: &Scene, text: &str) -> PathBuf {
    let path = scene.home.path().join("who");
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// `modkeep go build` with this GOAUTH, trusting the proxy's certificate.
fn build(scene: &Scene, upstream: &FakeUpstream, goauth: &str) -> GoRun {
    let ca = scene.home.path().join("ca.pem");
    fs::write(&ca, upstream.ca_pem()).unwrap();
    let flags = [format!("--ca-file={}", ca.display()), "--rungs=upstream".to_owned()];
    let run = scene.modkeep(&upstream.url(), &flags.each_ref().map(String::as_str));
    run.env("GOAUTH", goauth).args(["build", "-o", "/dev/null", "./..."])
}

#[test]
fn a_program_says_it_at_once_for_all_urls() {
    let (scene, upstream) = (Scene::new(), private("x-team", "blue"));
    let url = upstream.url();
    let who =
        script(&scene, &format!("echo loud-token >&2; [ $# = 0 ] && printf '{url}\\n\\nX-Team: blue\\n\\n'"));
    let run = build(&scene, &upstream, &who.display().to_string()).run().success();
    assert!(!run.stderr.contains("loud-token"), "what it says besides is shown to nobody: {}", run.stderr);
    let all_known = upstream.requests().iter().all(|request| request.header("x-team") == Some("blue"));
    assert!(all_known, "it was known before the first request");
}

#[test]
fn a_program_is_asked_again_about_a_url_that_was_refused() {
    let (scene, upstream) = (Scene::new(), private("authorization", "Bearer t"));
    let told = scene.home.path().join("told");
    let who = script(
        &scene,
        &format!(
            "[ $# = 0 ] && exit 0\ncat > {}\nprintf '{}\\n\\nAuthorization: Bearer t\\n\\n'",
            told.display(),
            upstream.url()
        ),
    );
    build(&scene, &upstream, &who.display().to_string()).run().success();
    let head = fs::read_to_string(told).unwrap();
    assert!(head.starts_with("HTTP/1.1 401 Unauthorized\n") && !head.contains('\r'), "{head}");
    assert!(head.contains("\nWww-Authenticate: Basic realm=\"x\"\n") && head.ends_with("\n\n"), "{head}");
}

#[test]
fn gits_helpers_are_asked_and_told_whether_they_were_right() {
    let (scene, upstream) = (Scene::new(), private("authorization", BASIC));
    let (repo, log) = (scene.home.path().join("repo"), scene.home.path().join("log"));
    git(&scene, Path::new("/"), &["init", "-q", &repo.display().to_string()]);
    let helper = format!(
        "!f() {{ cat > /dev/null; echo $1 >> {}; [ $1 = get ] && printf 'username=me\\npassword=secret\\n'; }}; f",
        log.display()
    );
    git(&scene, &repo, &["config", "credential.helper", &helper]);
    build(&scene, &upstream, &format!("git {}", repo.display())).run().success();
    let told = fs::read_to_string(log).unwrap();
    assert!(told.starts_with("get\n") && told.contains("store\n") && !told.contains("erase"), "{told}");
}

#[test]
fn off_means_not_even_netrc_and_nonsense_is_told() {
    let (scene, upstream) = (Scene::new(), private("authorization", BASIC));
    let netrc = scene.home.path().join("netrc");
    let host = upstream.address().to_string();
    fs::write(&netrc, format!("machine {host}\nlogin me\npassword secret\n")).unwrap();
    let with = |goauth: &str| build(&scene, &upstream, goauth).env("NETRC", &netrc).run();
    let off = with("off");
    assert!(!off.status.success() && off.stderr.contains("401"), "{}", off.stderr);
    let nonsense = with("off;netrc");
    assert!(nonsense.stderr.contains("GOAUTH cannot be used: `off` must stand alone"), "{}", nonsense.stderr);
    with("").success();
    scene.home.clear_module_cache();
    with("/bin/false; netrc").success();
}

fn git(scene: &Scene, folder: &Path, args: &[&str]) {
    let mut command = std::process::Command::new("git");
    command.env("HOME", scene.home.home()).env("GIT_CONFIG_NOSYSTEM", "1");
    assert!(command.current_dir(folder).args(args).status().unwrap().success());
}
