//! Precedence, proved for every setting of the table, and the rules around it.

use super::*;
use crate::env::Platform;
use crate::files::Memory;
use crate::go::Found;
use crate::settings::values::Fallback;
use crate::settings::{Shape, Spec};

const USER: &str = "/home/u/.config/modkeep/modkeep.toml";
const GO_USER: &str = "/home/u/.config/go/env";
const GO_ENV: &str = "/go/go.env";

/// A machine in the making.
#[derive(Default, Clone)]
struct World {
    vars: Vec<(String, String)>,
    files: Vec<(String, String)>,
    given: Given,
}

impl World {
    fn var(mut self, name: &str, value: &str) -> Self {
        self.vars.push((name.to_owned(), value.to_owned()));
        self
    }

    fn file(mut self, path: &str, text: &str) -> Self {
        self.files.push((path.to_owned(), text.to_owned()));
        self
    }

    fn flag(mut self, key: &'static str, value: &str) -> Self {
        self.given.values.insert(key, value.to_owned());
        self
    }

    fn config(mut self, path: &str) -> Self {
        self.given.config = Some(path.into());
        self
    }

    fn resolve(&self) -> Result<Resolved, Failed> {
        let fixed =
            [("HOME", "/home/u"), ("GOROOT", "/go")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let env = Env::new(fixed.into_iter().chain(self.vars.clone()), Path::new("/here"), Platform::Unix);
        let files: Vec<(&str, &str)> =
            self.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        resolve(&env, &Memory::of(&files), &self.given)
    }

    fn settings(&self) -> Settings {
        self.resolve().unwrap().settings
    }

    fn failure(&self) -> (Exit, String) {
        let failed = self.resolve().unwrap_err();
        (failed.exit, format!("{:?}", failed.problems))
    }
}

/// Distinct values of any setting, as texts: three that its parser accepts.
fn samples(spec: &Spec) -> [String; 3] {
    if let Shape::OneOf(choices) = spec.shape {
        let names: Vec<_> = choices().iter().map(|choice| choice.name.to_owned()).collect();
        return [names[0].clone(), names[1].clone(), names[0].clone()];
    }
    let of = |number: usize| match spec.value_name {
        "ADDRESS" => format!("127.0.0.1:{number}"),
        "PATH" | "FOLDER" | "FILE" => format!("/folder{number}"),
        "LIST" => format!("https://a{number}.example,direct"),
        "PATTERNS" => format!("corp{number}.example"),
        // The least age that counts is two days.
        "TIME" if spec.key == "gc-older-than" => format!("{}d", number + 1),
        "TIME" => format!("{number}s"),
        "SIZE" => format!("{number}MiB"),
        "DATABASE" | "DATABASES" => format!("sum.golang.org https://sums{number}.example"),
        "RULES" => format!("corp{number}.example:git"),
        "LOCATIONS" => format!("https://a{number}.example/bundles,/folder"),
        "KEYS" => format!("/folder{number},/other"),
        "WAYS" => ["https", "ssh", "https,ssh"][number - 1].to_owned(),
        "NUMBER" | "PORT" => number.to_string(),
        "NAMES" => ["cache", "upstream", "git", "bundle", "vendor", "static"][number % 6].to_owned(),
        "FOLDERS" => format!("/folder{number}:/other"),
        "FILTER" => ["off", "warn", "debug"][number - 1].to_owned(),
        other => panic!("no sample values for {other}"),
    };
    [of(1), of(2), of(3)]
}

#[test]
fn every_setting_obeys_the_order_of_precedence() {
    for setting in table::ALL {
        let spec = setting.spec();
        let [one, two, three] = samples(spec);
        let get = |world: &World| world.settings().value(setting).unwrap().clone();

        let mut world = World::default();
        let unset = get(&world).origin;
        assert!(matches!(unset, Origin::Default | Origin::SameAs(_)), "{}: {unset:?}", spec.key);

        if let Some(name) = spec.go {
            world = world.file(GO_ENV, &format!("{name}={three}"));
            assert_eq!(get(&world).origin, Origin::Go(name, Found::File(GO_ENV.into())));
            world = world.file(GO_USER, &format!("{name}={two}"));
            assert_eq!(get(&world).origin, Origin::Go(name, Found::File(GO_USER.into())));
            world = world.var(name, &one);
            assert_eq!(
                (get(&world).origin, get(&world).text),
                (Origin::Go(name, Found::Variable), one.clone())
            );
        }

        world = world.file(SYSTEM_FILE, &format!("{} = \"{three}\"", spec.key));
        assert_eq!((get(&world).origin.to_string(), get(&world).text), (format!("{SYSTEM_FILE}:1"), three));
        world = world.file(USER, &format!("\n{} = \"{two}\"", spec.key));
        assert_eq!((get(&world).origin.to_string(), get(&world).text), (format!("{USER}:2"), two.clone()));
        world = world.var(&spec.variable(), &one);
        assert_eq!((get(&world).origin, get(&world).text), (Origin::Variable(spec.variable()), one));
        world = world.flag(spec.key, &two);
        assert_eq!((get(&world).origin, get(&world).text), (Origin::Flag(spec.key), two));
    }
}

#[test]
fn the_defaults_are_what_the_documents_say() {
    let settings = World::default().settings();
    assert_eq!(settings.get(&table::LISTEN).unwrap().to_string(), "127.0.0.1:3000");
    assert_eq!(settings.get(&table::DATA).unwrap(), Path::new("/home/u/.local/share/modkeep"));
    assert_eq!(settings.value(&table::UPSTREAM).unwrap().text, "direct");
    assert_eq!(settings.get(&table::FALLBACK).unwrap(), Fallback::Resilient);
    assert_eq!(settings.get(&table::PATH_PREFIX).unwrap().as_str(), "");
    assert_eq!(settings.files(), [] as [PathBuf; 0]);
}

#[test]
fn only_what_was_set_for_modkeep_is_explicit() {
    let explicit = |world: World| world.settings().value(&table::UPSTREAM).unwrap().origin.is_explicit();
    assert!(explicit(World::default().flag("upstream", "off")));
    assert!(explicit(World::default().var("MODKEEP_UPSTREAM", "off")));
    assert!(explicit(World::default().file(USER, "upstream = \"off\"")));
    assert!(!explicit(World::default().var("GOPROXY", "off")));
    assert!(!explicit(World::default()));
}

#[test]
fn gonoproxy_follows_goprivate_until_it_is_set() {
    let world = World::default().var("GOPRIVATE", "corp.example");
    let settings = world.settings();
    let value = settings.value(&table::GONOPROXY).unwrap();
    assert_eq!((value.text.as_str(), &value.origin), ("corp.example", &Origin::SameAs("goprivate")));
    assert_eq!(world.flag("gonoproxy", "none").settings().value(&table::GONOPROXY).unwrap().text, "none");
}

#[test]
fn a_named_file_is_read_in_the_place_of_all_others() {
    let world = World::default()
        .file(USER, "log = \"warn\"")
        .file("/here/my.toml", "")
        .file("/v.toml", "log = \"off\"");
    let log = |world: &World| world.settings().value(&table::LOG).unwrap().text.clone();
    assert_eq!(log(&world), "warn");
    assert_eq!(log(&world.clone().var("MODKEEP_CONFIG", "/v.toml")), "off");
    let named = world.var("MODKEEP_CONFIG", "/v.toml").config("my.toml");
    assert_eq!(log(&named), "info");
    assert_eq!(named.settings().files(), [Path::new("/here/my.toml")]);
    let (exit, problems) = World::default().config("none.toml").failure();
    assert_eq!(exit, Exit::Config);
    assert!(problems.contains("/here/none.toml"), "{problems}");
}

#[test]
fn no_file_of_the_working_directory_is_read() {
    let world = World::default().file("/here/modkeep.toml", "listen = 1").file("/here/go.env", "GOPROXY=off");
    assert_eq!(world.settings(), World::default().settings());
}

#[test]
fn a_bad_value_is_told_with_its_origin_and_exit_code() {
    for (world, exit, parts) in [
        (World::default().flag("listen", "x"), Exit::Usage, ["`listen` cannot be", "--listen expects"]),
        (
            World::default().var("MODKEEP_LOG", "a=b=c"),
            Exit::Config,
            ["`log` cannot be", "MODKEEP_LOG expects"],
        ),
        (
            World::default().file(USER, "ask-timeout = \"0s\""),
            Exit::Config,
            ["modkeep.toml:1:1: ", "between 1ms and 24h"],
        ),
        (
            World::default().var("GOPROXY", ","),
            Exit::Config,
            ["`upstream` cannot be", "GOPROXY in the environment"],
        ),
    ] {
        let (found, problems) = world.failure();
        assert_eq!(found, exit, "{problems}");
        assert!(parts.iter().all(|part| problems.contains(part)), "{problems}");
    }
}

#[test]
fn all_problems_are_told_at_once_and_a_file_outweighs_a_flag() {
    let world = World::default().flag("listen", "x").var("MODKEEP_FALLBACK", "x").file(USER, "x = 1\ny = 2");
    let failed = world.resolve().unwrap_err();
    assert_eq!((failed.exit, failed.problems.len()), (Exit::Config, 4));
}

#[test]
fn a_password_is_refused_as_a_flag_and_masked_elsewhere() {
    let secret = "https://u:secret@a.example";
    let (exit, problems) = World::default().flag("upstream", secret).failure();
    assert_eq!(exit, Exit::Usage);
    assert!(problems.contains("MODKEEP_UPSTREAM") && !problems.contains("secret"), "{problems}");
    let settings = World::default().var("MODKEEP_UPSTREAM", secret).settings();
    let text = &settings.value(&table::UPSTREAM).unwrap().text;
    assert_eq!(
        (text.as_str(), table::UPSTREAM.spec.masked(text).as_str()),
        (secret, "https://***@a.example")
    );
    let (_, problems) = World::default().var("GOPROXY", "https://u:secret@a.example,word").failure();
    assert!(problems.contains("word") && !problems.contains("secret"), "{problems}");
}

#[test]
fn without_a_home_the_data_folder_must_be_named() {
    let env = Env::new::<&str, &str>([], Path::new("/here"), Platform::Unix);
    let files = Memory::default();
    let failed = resolve(&env, &files, &Given::default()).unwrap_err();
    assert!(failed.problems[0].help.as_deref().unwrap().contains("MODKEEP_DATA"), "{failed:?}");
    let given = Given { values: BTreeMap::from([("data", "d".to_owned())]), config: None };
    let settings = resolve(&env, &files, &given).unwrap().settings;
    assert_eq!(settings.get(&table::DATA).unwrap(), Path::new("/here/d"));
}

#[test]
fn a_place_that_any_table_calls_private_is_private() {
    let system = "[[place]]\nurl = \"https://a.example\"\nprivate = true\n[[place]]\nurl = \"b.example\"\nprivate = true";
    let world = World::default()
        .flag("upstream", "https://a.example/,b.example")
        .file(SYSTEM_FILE, system)
        .file(USER, "[[place]]\nurl = \"https://a.example\"\n");
    let resolved = world.resolve().unwrap();
    assert_eq!(resolved.warnings, []);
    let is_private = |url: &str| resolved.settings.place(url).is_some_and(|place| place.private);
    assert!(is_private("https://a.example"), "a nearer table that does not mention it takes nothing back");
    assert!(is_private("https://u:p@b.example"));
    assert!(!is_private("https://c.example"));
}

#[test]
fn a_place_outside_the_list_is_a_warning() {
    let world = World::default()
        .file(USER, "upstream = \"a.example\"\n[[place]]\nurl = \"b.example\"\nprivate = true");
    let warnings = world.resolve().unwrap().warnings;
    assert_eq!(warnings.len(), 1);
    assert_eq!(
        warnings[0].message,
        format!("{USER}:2:1: the place https://b.example is not in the upstream list")
    );
}

#[test]
fn of_two_files_the_nearer_table_about_a_subject_holds() {
    let tables = |path: &str| {
        format!(
            "[[repository]]\nprefix = \"a.example/{path}\"\nurl = \"https://b.example/{path}\"\n\
             [[rewrite]]\nurl = \"ssh://git@{path}/\"\ninstead-of = \"https://a.example/\"\n\
             [[credential]]\nhost = \"a.example\"\nuser = \"{path}\"\npassword = \"secret\"\n"
        )
    };
    let settings = World::default().file(USER, &tables("near")).file(SYSTEM_FILE, &tables("far")).settings();
    let prefixes: Vec<_> = settings.repositories().iter().map(|table| table.prefix.as_str()).collect();
    assert_eq!(prefixes, ["a.example/near", "a.example/far"]);
    let urls: Vec<_> = settings.rewrites().iter().map(|table| table.url.as_str()).collect();
    assert_eq!(urls, ["ssh://git@near/"]);
    let users: Vec<_> = settings.credentials().iter().map(|table| table.user.as_str()).collect();
    assert_eq!(users, ["near"]);
    assert!(!format!("{settings:?}").contains("secret"));
}
