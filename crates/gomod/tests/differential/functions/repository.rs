//! Where repositories are: the table of hosts, go-import tags, GOVCS.

use gomod::repository::imports::{self, GoImport};
use gomod::repository::{GoVcs, KnownPlace, RepositoryError, Vcs, well_known};
use serde_json::{Value, json};

use super::Function;
use crate::grammar::{pages, repositories};
use crate::hits::Hits;
use crate::question::{Answer, Args};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "go_imports",
        inputs: 6000,
        generate: |dice| Args::of([pages::page(dice)]),
        ours: |args, _| go_imports(args.bytes(0)),
    },
    Function {
        name: "match_go_import",
        inputs: 1000,
        generate: |dice| Args::of(repositories::path_and_tags(dice)),
        ours: matching,
    },
    Function {
        name: "check_go_import",
        inputs: 1000,
        generate: |dice| Args::of(repositories::fields(dice)),
        ours: |args, hits| {
            let [vcs, url, subdir] = [0, 1, 2].map(|at| args.text(at).to_owned());
            let checked = GoImport { prefix: String::new(), vcs, url, subdir }.check();
            checked.map(|_| Value::Null).map_err(|error| {
                hits.note("TagError", &error);
                Value::Null
            })
        },
    },
    Function {
        name: "govcs",
        inputs: 1500,
        generate: |dice| Args::of(repositories::govcs(dice)),
        ours: allowed,
    },
    Function {
        name: "well_known",
        inputs: 3000,
        generate: |dice| Args::of([repositories::path(dice)]),
        ours: known,
    },
];

pub(crate) fn go_imports(page: &[u8]) -> Answer {
    let tags = imports::parse(page).map_err(|_| Value::Null)?;
    Ok(tags.iter().map(fields).collect())
}

fn fields(tag: &GoImport) -> Value {
    json!([tag.prefix, tag.vcs, tag.url, tag.subdir])
}

fn matching(args: &Args, hits: &mut Hits) -> Answer {
    let texts = args.texts();
    let tag = |[prefix, vcs, url, subdir]: &[&str; 4]| {
        let [prefix, vcs, url, subdir] = [prefix, vcs, url, subdir].map(|text| (*text).to_owned());
        GoImport { prefix, vcs, url, subdir }
    };
    let tags: Vec<_> = texts[1..].as_chunks().0.iter().map(tag).collect();
    imports::find(&tags, texts[0]).map(fields).map_err(|error| {
        hits.note("MatchError", &error);
        Value::Null
    })
}

/// In the order of the oracle.
const SYSTEMS: [Vcs; 4] = [Vcs::Mercurial, Vcs::Git, Vcs::Subversion, Vcs::Fossil];

fn allowed(args: &Args, hits: &mut Hits) -> Answer {
    let rules = GoVcs::parse(args.text(0)).map_err(|error| {
        hits.note("GoVcsError", &error);
        Value::Null
    })?;
    let is_private = args.text(2) == "private";
    Ok(json!(SYSTEMS.map(|vcs| rules.allows(args.text(1), vcs, is_private))))
}

fn known(args: &Args, hits: &mut Hits) -> Answer {
    let known = well_known(args.text(0)).map_err(|error: RepositoryError| {
        hits.note("RepositoryError", &error);
        Value::Null
    })?;
    Ok(known.map_or(json!([]), |known| match known.place {
        KnownPlace::Url(place) | KnownPlace::Unschemed(place) => {
            json!([known.root, known.vcs.as_str(), place])
        }
    }))
}
