//! How much was there already, measured from what go itself says.

use super::scene::{DEPENDENCY, Scene, said, upstream};

/// The line of one run of `modkeep go --stats build`.
fn measured(scene: &Scene, upstream: &str, cache: &str) -> String {
    let run = scene.modkeep(upstream, &["--stats"]).build_cache(&scene.home.path().join(cache));
    let run = run.args(["build", "-o", "/dev/null", "./..."]).run().success();
    let line = said(&run).into_iter().find(|line| line.starts_with("build cache: "));
    line.unwrap().to_owned()
}

/// Reads `N of M packages` and `N of M modules`.
fn numbers(line: &str) -> Vec<usize> {
    line.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect()
}

#[test]
fn a_cold_build_shows_none_and_a_repeat_all() {
    let (scene, upstream) = (Scene::new(), upstream());
    let cold = numbers(&measured(&scene, &upstream.url(), "one"));
    assert!(cold[0] == 0 && cold[1] > 20, "{cold:?}");
    assert_eq!(cold[2..], [0, 1]);
    let warm = numbers(&measured(&scene, &upstream.url(), "one"));
    assert_eq!(warm, [cold[1], cold[1], 1, 1]);
    scene.home.clear_module_cache();
    let half = numbers(&measured(&scene, &upstream.url(), "one"));
    assert_eq!(half, [cold[1], cold[1], 0, 1], "compiled, but its source was fetched");
}

#[test]
fn vendored_packages_are_in_no_module_cache() {
    let (scene, upstream) = (Scene::new(), upstream());
    scene.go(&upstream.url()).args(["mod", "vendor"]).run().success();
    let line = measured(&scene, "off", "one");
    assert!(line.ends_with("module cache: 0 of 0 modules"), "{line}");
}

#[test]
fn what_builds_nothing_is_not_measured_and_the_report_has_it_too() {
    let (scene, upstream) = (Scene::new(), upstream());
    let report = scene.home.path().join("report.json");
    let flag = format!("--report={}", report.display());
    let list = scene.modkeep(&upstream.url(), &["--stats"]).args(["list", "-m", "all"]).run().success();
    assert_eq!(said(&list), [""; 0]);
    scene.modkeep(&upstream.url(), &["--stats", &flag]).args(["vet", "./..."]).run().success();
    let read: serde_json::Value = serde_json::from_slice(&std::fs::read(report).unwrap()).unwrap();
    assert_eq!(read["stats"]["module_cache"]["of"], 1, "{read}");
}

/// The project builds the dependency under the path of another module.
#[test]
fn a_module_that_stands_in_for_another_one_counts() {
    let (scene, upstream) = (Scene::new(), upstream());
    let go_mod = format!(
        "module example.com/main\n\ngo 1.21\n\nrequire github.com/old/lib v1.0.0\n\nreplace github.com/old/lib => {DEPENDENCY} v1.0.0\n"
    );
    let main = "package main\n\nimport lib \"github.com/old/lib\"\n\nfunc main() { println(lib.Id) }\n";
    std::fs::write(scene.project.join("go.mod"), go_mod).unwrap();
    std::fs::write(scene.project.join("main.go"), main).unwrap();
    let cold = measured(&scene, &upstream.url(), "one");
    assert!(cold.ends_with("module cache: 0 of 1 modules"), "{cold}");
    let warm = measured(&scene, &upstream.url(), "one");
    assert!(warm.ends_with("module cache: 1 of 1 modules"), "{warm}");
}
