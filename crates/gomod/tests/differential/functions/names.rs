//! Paths, versions, pseudo-versions and patterns: functions on short texts.

use gomod::glob::{PATTERN_BYTES_MAX, Pattern, PrefixPatterns};
use gomod::pseudo::{self, PseudoTime};
use gomod::{EscapedPath, ModulePath, PathError, Revision, Version, VersionError, module, path, semver};
use serde_json::{Value, json};

use super::Function;
use crate::dice::Dice;
use crate::grammar::{paths, versions};
use crate::hits::Hits;
use crate::question::{Answer, Args};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "check_path",
        inputs: 2000,
        generate: |dice| Args::of([paths::any_module_path(dice)]),
        ours: |args, hits| path_answer(path::check_path(args.text(0)), hits),
    },
    Function {
        name: "check_import_path",
        inputs: 1000,
        generate: |dice| Args::of([paths::import_path(dice)]),
        ours: |args, hits| path_answer(path::check_import_path(args.text(0)), hits),
    },
    Function {
        name: "check_file_path",
        inputs: 2000,
        generate: |dice| Args::of([paths::file_path(dice)]),
        ours: |args, hits| path_answer(path::check_file_path(args.text(0)), hits),
    },
    Function {
        name: "escape_path",
        inputs: 500,
        generate: |dice| Args::of([paths::any_module_path(dice)]),
        ours: |args, hits| {
            path_answer(ModulePath::parse(args.text(0)).map(|p| p.escaped().to_string()), hits)
        },
    },
    Function {
        name: "unescape_path",
        inputs: 1000,
        generate: |dice| Args::of([paths::escaped_path(dice)]),
        ours: |args, hits| {
            path_answer(EscapedPath::parse(args.text(0)).map(|p| p.unescape().to_string()), hits)
        },
    },
    Function {
        name: "escape_version",
        inputs: 800,
        generate: |dice| Args::of([versions::revision(dice)]),
        ours: |args, hits| version_answer(Revision::parse(args.text(0)).map(|r| r.escaped()), hits),
    },
    Function {
        name: "unescape_version",
        inputs: 800,
        generate: |dice| Args::of([versions::escaped_revision(dice)]),
        ours: |args, hits| version_answer(Revision::unescape(args.text(0)).map(|r| r.to_string()), hits),
    },
    Function {
        name: "split_path_version",
        inputs: 1000,
        generate: |dice| Args::of([paths::any_module_path(dice)]),
        ours: split_path_version,
    },
    Function {
        name: "check_path_major",
        inputs: 1000,
        generate: major_and_suffix,
        ours: |args, hits| version_answer(module::check_path_major(args.text(0), args.text(1)), hits),
    },
    Function {
        name: "check",
        inputs: 1000,
        generate: |dice| Args::of([paths::any_module_path(dice), versions::any_version(dice)]),
        ours: check,
    },
    Function {
        name: "canonical_version",
        inputs: 1000,
        generate: |dice| Args::of([versions::any_version(dice)]),
        ours: |args, _| option_answer(module::canonical_version(args.text(0))),
    },
    Function {
        name: "version",
        inputs: 1000,
        generate: |dice| Args::of([versions::any_version(dice)]),
        ours: |args, hits| version_answer(Version::parse(args.text(0)).map(drop), hits),
    },
    Function {
        name: "sort_modules",
        inputs: 200,
        generate: module_list,
        ours: |args, _| Ok(sort_modules(args)),
    },
    Function {
        name: "semver",
        inputs: 2000,
        generate: |dice| Args::of([versions::any_version(dice)]),
        ours: semver_parts,
    },
    Function {
        name: "semver_compare",
        inputs: 2000,
        generate: |dice| Args::of(versions::pair(dice)),
        ours: |args, _| Ok(json!(semver::compare(args.text(0), args.text(1)) as i8)),
    },
    Function {
        name: "semver_sort",
        inputs: 200,
        generate: |dice| Args::of(versions::list(dice)),
        ours: |args, _| Ok(semver_sort(args)),
    },
    Function {
        name: "is_pseudo_version",
        inputs: 1000,
        generate: |dice| Args::of([versions::any_pseudo_version(dice)]),
        ours: |args, _| option_answer(pseudo::is_pseudo_version(args.text(0)).then_some(())),
    },
    Function {
        name: "pseudo_time",
        inputs: 1000,
        generate: |dice| Args::of([versions::any_pseudo_version(dice)]),
        ours: |args, hits| version_answer(pseudo::time(args.text(0)).map(PseudoTime::unix), hits),
    },
    Function {
        name: "pseudo_rev",
        inputs: 500,
        generate: |dice| Args::of([versions::any_pseudo_version(dice)]),
        ours: |args, hits| version_answer(pseudo::rev(args.text(0)), hits),
    },
    Function {
        name: "pseudo_base",
        inputs: 1000,
        generate: |dice| Args::of([versions::any_pseudo_version(dice)]),
        ours: |args, hits| version_answer(pseudo::base(args.text(0)).map(Option::unwrap_or_default), hits),
    },
    Function {
        name: "pseudo_version",
        inputs: 500,
        generate: |dice| Args::of(versions::pseudo_parts(dice)),
        ours: pseudo_version,
    },
    Function {
        name: "match_prefix",
        inputs: 2000,
        generate: |dice| Args::of(paths::patterns_and_path(dice)),
        ours: |args, _| Ok(json!(PrefixPatterns::parse(args.text(0)).matches(args.text(1)))),
    },
    Function { name: "glob", inputs: 2000, generate: pattern_and_path, ours: glob },
];

fn path_answer<T: serde::Serialize>(result: Result<T, PathError>, hits: &mut Hits) -> Answer {
    result.map(|value| json!(value)).map_err(|error| {
        hits.path(&error);
        Value::Null
    })
}

fn version_answer<T: serde::Serialize>(result: Result<T, VersionError>, hits: &mut Hits) -> Answer {
    result.map(|value| json!(value)).map_err(|error| {
        hits.version(&error);
        Value::Null
    })
}

fn option_answer<T: serde::Serialize>(found: Option<T>) -> Answer {
    found.map(|value| json!(value)).ok_or(Value::Null)
}

fn split_path_version(args: &Args, _: &mut Hits) -> Answer {
    let split = path::split_path_version(args.text(0));
    option_answer(split.map(|(prefix, suffix)| [prefix, suffix, path::major_of_suffix(suffix)]))
}

fn major_and_suffix(dice: &mut Dice) -> Args {
    let path = paths::module_path(dice);
    let suffix = path::split_path_version(&path).map_or("", |(_, suffix)| suffix);
    Args::of([versions::any_version(dice), suffix.to_owned()])
}

fn check(args: &Args, hits: &mut Hits) -> Answer {
    module::check(args.text(0), args.text(1)).map(|()| Value::Null).map_err(|error| {
        hits.module(&error);
        Value::Null
    })
}

/// Where two versions differ in their build tag alone, or are no versions, x/mod leaves the order open, so such lists
/// are not asked for.
fn module_list(dice: &mut Dice) -> Args {
    let mut args = Vec::new();
    for _ in 0..dice.between(2, 10) {
        let version = versions::canonical(dice).replace("+incompatible", "");
        args.push(dice.pick(&["a.b/c", "a.b/d", "a.b/c/d"]).to_owned());
        args.push(version + dice.pick(&["", "", "/go.mod", "/a"]));
    }
    Args::of(args)
}

fn sort_modules(args: &Args) -> Value {
    let texts = args.texts();
    let mut list = texts.as_chunks::<2>().0.to_vec();
    list.sort_by(|[a_path, a], [b_path, b]| module::compare_for_list((a_path, a), (b_path, b)));
    json!(list.concat())
}

fn semver_parts(args: &Args, _: &mut Hits) -> Answer {
    let v = args.text(0);
    let Some(canonical) = semver::canonical(v).filter(|_| semver::is_valid(v)) else {
        return Err(Value::Null);
    };
    Ok(json!([canonical, semver::major(v), semver::major_minor(v), semver::prerelease(v), semver::build(v)]))
}

fn semver_sort(args: &Args) -> Value {
    let mut list = args.texts();
    list.sort_by(|a, b| semver::compare_total(a, b));
    json!(list)
}

fn pseudo_version(args: &Args, hits: &mut Hits) -> Answer {
    let older = Some(args.text(1)).filter(|older| !older.is_empty()).map(Version::parse).transpose();
    let made = older.and_then(|older| {
        let time = PseudoTime::parse(args.text(2))?;
        pseudo::pseudo_version(args.text(0), older.as_ref(), time, args.text(3))
    });
    version_answer(made.map(|version| version.to_string()), hits)
}

fn pattern_and_path(dice: &mut Dice) -> Args {
    let path = paths::module_path(dice);
    let pattern = paths::pattern_near(dice, &path);
    // A few go over the limit.
    let pattern = if dice.chance(1) { pattern.repeat(PATTERN_BYTES_MAX / 4) } else { pattern };
    Args::of([pattern, path])
}

fn glob(args: &Args, _: &mut Hits) -> Answer {
    option_answer(Pattern::parse(args.text(0)).map(|pattern| pattern.matches(args.text(1))))
}
