//! go.mod and go.work files.

use gomod::modfile::{GoMod, ParseErrors, Replace, Replacement, WorkFile, module_path_of};
use serde_json::{Value, json};

use super::Function;
use crate::grammar::go_mod;
use crate::hits::Hits;
use crate::question::{Answer, Args};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "modfile",
        inputs: 4000,
        generate: |dice| Args::of([go_mod::file(dice)]),
        ours: |args, hits| meaning_or_places(GoMod::parse(args.bytes(0)), hits),
    },
    Function {
        name: "modfile_lax",
        inputs: 3000,
        generate: |dice| Args::of([go_mod::file(dice)]),
        ours: |args, hits| meaning_or_places(GoMod::parse_lax(args.bytes(0)), hits),
    },
    Function {
        name: "workfile",
        inputs: 2000,
        generate: |dice| Args::of([go_mod::work_file(dice)]),
        ours: |args, hits| {
            let file = WorkFile::parse(args.bytes(0));
            file.map(|file| work_meaning(&file)).map_err(|errors| places(&errors, hits))
        },
    },
    Function {
        name: "module_path",
        inputs: 2000,
        generate: |dice| Args::of([go_mod::file(dice)]),
        ours: |args, _| module_path_of(args.bytes(0)).map(Value::from).ok_or(Value::Null),
    },
];

fn meaning_or_places(result: Result<GoMod, ParseErrors>, hits: &mut Hits) -> Answer {
    result.map(|file| meaning(&file)).map_err(|errors| places(&errors, hits))
}

/// How many errors there are, and where the first stand.
fn places(errors: &ParseErrors, hits: &mut Hits) -> Value {
    errors.iter().for_each(|error| hits.note("Problem", &error.problem));
    let places: Value =
        errors.iter().map(|error| json!([error.position.line, error.position.column])).collect();
    json!([errors.iter().len() + errors.more(), places])
}

/// The whole go.work file in the form that the oracle gives it.
fn work_meaning(file: &WorkFile) -> Value {
    let mut all = json!({
        "replace": each(&file.replace, replace),
        "godebug": each(&file.godebug, |g| json!([g.key, g.value])),
        "use": file.uses,
    });
    if let Some(go) = &file.go {
        all["go"] = json!(go.as_str());
    }
    if let Some(toolchain) = &file.toolchain {
        all["toolchain"] = json!(toolchain);
    }
    all
}

/// The whole file in the form that the oracle gives it.
fn meaning(file: &GoMod) -> Value {
    let mut all = json!({
        "require": each(&file.require, |r| json!([r.path, r.version.as_str(), r.indirect])),
        "exclude": each(&file.exclude, |e| json!([e.path, e.version.as_str()])),
        "replace": each(&file.replace, replace),
        "retract": each(&file.retract, |r| json!([r.low, r.high, &*r.rationale])),
        "godebug": each(&file.godebug, |g| json!([g.key, g.value])),
        "tool": file.tool,
        "ignore": file.ignore,
    });
    if let Some(module) = &file.module {
        all["module"] = json!([module.path, module.deprecated.as_deref().unwrap_or_default()]);
    }
    if let Some(go) = &file.go {
        all["go"] = json!(go.as_str());
    }
    if let Some(toolchain) = &file.toolchain {
        all["toolchain"] = json!(toolchain);
    }
    all
}

fn each<T>(list: &[T], describe: impl Fn(&T) -> Value) -> Value {
    list.iter().map(describe).collect()
}

fn replace(replace: &Replace) -> Value {
    let version = replace.version.as_ref().map_or("", |version| version.as_str());
    match &replace.with {
        Replacement::Module { path, version: new } => json!([replace.path, version, path, new.as_str()]),
        Replacement::Directory(directory) => json!([replace.path, version, directory, ""]),
    }
}
