//! The `MODKEEP_…` variables.

use crate::env::Env;
use crate::report::Problem;
use crate::settings::nearest::nearest;
use crate::settings::origin::Origin;
use crate::settings::{AnySetting, Base, Spec, Value, table};

/// What the names of all our variables begin with.
pub const PREFIX: &str = "MODKEEP_";

/// The variable that names the settings file, in the place of `--config`.
pub const CONFIG: &str = "MODKEEP_CONFIG";

impl Spec {
    /// The variable of this setting: `MODKEEP_LOG_FORMAT` for `log-format`.
    pub fn variable(&self) -> String {
        format!("{PREFIX}{}", self.key.to_uppercase().replace('-', "_"))
    }
}

/// The setting's value in the environment, if it is there. An empty variable counts as not set.
pub(crate) fn value(setting: &dyn AnySetting, env: &Env) -> Result<Option<Value>, Problem> {
    let name = setting.spec().variable();
    let Some(value) = env.var(&name) else { return Ok(None) };
    let Some(text) = value.to_str() else { return Err(Problem::new(format!("{name} is not UTF-8"))) };
    let base = Base::new(env.cwd(), env);
    Ok(Some(Value { text: text.to_owned(), origin: Origin::Variable(name), base }))
}

/// A warning for each variable that looks like ours and is none. Not an error: what surrounds us may belong to a newer or
/// older modkeep.
pub(crate) fn unknown(env: &Env) -> Vec<Problem> {
    let known: Vec<String> = table::ALL.iter().map(|setting| setting.spec().variable()).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).chain([CONFIG]).collect();
    env.names_with_prefix(PREFIX)
        .filter(|name| !known.contains(name))
        .map(|name| warning(name, &known))
        .collect()
}

fn warning(name: &str, known: &[&str]) -> Problem {
    let problem = Problem::new(format!("the variable {name} is no setting of modkeep and has no effect"));
    match nearest(name, known.iter().copied()) {
        Some(near) => problem.advise(format!("the nearest setting is {near}")),
        None => problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Platform;
    use std::path::Path;

    #[test]
    fn an_unknown_variable_is_told_with_the_nearest() {
        let vars = [("MODKEEP_LISTN", "x"), ("MODKEEP_LISTEN", "x"), ("MODKEEP_CONFIG", "x"), ("OTHER", "x")];
        let warnings = unknown(&Env::new(vars, Path::new("/"), Platform::Unix));
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].message.contains("MODKEEP_LISTN "));
        assert_eq!(warnings[0].help.as_deref(), Some("the nearest setting is MODKEEP_LISTEN"));
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_not_text_is_an_error() {
        use std::ffi::OsString;
        use std::os::unix::ffi::OsStringExt;
        let vars = [("MODKEEP_DATA", OsString::from_vec(vec![b'/', 0xff]))];
        let env = Env::new(vars, Path::new("/"), Platform::Unix);
        assert_eq!(value(&table::DATA, &env).unwrap_err().message, "MODKEEP_DATA is not UTF-8");
    }
}
