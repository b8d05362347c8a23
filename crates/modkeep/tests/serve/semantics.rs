//! What go itself makes of retractions, `+incompatible`, modules without go.mod and toolchains is the same through the server as
//! without it: each command is run twice, and what go prints must not differ.

use testkit::{FakeUpstream, GoHome, Module};

use crate::node::{Node, go};

const MODULES: &str = r"
module example.com/retracted
version v1.0.0
-- go.mod --
module example.com/retracted
-- a.go --
package retracted
====
module example.com/retracted
version v1.1.0
-- go.mod --
module example.com/retracted
-- a.go --
package retracted
====
module example.com/retracted
version v1.2.0
-- go.mod --
module example.com/retracted

// it eats files
retract [v1.1.0, v1.2.0]
-- a.go --
package retracted
====
module example.com/old
version v1.0.0
-- a.go --
package old
====
module example.com/old
version v2.3.0+incompatible
revision v2.3.0
-- a.go --
package old
====
module example.com/old
version v2.4.0-beta.1+incompatible
-- a.go --
package old
====
module example.com/Upper/Case
version v1.0.0-RC1
-- go.mod --
module example.com/Upper/Case
-- a.go --
package Case
====
module example.com/untagged
version v0.0.0-20240102030405-abcdefabcdef
revision main
revision abcdefabcdef
latest
unlisted
-- go.mod --
module example.com/untagged
-- a.go --
package untagged
====
module example.com/two/v2
version v2.1.0
revision release
-- go.mod --
module example.com/two/v2

require example.com/old v1.0.0
-- a.go --
package two
";

/// Runs go in a fresh module of its own through `proxy`, and tells what came of it, without times and ports.
fn outcome(proxy: &str, args: &[&str]) -> (bool, String, String) {
    let home = GoHome::fresh();
    let main = home.project("main");
    std::fs::write(main.join("go.mod"), "module example.com/main\n\ngo 1.21\n").unwrap();
    let run = go(&home, proxy, args).dir(&main).run();
    let home_path = home.path().to_str().unwrap().to_owned();
    let told = |text: &str| text.replace(proxy, "PROXY").replace(&home_path, "HOME");
    (run.status.success(), told(&run.stdout), told(&run.stderr))
}

#[test]
fn go_sees_no_difference() {
    let upstream = FakeUpstream::builder().text(MODULES).start();
    let data = tempfile::tempdir().unwrap();
    let node = Node::start(&upstream.url(), data.path());
    let commands: [&[&str]; 16] = [
        &["list", "-m", "-versions", "-json", "example.com/retracted"],
        &["list", "-m", "-retracted", "-versions", "-json", "example.com/retracted"],
        &["list", "-m", "-u", "-json", "example.com/retracted@v1.1.0"],
        &["mod", "download", "-json", "example.com/retracted@latest", "example.com/retracted@v1.1.0"],
        &["get", "example.com/retracted@v1.2.0"],
        &["list", "-m", "-versions", "example.com/old"],
        &["mod", "download", "-json", "example.com/old@latest", "example.com/old@v1.0.0"],
        &["mod", "download", "-json", "example.com/old@v2.4.0-beta.1+incompatible"],
        &["list", "-m", "-json", "example.com/old@v2.3.0"],
        &["get", "example.com/old@v2.3.0"],
        &["mod", "download", "-json", "example.com/Upper/Case@v1.0.0-RC1"],
        &["mod", "download", "-json", "example.com/untagged@main", "example.com/untagged@latest"],
        &["mod", "download", "-json", "example.com/two/v2@release", "example.com/two/v2@v2"],
        &["get", "example.com/two/v2@>=v2.0.0"],
        &["list", "-m", "-json", "example.com/nothing@v1.0.0"],
        &["mod", "download", "-json", "example.com/old@v0.9.9"],
    ];
    for args in commands {
        let (plain, through) = (outcome(&upstream.url(), args), outcome(&node.url(), args));
        assert_eq!(plain.0, through.0, "{args:?}\nplain: {}\nthrough: {}", plain.2, through.2);
        assert_eq!(without_server_text(&plain.1), without_server_text(&through.1), "{args:?}");
        assert_eq!(without_server_text(&plain.2), without_server_text(&through.2), "{args:?}: stderr");
    }
}

/// go quotes the server's own explanation, which may differ; what goes before it may not.
fn without_server_text(told: &str) -> &str {
    told.split("server response:").next().unwrap_or_default()
}

#[test]
fn a_toolchain_is_switched_to_through_the_server() {
    let toolchain = Module::toolchain("go1.99.0", "go version go1.99.0");
    let upstream = FakeUpstream::builder().module(toolchain.clone()).start();
    let data = tempfile::tempdir().unwrap();
    let node = Node::start(&upstream.url(), data.path());
    let address = format!("/golang.org/toolchain/@v/{}.zip", toolchain.version());
    let expected = toolchain.zip();
    for _ in 0..2 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let got = runtime.block_on(async {
            reqwest::get(format!("{}{address}", node.url())).await.unwrap().bytes().await.unwrap()
        });
        assert_eq!(got, expected);
    }
    let home = GoHome::fresh();
    let main = home.project("main");
    std::fs::write(main.join("go.mod"), "module example.com/main\n\ngo 1.99.0\n").unwrap();
    // The database vouches for toolchains even with GOSUMDB=off, but for a single file:// proxy (protocol.md H4).
    let folder = format!("file://{}", data.path().display());
    let run = go(&home, &folder, &["version"]).env("GOTOOLCHAIN", "auto").dir(&main).run().success();
    assert!(run.stdout.contains("go1.99.0"), "{}", run.stdout);
    assert_eq!(upstream.count(".zip"), 1);
}
