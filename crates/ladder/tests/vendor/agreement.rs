//! Whether vendor/modules.txt fits go.mod: our judgement beside that of the real go, which refuses to build.

use std::collections::BTreeSet;

use gomod::modfile::{GoMod, WorkFile};
use gomod::modules_txt::{Flaw, MainModule, ModulesTxt, Workspace, disagreements};

use crate::scene::Scene;

/// go.mod behind its module line, and vendor/modules.txt.
const CASES: &[(&str, &str)] = &[
    (
        "go 1.23\nrequire example.com/a v1.0.0",
        "# example.com/a v1.0.0\n## explicit; go 1.20\nexample.com/a\n",
    ),
    ("go 1.23\nrequire example.com/a v1.0.0", ""),
    ("go 1.23\nrequire example.com/a v1.0.0", "# example.com/a v1.0.0\nexample.com/a\n"),
    ("go 1.23\nrequire example.com/a v1.1.0", "# example.com/a v1.0.0\n## explicit\nexample.com/a\n"),
    ("go 1.23", "# example.com/a v1.0.0\n## explicit\nexample.com/a\n"),
    ("go 1.23", "# example.com/a v1.0.0\n## explicit\n"),
    (
        "go 1.23",
        "# example.com/a v1.0.0\n## explicit\nexample.com/a\n# example.com/a v1.2.0\n## explicit\nexample.com/a/b\n",
    ),
    ("go 1.23\nreplace example.com/a => ./x", ""),
    ("go 1.23\nreplace example.com/a => ./x", "# example.com/a => ./x\n"),
    ("go 1.23\nreplace example.com/a => ./x", "# example.com/a => ./y\n"),
    ("go 1.23\nreplace example.com/a => ./x", "# example.com/a v1.0.0 => ./x\n"),
    (
        "go 1.23\nreplace example.com/a v1.0.0 => example.com/b v1.0.0",
        "# example.com/a v1.0.0 => example.com/b v1.0.0\n",
    ),
    (
        "go 1.23\nreplace example.com/a v1.0.0 => example.com/b v1.0.0",
        "# example.com/a v1.0.0 => example.com/b v1.0.1\n",
    ),
    ("go 1.23", "# example.com/a => ./x\n# example.com/b v1.0.0 => ./y\n"),
    ("go 1.23\nreplace example.com/app => ./x", ""),
    ("go 1.23\nreplace example.com/app => ./x", "# example.com/app => ./x\n"),
    ("go 1.13\nrequire example.com/a v1.0.0", ""),
    ("go 1.13\nrequire example.com/a v1.0.0", "# example.com/a v1.1.0\nexample.com/a\n"),
    ("go 1.13\nrequire example.com/a v1.0.0", "# example.com/a v1.1.0\n"),
    ("go 1.13\nreplace example.com/a v1.0.0 => ./x", "# example.com/a v1.0.0\nexample.com/a\n"),
    ("go 1.13\nreplace example.com/a => ./x", "# example.com/a v1.0.0\nexample.com/a\n"),
    ("require example.com/a v1.0.0", ""),
    ("go 1.14rc1\nrequire example.com/a v1.0.0", ""),
];

/// The module and the flaw of each line of go's complaint; `None` when go has none.
fn complaint(stderr: &str) -> BTreeSet<(String, Flaw)> {
    let Some((_, lines)) = stderr.split_once("inconsistent vendoring in ") else { return BTreeSet::new() };
    let lines = lines.lines().skip(1).take_while(|line| !line.is_empty());
    lines
        .map(|line| line.trim().split_once(": ").unwrap())
        .map(|(module, text)| (module.to_owned(), flaw(text)))
        .collect()
}

fn flaw(text: &str) -> Flaw {
    for (words, flaw) in [
        ("but not marked as explicit", Flaw::NotExplicit),
        ("but vendor/modules.txt indicates", Flaw::OtherVersion),
        ("but not marked as replaced", Flaw::NotReplaced),
        ("but marked as replaced by", Flaw::OtherReplacement),
        ("but not explicitly required", Flaw::NotRequired),
        ("but not replaced in", Flaw::StaleReplacement),
    ] {
        if text.contains(words) {
            return flaw;
        }
    }
    panic!("what does go mean: {text}")
}

#[test]
fn go_and_we_find_the_same() {
    let scene = Scene::bare();
    scene.write("app.go", "package app\n");
    let mut seen = BTreeSet::new();
    for (go_mod, list) in CASES {
        let go_mod = format!("module example.com/app\n\n{go_mod}\n");
        scene.write("go.mod", &go_mod);
        scene.write("vendor/modules.txt", list);
        let theirs = complaint(&scene.build().stderr);
        let go_mod = GoMod::parse(go_mod.as_bytes()).unwrap();
        let main = [MainModule { folder: scene.root.to_str().unwrap(), go_mod: &go_mod }];
        let ours = told(&ModulesTxt::parse(list.as_bytes()), &main, None);
        assert_eq!(ours, theirs, "{go_mod:?}\n{list}");
        seen.extend(ours.into_iter().map(|(_, flaw)| flaw));
    }
    assert_eq!(seen.len(), 6, "every flaw is met: {seen:?}");
}

fn told(
    list: &ModulesTxt,
    main: &[MainModule<'_>],
    workspace: Option<&Workspace<'_>>,
) -> BTreeSet<(String, Flaw)> {
    let module = |path: String, version: Option<String>| {
        version.map_or(path.clone(), |version| format!("{path}@{version}"))
    };
    let found = disagreements(list, main, workspace);
    found.into_iter().map(|found| (module(found.path, found.version), found.flaw)).collect()
}

/// go.work behind its use lines, the go.mod of each module behind its module line, and vendor/modules.txt.
const WORKSPACES: &[(&str, [&str; 2], &str)] = &[
    ("", ["", ""], "## workspace\n"),
    (
        "",
        ["require example.com/a v1.0.0", ""],
        "## workspace\n# example.com/a v1.0.0\n## explicit\nexample.com/a\n",
    ),
    (
        "",
        ["require example.com/a v1.0.0", "require example.com/a v1.1.0"],
        "## workspace\n# example.com/a v1.0.0\n## explicit\nexample.com/a\n",
    ),
    ("", ["", ""], "## workspace\n# example.com/a v1.0.0\n## explicit\nexample.com/a\n"),
    ("", ["replace example.com/a => ../z", ""], "## workspace\n# example.com/a => ./z\n"),
    ("", ["replace example.com/a => ../z", ""], "## workspace\n# example.com/a => ../z\n"),
    ("", ["replace example.com/a => ../../z", ""], "## workspace\n# example.com/a => ../z\n"),
    (
        "replace example.com/a => ./z",
        ["", "replace example.com/a => ./w"],
        "## workspace\n# example.com/a => ./z\n",
    ),
    ("replace example.com/a => ./z", ["", ""], "## workspace\n"),
    ("replace example.com/x => ./z", ["", ""], "## workspace\n# example.com/x => ./z\n"),
];

#[test]
fn in_a_workspace_as_well() {
    let scene = Scene::bare();
    std::fs::remove_file(scene.path("go.mod")).unwrap();
    std::fs::remove_file(scene.path("app.go")).unwrap();
    for (work, mods, list) in WORKSPACES {
        let work = format!("go 1.23\n\nuse ./x\nuse ./sub/y\n{work}\n");
        scene.write("go.work", &work);
        let folders = [("x", "x"), ("sub/y", "y")];
        let texts: Vec<_> = folders
            .iter()
            .zip(mods)
            .map(|((_, name), rest)| format!("module example.com/{name}\ngo 1.23\n{rest}\n"))
            .collect();
        for ((folder, name), text) in folders.iter().zip(&texts) {
            scene.write(&format!("{folder}/go.mod"), text);
            scene.write(&format!("{folder}/p.go"), &format!("package {name}\n"));
        }
        scene.write("vendor/modules.txt", list);
        let theirs = complaint(&scene.go(&["build", "-mod=vendor", "./x"], "off").stderr);
        let parsed: Vec<_> = texts.iter().map(|text| GoMod::parse(text.as_bytes()).unwrap()).collect();
        let paths = folders.map(|(folder, _)| scene.path(folder).to_str().unwrap().to_owned());
        let main: Vec<_> =
            parsed.iter().zip(&paths).map(|(go_mod, folder)| MainModule { folder, go_mod }).collect();
        let file = WorkFile::parse(work.as_bytes()).unwrap();
        let workspace = Workspace { folder: scene.root.to_str().unwrap(), replace: &file.replace };
        let ours = told(&ModulesTxt::parse(list.as_bytes()), &main, Some(&workspace));
        assert_eq!(ours, theirs, "{work}{texts:?}\n{list}");
    }
}
