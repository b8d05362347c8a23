//! The real binary, as a user or a script meets it.
//!
//! Each test has a home of its own and hands the binary no variable but those that it names.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail the test")]

use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;

/// A user's machine: a home, and a command that sees nothing else.
struct Machine {
    home: TempDir,
}

impl Machine {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> &Path {
        self.home.path()
    }

    /// The binary, with a settings file that holds `toml`.
    fn with_file(toml: &str) -> (Self, Command) {
        let machine = Self::new();
        let file = machine.path().join("m.toml");
        std::fs::write(&file, toml).unwrap();
        let mut command = machine.command(&[]);
        command.env("MODKEEP_CONFIG", file);
        (machine, command)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_modkeep"));
        command.env_clear().env("HOME", self.path()).current_dir(self.path()).args(args);
        command
    }
}

/// What a run ended with: exit code, stdout, stderr.
fn run(command: &mut Command) -> (i32, String, String) {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The line of `config show` for this setting, with single spaces.
fn shown(out: &str, key: &str) -> String {
    let line = out.lines().find(|line| line.split(' ').next() == Some(key)).unwrap();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn an_unknown_key_ends_with_78_and_the_nearest_key() {
    let (machine, mut command) = Machine::with_file("\n  listn = \"127.0.0.1:1\"\n");
    let (code, out, err) = run(command.args(["config", "check"]));
    let file = machine.path().join("m.toml");
    assert_eq!((code, out.as_str()), (78, ""));
    assert_eq!(
        err,
        format!(
            "error: {}:2:3: `listn` is not a key that modkeep knows\n  help: the nearest key is `listen`\n",
            file.display()
        )
    );
}

#[test]
fn check_of_one_file_tells_all_mistakes() {
    let machine = Machine::new();
    std::fs::write(
        machine.path().join("bad.toml"),
        "listen = 1\nlog = \"a=b=c\"\nfallback = \"go\"\nask = 1\n",
    )
    .unwrap();
    let (code, _, err) = run(&mut machine.command(&["config", "check", "bad.toml"]));
    assert_eq!((code, err.matches("error: ").count()), (78, 3), "{err}");
    std::fs::write(machine.path().join("good.toml"), "fallback = \"go\"").unwrap();
    let (code, out, err) = run(&mut machine.command(&["config", "check", "good.toml"]));
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.ends_with("good.toml: ok\n"), "{out}");
}

#[test]
fn show_tells_who_set_what() {
    let (machine, mut command) = Machine::with_file("# mine\nask-timeout = \"1m\"\n");
    command.env("MODKEEP_LOG", "warn").env("GOPRIVATE", "corp.example").env("GOROOT", machine.path());
    std::fs::write(machine.path().join("go.env"), "GOPROXY=https://u:secret@goproxy.example,direct\n")
        .unwrap();
    let (code, out, err) = run(command.args(["config", "show", "--listen", "127.0.0.1:0"]));
    assert_eq!((code, err.as_str()), (0, ""));
    let home = machine.path().display();
    for (key, rest) in [
        ("listen", "127.0.0.1:0 # --listen".to_owned()),
        ("log", "warn # MODKEEP_LOG".to_owned()),
        ("ask-timeout", format!("1m # {home}/m.toml:2")),
        ("upstream", format!("https://***@goproxy.example,direct # GOPROXY in {home}/go.env")),
        ("goprivate", "corp.example # GOPRIVATE in the environment".to_owned()),
        ("gonoproxy", "corp.example # same as goprivate".to_owned()),
        ("data", format!("{home}/.local/share/modkeep # default")),
    ] {
        assert_eq!(shown(&out, key), format!("{key} {rest}"));
    }
}

#[test]
fn show_as_json_masks_passwords_and_names_lines() {
    let toml = "upstream = \"https://u:secret@a.example\"\n[[place]]\nurl = \"a.example\"\nprivate = true\n";
    let (machine, mut command) = Machine::with_file(toml);
    let (code, out, _) = run(command.args(["config", "show", "--json"]));
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    let path = machine.path().join("m.toml");
    assert_eq!(code, 0);
    assert_eq!(json["settings"]["upstream"]["value"], "https://***@a.example");
    assert_eq!(
        json["settings"]["upstream"]["origin"],
        serde_json::json!({ "kind": "file", "path": path, "line": 1 })
    );
    assert_eq!(json["places"][0]["url"], "https://a.example");
    assert_eq!(json["places"][0]["private"], true);
    assert_eq!(json["files"][0], serde_json::json!(path));
    assert!(!out.contains("secret"));
}

#[test]
fn show_tells_where_repositories_are_and_no_password() {
    let toml = "[[repository]]\nprefix = \"a.example/x\"\nvcs = \"hg\"\nurl = \"ssh://hg@b.example/x\"\nsubdir = \"go\"\n\
                [[rewrite]]\nurl = \"ssh://git@c.example/\"\ninstead-of = \"https://c.example/\"\n\
                [[credential]]\nhost = \"d.example\"\nuser = \"me\"\npassword = \"secret\"\n\
                [[credential]]\nhost = \"e.example\"\nuser = \"me\"\npassword-env = \"secret\"\n";
    let (machine, mut command) = Machine::with_file(toml);
    let (code, out, err) = run(command.args(["config", "show"]));
    let file = machine.path().join("m.toml");
    let file = file.display();
    assert_eq!((code, err.as_str()), (0, ""));
    for line in [
        format!("repository a.example/x is hg at ssh://hg@b.example/x, in its folder go  # {file}:1\n"),
        format!("rewrite https://c.example/ to ssh://git@c.example/  # {file}:6\n"),
        format!("credential d.example is asked as me with a password (***)  # {file}:9\n"),
        format!("credential e.example is asked as me with a password (***)  # {file}:13\n"),
    ] {
        assert!(out.contains(&line), "{line} in {out}");
    }
    let (_, json, _) = run(command.arg("--json"));
    assert!(!out.contains("secret") && !json.contains("secret"), "{out} {json}");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["repositories"][0]["vcs"], "hg");
    assert_eq!(json["repositories"][0]["origin"]["line"], 1);
    assert_eq!(json["rewrites"][0]["instead-of"], "https://c.example/");
    assert_eq!(
        (&json["credentials"][0]["host"], &json["credentials"][0]["password"]),
        (&"d.example".into(), &"***".into())
    );
}

#[test]
fn an_unknown_variable_is_only_a_warning() {
    let machine = Machine::new();
    let (code, _, err) = run(machine.command(&["config", "check"]).env("MODKEEP_LISTN", "x"));
    assert_eq!(code, 0);
    assert!(err.starts_with("warning: the variable MODKEEP_LISTN"), "{err}");
    assert!(err.contains("help: the nearest setting is MODKEEP_LISTEN"), "{err}");
}

#[test]
fn a_modkeep_toml_in_the_working_directory_is_not_read() {
    let machine = Machine::new();
    std::fs::write(machine.path().join("modkeep.toml"), "listen = 1").unwrap();
    assert_eq!(run(&mut machine.command(&["config", "check"])).0, 0);
}

#[test]
fn exit_codes_are_as_documented() {
    let machine = Machine::new();
    for (args, code) in [
        (vec!["version"], 0),
        (vec!["-V"], 0),
        (vec!["--help"], 0),
        (vec![], 64),
        (vec!["confg"], 64),
        (vec!["config", "show", "--lsten", "x"], 64),
        (vec!["config", "show", "--listen", "x"], 64),
        (vec!["config", "show", "--fallback", "x"], 64),
        (vec!["config", "show", "--upstream", "https://u:p@a.example"], 64),
        (vec!["man", "none"], 64),
        (vec!["store", "ls", "["], 64),
        (vec!["config", "show", "--config", "none.toml"], 78),
        (vec!["config", "check", "none.toml"], 78),
        (vec!["config", "check", "none.toml", "--log", "info"], 64),
    ] {
        let (found, out, err) = run(&mut machine.command(&args));
        assert_eq!(found, code, "{args:?} {err}");
        assert_eq!((out.is_empty(), err.is_empty()), (code != 0, code == 0), "{args:?}");
    }
}

#[test]
fn what_serve_would_refuse_is_refused_by_check_without_secrets() {
    let machine = Machine::new();
    let lists = ["http://127.0.0.1:99999", "https://h.example?token=secret", "http://u:secret@h.example"];
    for list in lists.into_iter().chain(["https://u:secret,secret@h.example"]) {
        let mut commands =
            [machine.command(&["config", "check"]), machine.command(&["serve", "--data", "kept"])];
        for (code, out, err) in commands.iter_mut().map(|command| run(command.env("MODKEEP_UPSTREAM", list)))
        {
            assert_eq!((code, out.as_str()), (78, ""), "{list}: {err}");
            assert!(err.contains("MODKEEP_UPSTREAM expects") && !err.contains("secret"), "{err}");
        }
    }
    assert!(!machine.path().join("kept").exists(), "nothing was begun");
    let (_machine, mut command) = Machine::with_file("data = \"x\\u0000y\"");
    let (code, _, err) = run(command.args(["config", "check"]));
    assert_eq!(code, 78);
    assert!(err.contains("NUL"), "{err}");
}

#[test]
fn a_settings_file_that_is_a_pipe_or_a_folder_is_refused_at_once() {
    let machine = Machine::new();
    let made = std::process::Command::new("mkfifo").arg(machine.path().join("pipe")).status().unwrap();
    assert!(made.success());
    for path in ["pipe", "."] {
        for args in [&["config", "show", "--config", path], &["config", "check", path][..]] {
            let mut command = machine.command(args);
            let (code, _, err) = run(command.timeout(std::time::Duration::from_secs(30)));
            assert_eq!(code, 78);
            assert!(err.contains("it is not a regular file"), "{err}");
        }
    }
}

/// Without a record of its own, a file that somebody put there was kept when it was changed last.
#[test]
fn a_file_of_any_time_can_be_listed() {
    let machine = Machine::new();
    let folder = machine.path().join("example.com/a/@v");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("v1.0.0.mod"), "module example.com/a\n").unwrap();
    let long_ago = std::time::UNIX_EPOCH - std::time::Duration::from_hours(1);
    let file = std::fs::File::options().write(true).open(folder.join("v1.0.0.mod")).unwrap();
    file.set_times(std::fs::FileTimes::new().set_modified(long_ago)).unwrap();
    let (code, out, err) = run(&mut machine.command(&["store", "ls", "--data", "."]));
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("example.com/a@v1.0.0\tmod\t21\t1970-01-01T00:00:00Z\t"), "{out}");
}

#[test]
fn version_is_one_line_in_both_spellings() {
    let machine = Machine::new();
    let (_, line, _) = run(&mut machine.command(&["version"]));
    assert!(line.starts_with(concat!("modkeep ", env!("CARGO_PKG_VERSION"), " (")), "{line}");
    assert_eq!(run(&mut machine.command(&["-V"])).1, line);
}

#[test]
fn completions_are_there_for_the_usual_shells() {
    let machine = Machine::new();
    for (shell, part) in
        [("bash", "_modkeep()"), ("zsh", "#compdef modkeep"), ("fish", "complete -c modkeep")]
    {
        let (code, out, _) = run(&mut machine.command(&["completions", shell]));
        assert_eq!(code, 0);
        assert!(out.contains(part) && out.contains("log-format") && out.contains("resilient"), "{shell}");
    }
}

#[test]
fn man_pages_render_for_every_command() {
    let machine = Machine::new();
    let (_, root, _) = run(&mut machine.command(&["man"]));
    assert!(root.contains(".TH modkeep 1") && root.contains("the command line is wrong"), "{root}");
    let (_, show, _) = run(&mut machine.command(&["man", "config", "show"]));
    assert!(show.contains(r"\-\-first\-byte\-timeout") && show.contains("MODKEEP_LISTEN"), "{show}");
}

#[test]
fn a_new_key_is_printed_listed_shown_and_trusted() {
    let (mine, theirs) = (Machine::new(), Machine::new());
    let (code, key, err) = run(&mut mine.command(&["bundle", "key", "new", "me@corp.example"]));
    assert_eq!(code, 0, "{err}");
    assert!(key.starts_with("me@corp.example+") && !err.contains("PRIVATE"), "{key} {err}");
    assert_eq!(run(&mut mine.command(&["bundle", "key", "show"])).1, key);
    let file = mine.path().join(".config/modkeep/keys/me@corp.example.key");
    let (_, listed, _) = run(&mut mine.command(&["bundle", "key", "ls"]));
    assert_eq!(listed, format!("signs\t{}\t{}\ntrusted\t{key}", key.trim(), file.display()));
    let (code, told, _) = run(&mut theirs.command(&["bundle", "key", "trust", key.trim()]));
    assert_eq!((code, told), (0, format!("trusted {key}")));
    assert_eq!(run(&mut theirs.command(&["bundle", "key", "ls"])).1, format!("trusted\t{key}"));
    assert_eq!(run(&mut theirs.command(&["bundle", "key", "show"])).0, 69);
}

#[test]
fn trust_that_has_no_effect_is_told() {
    let machine = Machine::new();
    let (_, key, _) = run(&mut machine.command(&["bundle", "key", "new", "me"]));
    let mut command = machine.command(&["bundle", "key", "trust", key.trim()]);
    std::fs::write(machine.path().join("none"), "").unwrap();
    let (code, _, err) = run(command.env("MODKEEP_TRUSTED_KEYS", "none"));
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("does not count here") && err.contains("MODKEEP_TRUSTED_KEYS"), "{err}");
}

#[test]
fn schema_is_json() {
    let (code, out, _) = run(&mut Machine::new().command(&["config", "schema"]));
    let schema: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &schema["additionalProperties"]), (0, &serde_json::json!(false)));
}

#[test]
fn a_closed_output_is_no_error() {
    let machine = Machine::new();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_modkeep"))
        .args(["config", "schema"])
        .env_clear()
        .env("HOME", machine.path())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn help_reads_as_it_was_written() {
    let machine = Machine::new();
    let help = |args: &[&str]| run(machine.command(args).env("COLUMNS", "100")).1;
    insta::assert_snapshot!("help", help(&["--help"]));
    insta::assert_snapshot!("config_show_help", help(&["config", "show", "-h"]));
}
