//! The page of settings, made from the JSON schema that `modkeep config schema` prints.

use std::fmt::Write as _;

use serde_json::Value;

use crate::failure::{Context as _, Failure};

const HEAD: &str = "# Settings\n\n<!-- Written by `cargo xtask docs`; change the settings in crates/modkeep instead. -->\n\n\
    A setting is a key in `modkeep.toml`, a `MODKEEP_…` variable and a flag. The names follow from the key: \
    `idle-timeout` is `MODKEEP_IDLE_TIMEOUT` and `--idle-timeout`. Tables exist in the file only. \
    [modkeep.schema.json](modkeep.schema.json) lets an editor complete and check the file.\n";

/// The page docs/config.md for `schema`.
pub(super) fn page(schema: &str) -> Result<String, Failure> {
    let schema: Value = serde_json::from_str(schema).cannot("read what `modkeep config schema` prints")?;
    let properties = schema["properties"].as_object().filter(|properties| !properties.is_empty());
    let properties = properties.ok_or_else(|| Failure::new("`modkeep config schema` names no settings"))?;
    let mut page = String::from(HEAD);
    for (key, setting) in properties {
        let columns = setting["items"]["properties"].as_object();
        let title = if columns.is_some() { format!("[[{key}]]") } else { key.clone() };
        let _ = write!(page, "\n## {title}\n\n{}\n", description(setting));
        let facts = columns.map_or_else(|| facts(setting), |columns| columns.iter().map(column).collect());
        for (at, fact) in facts.iter().enumerate() {
            let gap = if at == 0 { "\n" } else { "" };
            let _ = writeln!(page, "{gap}- {fact}");
        }
    }
    Ok(page)
}

fn description(setting: &Value) -> &str {
    setting["description"].as_str().unwrap_or_default().trim()
}

/// What the schema says about one setting besides its description.
fn facts(setting: &Value) -> Vec<String> {
    let named = [("type", &setting["type"]), ("one of", &setting["enum"]), ("default", &setting["default"])];
    let given = named.into_iter().filter(|(_, value)| !value.is_null());
    given.map(|(name, value)| format!("{name}: {}", shown(value))).collect()
}

/// One key of a table: its name, its type, what it means.
fn column((key, setting): (&String, &Value)) -> String {
    format!("`{key}` ({}): {}", facts(setting).join(", "), description(setting))
}

fn shown(value: &Value) -> String {
    match value {
        Value::Array(values) => values.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_gets_a_heading_and_its_facts() {
        let schema = r#"{"properties":{"listen":{"type":"string","description":"Where.\n","default":"127.0.0.1:3000"},
            "log":{"enum":["a","b"],"description":"How."}}}"#;
        let page = page(schema).unwrap();
        assert!(
            page.contains("\n## listen\n\nWhere.\n\n- type: `string`\n- default: `127.0.0.1:3000`\n"),
            "{page}"
        );
        assert!(page.ends_with("\n## log\n\nHow.\n\n- one of: `a`, `b`\n"), "{page}");
    }

    #[test]
    fn a_table_is_told_key_by_key() {
        let schema = r#"{"properties":{"place":{"type":"array","description":"Marks.","items":{"properties":{
            "url":{"type":"string","description":"Which."}}}}}}"#;
        assert!(
            page(schema).unwrap().ends_with("\n## [[place]]\n\nMarks.\n\n- `url` (type: `string`): Which.\n")
        );
    }

    #[test]
    fn a_schema_without_settings_is_an_error() {
        assert!(page("{}").is_err());
        assert!(page("no json").is_err());
    }
}
