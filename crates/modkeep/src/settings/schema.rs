//! The JSON Schema of `modkeep.toml`, for editors that complete and check while one types.

use serde_json::{Map, Value, json};

use crate::settings::file::{PLACE, REDIRECT, REDIRECT_KEYS};
use crate::settings::place::keys::{self, Key, Kind};
use crate::settings::{AnySetting, DefaultValue, Shape, Spec, table};

/// The schema, made from the table of settings.
pub fn schema() -> Value {
    let mut properties: Map<String, Value> =
        table::ALL.into_iter().map(AnySetting::spec).map(property).collect();
    properties.insert(PLACE.to_owned(), places());
    properties.insert(REDIRECT.to_owned(), redirects());
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
    let properties: Map<String, Value> = keys::ALL.iter().map(key_of_place).collect();
    json!({
        "type": "array",
        "description": "What holds for single members of the upstream list.",
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": [keys::URL],
            "properties": properties,
        },
    })
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
    json!({
        "type": "array",
        "description": "Modules that clients are told to fetch elsewhere (302). The first table that fits holds.",
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": [paths, to],
            "properties": properties,
        },
    })
}

fn key_of_place(key: &Key) -> (String, Value) {
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
        assert_eq!(properties.len(), table::ALL.len() + 2);
        assert_eq!(properties["fallback"]["enum"], json!(["resilient", "go"]));
        assert_eq!(properties["upstream"].get("default"), None);
        assert_eq!(properties["listen"]["default"], "127.0.0.1:3000");
    }
}
