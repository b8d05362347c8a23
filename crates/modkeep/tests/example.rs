//! The example in `docs/modkeep.toml` must stay true: each setting is in it, with its default, and it can be read.

use std::path::Path;

use modkeep::env::{Env, Platform};
use modkeep::settings::{DefaultValue, file, table};

const EXAMPLE: &str = include_str!("../../../docs/modkeep.toml");

/// The example with every setting switched on: `# key = "value"` becomes `key = "value"`.
fn switched_on() -> String {
    let on = |line: &'static str| match line.strip_prefix("# ") {
        Some(rest) if rest.contains(" = ") || rest.starts_with("[[") => rest,
        _ => line,
    };
    EXAMPLE.lines().map(on).collect::<Vec<_>>().join("\n")
}

fn read(text: &str) -> file::FileLayer {
    let env = Env::new([("HOME", "/home/u")], Path::new("/"), Platform::Unix);
    let (layer, problems) = file::parse(Path::new("/etc/modkeep/modkeep.toml"), text.as_bytes(), &env);
    assert_eq!(problems, []);
    layer
}

#[test]
fn as_it_stands_the_example_sets_nothing() {
    let layer = read(EXAMPLE);
    assert_eq!((layer.values.len(), layer.places.len(), layer.redirects.len()), (0, 0, 0));
    assert_eq!((layer.repositories.len(), layer.rewrites.len(), layer.credentials.len()), (0, 0, 0));
}

#[test]
fn switched_on_it_has_every_setting_and_the_real_defaults() {
    let layer = read(&switched_on());
    for setting in table::ALL {
        let spec = setting.spec();
        let value =
            layer.values.get(spec.key).unwrap_or_else(|| panic!("{} is not in the example", spec.key));
        if let (DefaultValue::Text(text), None) = (spec.default, spec.go) {
            assert_eq!(value.text, text, "{}", spec.key);
        }
    }
    assert!(layer.places[0].private);
    assert_eq!((layer.redirects.len(), layer.repositories.len(), layer.rewrites.len()), (1, 1, 1));
    assert_eq!(layer.credentials.len(), 2);
}
