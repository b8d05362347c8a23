//! The page of settings, made from the JSON schema that `modkeep config schema` prints.

use std::fmt::Write as _;

use serde_json::Value;

use crate::failure::{Context as _, Failure};

const HEAD: &str = "# Settings\n\n<!-- Written by `cargo xtask docs`; change the settings in crates/modkeep instead. -->\n\n\
    Every setting is a key in `modkeep.toml`, a `MODKEEP_…` variable and a flag. The names follow from the key: \
    `idle-timeout` is `MODKEEP_IDLE_TIMEOUT` and `--idle-timeout`. [modkeep.schema.json](modkeep.schema.json) lets an \
    editor complete and check the file.\n";

/// The page docs/config.md for `schema`.
pub(super) fn page(schema: &str) -> Result<String, Failure> {
    let schema: Value = serde_json::from_str(schema).cannot("read what `modkeep config schema` prints")?;
    let properties = schema["properties"].as_object().filter(|properties| !properties.is_empty());
    let properties = properties.ok_or_else(|| Failure::new("`modkeep config schema` names no settings"))?;
    let mut page = String::from(HEAD);
    for (key, setting) in properties {
        let text = |name: &str| setting[name].as_str().unwrap_or_default().trim();
        let _ = write!(page, "\n## {key}\n\n{}\n", text("description"));
        for (at, (name, value)) in facts(setting).iter().enumerate() {
            let gap = if at == 0 { "\n" } else { "" };
            let _ = writeln!(page, "{gap}- {name}: {value}");
        }
    }
    Ok(page)
}

/// What the schema says about one setting besides its description.
fn facts(setting: &Value) -> Vec<(&'static str, String)> {
    let named = [("type", &setting["type"]), ("one of", &setting["enum"]), ("default", &setting["default"])];
    let all = named.into_iter().chain([("examples", &setting["examples"])]);
    all.filter(|(_, value)| !value.is_null()).map(|(name, value)| (name, shown(value))).collect()
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
    fn a_schema_without_settings_is_an_error() {
        assert!(page("{}").is_err());
        assert!(page("no json").is_err());
    }
}
