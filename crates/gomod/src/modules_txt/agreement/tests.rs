use super::*;

/// The flaws of a list beside one go.mod of this go version.
fn flaws(go: &str, go_mod: &str, list: &str) -> Vec<Flaw> {
    let go_mod = GoMod::parse(format!("module example.com/m\n{go}\n{go_mod}\n").as_bytes()).unwrap();
    let main = [MainModule { folder: "/m", go_mod: &go_mod }];
    disagreements(&ModulesTxt::parse(list.as_bytes()), &main, None).iter().map(|found| found.flaw).collect()
}

const A: &str = "require a.b/a v1.0.0";
const LISTED: &str = "# a.b/a v1.0.0\n## explicit\na.b/a\n";

#[test]
fn requirements_and_marks_go_together() {
    assert_eq!(flaws("go 1.14", A, LISTED), []);
    assert_eq!(flaws("go 1.14", A, "# a.b/a v1.0.0\na.b/a\n"), [Flaw::NotExplicit]);
    assert_eq!(flaws("go 1.14", A, ""), [Flaw::NotExplicit]);
    assert_eq!(flaws("go 1.14", "", LISTED), [Flaw::NotRequired]);
    let other = LISTED.replace("v1.0.0", "v1.1.0");
    assert_eq!(flaws("go 1.14", A, &other), [Flaw::NotExplicit, Flaw::NotRequired]);
}

#[test]
fn a_mark_without_packages_matters_to_nobody() {
    assert_eq!(flaws("go 1.20", "", "# a.b/a v1.0.0\n## explicit\n"), []);
}

#[test]
fn replacements_are_recorded_as_they_are() {
    let replaced = format!("{A}\nreplace a.b/a v1.0.0 => ./a\nreplace a.b/z => a.b/y v1.1.0\n");
    let listed = "# a.b/a v1.0.0 => ./a\n## explicit\na.b/a\n# a.b/z => a.b/y v1.1.0\n";
    assert_eq!(flaws("go 1.20", &replaced, listed), []);
    assert_eq!(flaws("go 1.20", &replaced, LISTED), [Flaw::NotReplaced, Flaw::NotReplaced]);
    assert_eq!(flaws("go 1.20", &replaced, &listed.replace("./a", "a")), [Flaw::OtherReplacement]);
    assert_eq!(flaws("go 1.20", A, listed), [Flaw::StaleReplacement, Flaw::StaleReplacement]);
}

#[test]
fn lists_of_an_old_go_are_held_to_what_they_say() {
    for go in ["go 1.13", ""] {
        assert_eq!(flaws(go, A, ""), []);
        assert_eq!(flaws(go, A, "# a.b/a v1.0.0\na.b/a\n"), []);
        assert_eq!(flaws(go, A, "# a.b/a v1.1.0\na.b/a\n"), [Flaw::OtherVersion]);
        let replaced = format!("{A}\nreplace a.b/a => ./a\nreplace a.b/z v1.0.0 => ./z\n");
        assert_eq!(flaws(go, &replaced, ""), []);
        let replaced = format!("{A}\nreplace a.b/a v1.0.0 => ./a\n");
        assert_eq!(flaws(go, &replaced, "# a.b/a v1.0.0\na.b/a\n"), [Flaw::NotReplaced]);
    }
}

#[test]
fn a_main_module_is_not_replaced_at_all_versions() {
    assert_eq!(flaws("go 1.20", "replace example.com/m => ./elsewhere", ""), []);
}

#[test]
fn directories_of_a_workspace_are_told_from_its_folder() {
    let text = "module example.com/x\ngo 1.20\nreplace a.b/a => ../a\nreplace a.b/c => /abs\n";
    let go_mod = GoMod::parse(text.as_bytes()).unwrap();
    let main = [MainModule { folder: "/w/x", go_mod: &go_mod }];
    let replace = GoMod::parse(b"module w\nreplace a.b/d => ./d\n").unwrap().replace;
    let workspace = Workspace { folder: "/w", replace: &replace };
    let list = ModulesTxt::parse(b"## workspace\n# a.b/a => ./a\n# a.b/c => /abs\n# a.b/d => ./d\n");
    assert_eq!(disagreements(&list, &main, Some(&workspace)), []);
    assert_eq!(disagreements(&list, &main, None).len(), 2);
}

#[test]
fn a_disagreement_names_the_module_and_what_is_wrong() {
    let at = |version: Option<&str>| flawed(("a.b/a", version), Flaw::NotReplaced).to_string();
    assert_eq!(at(Some("v1.0.0")), "a.b/a@v1.0.0: it is replaced, vendor/modules.txt does not say so");
    assert!(at(None).starts_with("a.b/a: "));
}
