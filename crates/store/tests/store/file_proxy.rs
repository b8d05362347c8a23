//! The data folder as a GOPROXY, with no server running.

use testkit::{GoHome, GoRun, Module};

use crate::common::{PATH, ask, bytes, modules, serving, store, upstream};

#[tokio::test(flavor = "multi_thread")]
async fn the_real_go_downloads_from_the_data_folder_what_was_kept() {
    let (fake, (folder, store)) = (upstream(), store());
    let source = serving(&store, &fake);
    for question in source::conformance::asks_about(PATH, "v1.2.0") {
        bytes(ask(&source, &question).await.unwrap()).await;
    }
    drop((source, store, fake));
    let go = GoRun::in_home(&GoHome::fresh()).proxy(format!("file://{}", folder.path().display()));
    let module: &Module = &modules()[1];
    let got = go.clone().download_json(&[&format!("{PATH}@v1.2.0")]);
    assert_eq!((got[0].error.as_str(), got[0].sum.as_str()), ("", module.h1().as_str()));
    assert_eq!(std::fs::read(&got[0].zip).unwrap(), module.zip());
    assert_eq!(go.clone().download_json(&[&format!("{PATH}@latest")])[0].version, "v1.2.0");
    let listed = go.args(["list", "-m", "-versions", PATH]).run().success();
    assert_eq!(listed.stdout.trim(), format!("{PATH} v1.2.0"), "the version whose files are all there");
}
