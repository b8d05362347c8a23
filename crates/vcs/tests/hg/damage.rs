//! What happens to a cache, and what becomes of it.

use std::fs;

use testkit::repo::HgServe;
use vcs::Need;

use crate::kit::{Kit, Sample, files, job, with_files};

/// A way to break a clone.
type Breakage = (&'static str, fn(&Kit));

fn breakages() -> Vec<Breakage> {
    vec![
        ("an empty changelog", |kit| fs::write(kit.clone().join(".hg/store/00changelog.i"), "").unwrap()),
        ("a cut changelog", |kit| cut(kit, "00changelog.i")),
        ("a cut manifest", |kit| cut(kit, "00manifest.i")),
        ("a lost file", |kit| fs::remove_dir_all(kit.clone().join(".hg/store/data")).unwrap()),
        ("lost requirements", |kit| fs::write(kit.clone().join(".hg/requires"), "strange\n").unwrap()),
        ("a lost store", |kit| fs::remove_dir_all(kit.clone().join(".hg")).unwrap()),
        ("half a transaction", |kit| fs::write(kit.clone().join(".hg/store/journal"), "half").unwrap()),
    ]
}

fn cut(kit: &Kit, file: &str) {
    let path = kit.clone().join(".hg/store").join(file);
    let bytes = fs::read(&path).unwrap();
    fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
}

#[tokio::test]
async fn a_broken_clone_is_made_anew() {
    let sample = Sample::new();
    let server = HgServe::start(&sample.repo);
    for (name, breakage) in breakages() {
        let mut kit = Kit::new(with_files());
        kit.open(&server.url()).stat("v1.1.0", Need::Files, &job()).await.unwrap();
        breakage(&kit);
        kit.reopen(with_files());
        let asked = kit.open(&server.url());
        let commit = asked.stat("v1.1.0", Need::Files, &job()).await.expect(name).id;
        assert_eq!(commit.as_str(), sample.hash(1), "{name}");
        let file = asked.read_file(&commit, "go.mod", 1000, &job()).await.expect(name);
        assert_eq!(&file[..], b"module example.com/a\n", "{name}");
        assert_eq!(files(asked.archive(&commit, "", &job()).await.unwrap()).await.len(), 4, "{name}");
    }
}

#[tokio::test]
async fn a_lost_file_is_no_missing_file() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let asked = kit.open(&sample.repo.url());
    let commit = asked.stat("v1.1.0", Need::Files, &job()).await.unwrap().id;
    fs::remove_dir_all(kit.clone().join(".hg/store/data")).unwrap();
    asked.read_file(&commit, "go.mod", 1000, &job()).await.expect("it is cloned anew");
    assert_eq!(kit.calls("clone"), 2);
}
