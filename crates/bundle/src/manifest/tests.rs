use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn manifest() -> Manifest {
    let about = About {
        created: SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000),
        project: "example.com/ü\n".to_owned(),
        scope: "builds".to_owned(),
        go: "go1.26.8".to_owned(),
        platforms: vec![Platform {
            goos: "linux".into(),
            goarch: "amd64".into(),
            tags: vec!["netgo".into()],
        }],
    };
    let head = DatabaseHead { name: "d.example".into(), key: "k".into(), size: 7, root: "r".into() };
    let file = |path: &str, h1: Option<&str>| FileEntry {
        path: path.into(),
        size: 3,
        sha256: "ab".into(),
        h1: h1.map(str::to_owned),
    };
    let files = vec![file("README", None), file("proxy/a.b/@v/v1.0.0.mod", Some("h1:x"))];
    Manifest { about, databases: vec![head], after: Some(Id("ff".into())), files }
}

#[test]
fn what_is_written_is_read_again() {
    let text = manifest().to_text().unwrap();
    assert_eq!(text.lines().count(), 4, "{text}");
    assert!(text.starts_with("modkeep bundle v1\n") && !text.contains("\n\n"), "{text}");
    let (read, id) = Manifest::parse(&text).unwrap();
    assert_eq!((&read, read.size()), (&manifest(), 6));
    assert_eq!((id.as_str().len(), id), (64, manifest().id().unwrap()));
}

#[test]
fn every_difference_is_another_id_or_no_manifest() {
    let text = manifest().to_text().unwrap();
    let bad = [
        String::new(),
        text.replace("bundle v1", "bundle v2"),
        text.replace("\"files\":2", "\"files\":3"),
        text.replace("\"scope\"", "\"scop\""),
        text.replace("2023-11-14T22:13:20Z", "today"),
        text.replace("22:13:20Z", "22:13:20.5Z"),
        text.replace("\"size\":3", "\"size\":-3"),
        text.lines().take(3).fold(String::new(), |all, line| all + line + "\n"),
        format!("{text}{{}}\n"),
        text.replace("\"size\":3,", "\"size\":3,\"size\":4,"),
    ];
    for bad in bad {
        assert!(matches!(Manifest::parse(&bad), Err(BundleError::Manifest(_))), "{bad}");
    }
    let (_, other) = Manifest::parse(&text.replace("\"size\":3", "\"size\":4")).unwrap();
    assert_ne!(other, manifest().id().unwrap());
}

#[test]
fn too_many_files_are_neither_written_nor_read() {
    let mut many = manifest();
    many.files = vec![many.files[0].clone(); FILES_MAX + 1];
    assert!(many.to_text().is_err());
    let text = manifest().to_text().unwrap().replace("\"files\":2", "\"files\":99999999999");
    assert!(Manifest::parse(&text).is_err());
}

/// Changes a text: each change is a place in it and what stands there.
fn changed(text: &str, changes: &[(prop::sample::Index, char)]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for (place, new) in changes {
        let place = place.index(chars.len());
        chars[place] = *new;
    }
    chars.into_iter().collect()
}

proptest! {
    /// What is read prints as a text that reads as the same, and no two texts have one name.
    #[test]
    fn whatever_is_read_reads_back(changes in prop::collection::vec((any::<prop::sample::Index>(), "[0-9a-zT:Z. ,\"{}]"), 0..4)) {
        let changes: Vec<_> = changes.iter().map(|(place, new)| (*place, new.chars().next().unwrap())).collect();
        let text = changed(&manifest().to_text().unwrap(), &changes);
        if let Ok((read, id)) = Manifest::parse(&text) {
            let printed = read.to_text().unwrap();
            let (again, named) = Manifest::parse(&printed).unwrap();
            prop_assert_eq!(again, read);
            prop_assert_eq!(named == id, printed == text);
        }
    }

    #[test]
    fn noise_is_no_reason_to_panic(noise in any::<String>()) {
        let _ = Manifest::parse(&noise);
        let _ = Manifest::parse(&format!("{FIRST_LINE}\n{noise}"));
    }
}
