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
        for (at, (name, column)) in columns.into_iter().flatten().enumerate() {
            let gap = if at == 0 { "\n" } else { "" };
            let kind = column["type"].as_str().unwrap_or("any type");
            let _ = writeln!(page, "{gap}- `{name}` ({kind}): {}", description(column));
        }
    }
    Ok(page)
}

/// What a setting means. The binary writes into it what is expected and what the default is.
fn description(setting: &Value) -> &str {
    setting["description"].as_str().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_gets_a_heading_and_its_meaning() {
        let schema = r#"{"properties":{"listen":{"type":"string","description":"Where. Default: here.\n"},
            "log":{"type":"string","description":"How."}}}"#;
        let page = page(schema).unwrap();
        assert!(page.ends_with("\n## listen\n\nWhere. Default: here.\n\n## log\n\nHow.\n"), "{page}");
    }

    #[test]
    fn a_table_is_told_key_by_key() {
        let schema = r#"{"properties":{"place":{"type":"array","description":"Marks.","items":{"properties":{
            "url":{"type":"string","description":"Which."}}}}}}"#;
        assert!(page(schema).unwrap().ends_with("\n## [[place]]\n\nMarks.\n\n- `url` (string): Which.\n"));
    }

    #[test]
    fn a_schema_without_settings_is_an_error() {
        assert!(page("{}").is_err());
        assert!(page("no json").is_err());
    }
}
