//! The JSON Schema of `modkeep.toml`, for editors that complete and check while one types.

use serde_json::{Map, Value, json};

use crate::settings::credential::{self, HOST, PASSWORD_KEYS, USER};
use crate::settings::file::{CREDENTIAL, PLACE, REDIRECT, REDIRECT_KEYS, REPOSITORY, REWRITE};
use crate::settings::key::{Key, Kind};
use crate::settings::place::keys;
use crate::settings::repository::{INSTEAD_OF, PREFIX, REPOSITORY_KEYS, REWRITE_KEYS, URL, VCS};
use crate::settings::{AnySetting, DefaultValue, Shape, Spec, table};

/// The schema, made from the table of settings.
pub fn schema() -> Value {
    let mut properties: Map<String, Value> =
        table::ALL.into_iter().map(AnySetting::spec).map(property).collect();
    properties.insert(PLACE.to_owned(), places());
    properties.insert(REDIRECT.to_owned(), redirects());
    properties.insert(REPOSITORY.to_owned(), repositories());
    properties.insert(REWRITE.to_owned(), rewrites());
    properties.insert(CREDENTIAL.to_owned(), credentials());
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "modkeep.toml",
        "description": "Settings of modkeep. Flags and MODKEEP_… variables win over this file.",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}

fn property(spec: &Spec) -> (String, Value) {
    let description =
        format!("{}\n\nExpects {}. Default: {}.", spec.doc, spec.expects, spec.describe_default());
    let mut property = json!({ "type": "string", "description": description });
    if let Shape::OneOf(choices) = spec.shape {
        property["enum"] = choices().iter().map(|choice| choice.name).collect();
    }
    if let (DefaultValue::Text(text), None) = (spec.default, spec.go) {
        property["default"] = json!(text);
    }
    (spec.key.to_owned(), property)
}

fn places() -> Value {
    tables("What holds for single members of the upstream list.", &[keys::URL], &properties(&keys::ALL))
}

fn repositories() -> Value {
    let mut properties = properties(&REPOSITORY_KEYS);
    properties[VCS]["default"] = json!("git");
    properties[VCS]["enum"] = json!(["git", "hg", "svn"]);
    let description = "Where the repositories of modules are, so that no host is asked for it. The longest prefix of a \
                       module path holds; of two files the nearer one. GOVCS is not asked about these.";
    tables(description, &[PREFIX, URL], &properties)
}

fn rewrites() -> Value {
    let description = "Beginnings of the URLs of repositories that others take the place of, as url.<base>.insteadOf does \
                       for git.";
    tables(description, &[URL, INSTEAD_OF], &properties(&REWRITE_KEYS))
}

fn credentials() -> Value {
    let description = "Users and passwords for hosts of repositories over https, before those of netrc. Each needs one of \
                       password, password-file and password-env.";
    let mut tables = tables(description, &[HOST, USER], &properties(&credential::KEYS));
    tables["items"]["oneOf"] = PASSWORD_KEYS.map(|key| json!({ "required": [key] })).into();
    tables
}

/// The schema of an array of tables.
fn tables(description: &str, required: &[&str], properties: &Value) -> Value {
    json!({
        "type": "array",
        "description": description,
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": required,
            "properties": properties,
        },
    })
}

fn properties(keys: &[Key]) -> Value {
    Value::Object(keys.iter().map(property_of_key).collect())
}

fn redirects() -> Value {
    let [paths, to, max_age, what] = REDIRECT_KEYS;
    let text = |description: &str| json!({ "type": "string", "description": description });
    let mut properties = json!({
        paths: text("The modules, in the grammar of GOPRIVATE. Those that match gonoproxy are never redirected."),
        to: text("The URL of the proxy where they are to be fetched; without user, password and query."),
        max_age: text("How long clients and caches may remember it, such as 5m; up to 24h."),
        what: text("Which requests are redirected: those for zips, or all."),
    });
    properties[max_age]["default"] = json!("1h");
    properties[what]["default"] = json!("zips");
    properties[what]["enum"] = json!(["zips", "all"]);
    let description =
        "Modules that clients are told to fetch elsewhere (302). The first table that fits holds.";
    tables(description, &[paths, to], &properties)
}

fn property_of_key(key: &Key) -> (String, Value) {
    let property = match key.kind {
        Kind::Text => json!({ "type": "string", "description": key.doc }),
        Kind::Mark => json!({ "type": "boolean", "default": false, "description": key.doc }),
    };
    (key.name.to_owned(), property)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_in_the_schema_and_no_other() {
        let schema = schema();
        let properties = schema["properties"].as_object().unwrap();
        for spec in table::ALL.map(AnySetting::spec) {
            assert_eq!(properties[spec.key]["type"], "string", "{}", spec.key);
        }
        assert_eq!(properties.len(), table::ALL.len() + 5);
        assert_eq!(properties["fallback"]["enum"], json!(["resilient", "go"]));
        assert_eq!(properties["upstream"].get("default"), None);
        assert_eq!(properties["listen"]["default"], "127.0.0.1:3000");
    }
}
