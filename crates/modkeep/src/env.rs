//! The process environment, read once at the start and passed on as a value.
//!
//! Nothing else in the program reads a variable, the working directory or the terminal: what a run depends on can be
//! seen in one place, and a test gives its own (invariant 7).

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// Where users keep their settings differs between these; everything else we ask is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// macOS: go keeps its settings in `~/Library/Application Support`.
    MacOs,
    /// Linux and the rest: the XDG folders.
    Unix,
}

/// Variables, working directory and terminal of one run.
#[derive(Debug, Clone)]
pub struct Env {
    vars: BTreeMap<OsString, OsString>,
    cwd: PathBuf,
    platform: Platform,
    stderr_is_terminal: bool,
    stderr_columns: Option<usize>,
}

impl Env {
    /// The real environment. An unreadable working directory becomes `/`, so that nothing relative is found there.
    pub fn from_process() -> Self {
        Self {
            vars: std::env::vars_os().collect(),
            cwd: std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/")),
            platform: if cfg!(target_os = "macos") { Platform::MacOs } else { Platform::Unix },
            stderr_is_terminal: std::io::stderr().is_terminal(),
            stderr_columns: columns_of_stderr(),
        }
    }

    /// An environment of these variables alone, without a terminal.
    pub fn new<K, V>(vars: impl IntoIterator<Item = (K, V)>, cwd: &Path, platform: Platform) -> Self
    where
        K: Into<OsString>,
        V: Into<OsString>,
    {
        let vars = vars.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { vars, cwd: cwd.to_owned(), platform, stderr_is_terminal: false, stderr_columns: None }
    }

    /// The variable's value. An empty one counts as not set, as it does for go.
    pub fn var(&self, name: &str) -> Option<&OsStr> {
        self.vars.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// All variables, for whoever starts other programs and chooses what they may see.
    pub fn variables(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.vars.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// The same with these variables set.
    #[must_use]
    pub fn with<K, V>(&self, vars: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<OsString>,
        V: Into<OsString>,
    {
        let mut env = self.clone();
        env.vars.extend(vars.into_iter().map(|(name, value)| (name.into(), value.into())));
        env
    }

    /// The names of all variables that begin with `prefix`, sorted.
    pub fn names_with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        self.vars.keys().filter_map(|name| name.to_str()).filter(move |name| name.starts_with(prefix))
    }

    /// The working directory; relative paths on the command line begin here.
    pub fn cwd(&self) -> &Path {
        &self.cwd
    }

    /// What the user's folders are called here.
    pub fn platform(&self) -> Platform {
        self.platform
    }

    /// Whether somebody watches what is printed to stderr.
    pub fn stderr_is_terminal(&self) -> bool {
        self.stderr_is_terminal
    }

    /// How many characters fit into a line of stderr: what `COLUMNS` says, else the terminal's own width. `None` where nobody knows.
    pub fn stderr_columns(&self) -> Option<usize> {
        let set = self.var("COLUMNS").and_then(|columns| columns.to_str()?.parse().ok());
        set.or(self.stderr_columns)
    }

    /// Whether what is printed may hold letters and signs beyond ASCII.
    pub fn speaks_utf8(&self) -> bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| self.var(name));
        let locale = locale.map(|locale| locale.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        locale.contains("utf-8") || locale.contains("utf8")
    }

    /// The user's home, if `HOME` names an absolute path.
    pub fn home(&self) -> Option<&Path> {
        self.absolute("HOME")
    }

    /// `$XDG_CONFIG_HOME`, else `~/.config`.
    pub fn config_home(&self) -> Option<PathBuf> {
        self.xdg("XDG_CONFIG_HOME", ".config")
    }

    /// `$XDG_DATA_HOME`, else `~/.local/share`.
    pub fn data_home(&self) -> Option<PathBuf> {
        self.xdg("XDG_DATA_HOME", ".local/share")
    }

    /// `$XDG_CACHE_HOME`, else `~/.cache`.
    pub fn cache_home(&self) -> Option<PathBuf> {
        self.xdg("XDG_CACHE_HOME", ".cache")
    }

    /// `$XDG_STATE_HOME`, else `~/.local/state`.
    pub fn state_home(&self) -> Option<PathBuf> {
        self.xdg("XDG_STATE_HOME", ".local/state")
    }

    /// Where files of the moment belong: `$TMPDIR`, else `/tmp`.
    pub fn temporary(&self) -> PathBuf {
        self.absolute("TMPDIR").map_or_else(|| PathBuf::from("/tmp"), Path::to_owned)
    }

    /// The XDG rule: a relative path in such a variable is to be ignored.
    fn xdg(&self, name: &str, below_home: &str) -> Option<PathBuf> {
        let set = self.absolute(name).map(Path::to_owned);
        set.or_else(|| self.home().map(|home| home.join(below_home)))
    }

    fn absolute(&self, name: &str) -> Option<&Path> {
        self.var(name).map(Path::new).filter(|path| path.is_absolute())
    }
}

/// The width of the terminal behind stderr, if it is one that knows.
fn columns_of_stderr() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(vars: &[(&str, &str)]) -> Env {
        Env::new(vars.iter().copied(), Path::new("/here"), Platform::Unix)
    }

    #[test]
    fn an_empty_variable_counts_as_not_set() {
        assert_eq!(env(&[("A", "")]).var("A"), None);
        assert_eq!(env(&[("A", "x")]).var("A"), Some(OsStr::new("x")));
    }

    #[test]
    fn the_xdg_folders_fall_back_to_home_and_ignore_relative_paths() {
        let home = ("HOME", "/home/u");
        assert_eq!(env(&[home]).data_home(), Some(PathBuf::from("/home/u/.local/share")));
        assert_eq!(env(&[home, ("XDG_DATA_HOME", "rel")]).data_home(), env(&[home]).data_home());
        assert_eq!(env(&[home, ("XDG_CONFIG_HOME", "/c")]).config_home(), Some(PathBuf::from("/c")));
        assert_eq!(env(&[]).config_home(), None);
    }

    #[test]
    fn columns_and_letters_are_what_the_variables_say() {
        assert_eq!(env(&[("COLUMNS", "77")]).stderr_columns(), Some(77));
        assert_eq!(env(&[("COLUMNS", "wide")]).stderr_columns(), None);
        assert!(env(&[("LANG", "de_DE.UTF-8")]).speaks_utf8());
        assert!(!env(&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")]).speaks_utf8() && !env(&[]).speaks_utf8());
    }

    #[test]
    fn names_are_found_by_prefix() {
        let env = env(&[("MODKEEP_A", "1"), ("MODKEEP_B", ""), ("OTHER", "1")]);
        assert_eq!(env.names_with_prefix("MODKEEP_").collect::<Vec<_>>(), ["MODKEEP_A", "MODKEEP_B"]);
    }
}
