//! The folder of a module in one commit, by the go.mod files that are there (protocol.md D3).

use bytes::Bytes;
use gomod::modfile::module_path_of;
use gomod::path::split_path_version;
use gomod::semver;

use super::declared::{fits, is_excused};
use super::fault::Fault;
use super::inquiry::Inquiry;
use super::place::{Place, join};
use crate::{Commit, RepoError};

/// The longest go.mod that go takes (protocol.md C2), in bytes.
const GO_MOD_BYTES_MAX: u64 = 16 << 20;

/// Where a module is in a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder {
    /// From the root of the repository; empty for the root itself.
    pub(super) dir: String,
    /// Its go.mod, raw. None only where a module may lack one.
    pub(super) go_mod: Option<Bytes>,
}

impl Folder {
    /// The go.mod to serve: one that says nothing but the path where there is none (C16).
    pub(super) fn go_mod_or_legacy(self, place: &Place) -> Bytes {
        self.go_mod.unwrap_or_else(|| legacy_go_mod(place))
    }
}

/// The go.mod that stands for a missing one. A valid path never needs quotes.
pub(super) fn legacy_go_mod(place: &Place) -> Bytes {
    format!("module {}\n", place.path).into()
}

impl Inquiry<'_> {
    /// The folder of the module in this commit, which is told as `version` in faults.
    pub(super) async fn folder(&self, commit: &Commit, version: &str) -> Result<Folder, Fault> {
        let place = self.place;
        let plain = self.go_mod_in(commit, &place.folder).await?;
        let major_dir = place.major_folder();
        let major = match &major_dir {
            Some(dir) => self.go_mod_in(commit, dir).await?,
            None => None,
        };
        let choice = choose(place, version, declared(plain.as_ref()), declared(major.as_ref()));
        match choice.map_err(Fault::Absent)? {
            Choice::Plain => Ok(Folder { dir: place.folder.clone(), go_mod: plain }),
            Choice::Major => Ok(Folder { dir: major_dir.unwrap_or_default(), go_mod: major }),
        }
    }

    /// The go.mod directly in a folder, if there is one.
    pub(super) async fn go_mod_in(&self, commit: &Commit, dir: &str) -> Result<Option<Bytes>, RepoError> {
        let path = join(dir, "go.mod");
        match self.repo.read_file(&commit.id, &path, GO_MOD_BYTES_MAX, self.job).await {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// What a go.mod declares, if there is one: empty when it declares nothing.
fn declared(go_mod: Option<&Bytes>) -> Option<String> {
    go_mod.map(|content| module_path_of(content).unwrap_or_default())
}

#[derive(Debug, PartialEq, Eq)]
enum Choice {
    /// The folder without the major version.
    Plain,
    /// The folder for the major version.
    Major,
}

/// Decides between the two (D3). Errors are go's words.
fn choose(
    place: &Place,
    version: &str,
    plain: Option<String>,
    major: Option<String>,
) -> Result<Choice, String> {
    let revision = place.revision(version);
    let plain_fits = plain.as_ref().is_some_and(|p| fits(p, place.suffix()) || is_excused(p, place.suffix()));
    match (plain, major) {
        (plain, Some(major)) => choose_major(place, &revision, plain_fits, plain.as_deref(), &major),
        (Some(_), None) if plain_fits => Ok(Choice::Plain),
        (Some(declared), None) => Err(misfit(place, version, &declared)),
        (None, None) if place.may_lack_go_mod() => Ok(Choice::Plain),
        (None, None) => Err(missing(place, &revision)),
    }
}

fn choose_major(
    place: &Place,
    revision: &str,
    plain_fits: bool,
    plain: Option<&str>,
    major: &str,
) -> Result<Choice, String> {
    let suffix = place.suffix();
    let file = format!("{}/{}/go.mod", place.root, join(&place.folder, suffix.trim_start_matches('/')));
    match (plain, fits(major, suffix)) {
        (Some(_), true) if plain_fits => Err(format!(
            "{}/{} and ...{suffix}/go.mod both have ...{suffix} module paths at revision {revision}",
            place.stem(),
            join(&place.folder, "go.mod"),
        )),
        (_, true) => Ok(Choice::Major),
        (_, false) if major.is_empty() => {
            Err(format!("{file} is missing module path at revision {revision}"))
        }
        (_, false) => Err(format!("{file} has non-...{suffix} module path {major:?} at revision {revision}")),
    }
}

/// Why the go.mod of the plain folder is not the one of this module.
fn misfit(place: &Place, version: &str, declared: &str) -> String {
    let (suffix, file) = (place.suffix(), join(&place.folder, "go.mod"));
    let revision = place.revision(version);
    let tried = match place.major_folder() {
        Some(_) => format!(" (and ...{suffix}/go.mod does not exist)"),
        None => String::new(),
    };
    let what = if declared.is_empty() {
        "is missing module path".to_owned()
    } else if !suffix.is_empty() {
        format!("has non-...{suffix} module path {declared:?}")
    } else if split_path_version(declared).is_none() {
        format!("has malformed module path {declared:?}")
    } else {
        format!("has post-{} module path {declared:?}", semver::major(version).unwrap_or_default())
    };
    format!("{file} {what}{tried} at revision {revision}")
}

fn missing(place: &Place, revision: &str) -> String {
    let suffix = place.suffix();
    match place.major_folder() {
        Some(_) => {
            format!("missing {}/go.mod and ...{suffix}/go.mod at revision {revision}", place.stem())
        }
        None => format!("missing {}/go.mod at revision {revision}", place.stem()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gomod::ModulePath;

    fn choice(
        path: &str,
        root: &str,
        version: &str,
        plain: Option<&str>,
        major: Option<&str>,
    ) -> Result<Choice, String> {
        let place = Place::new(ModulePath::parse(path).unwrap(), root, "").unwrap();
        choose(&place, version, plain.map(str::to_owned), major.map(str::to_owned))
    }

    const M: &str = "a.example/m";

    #[test]
    fn the_folder_is_the_one_whose_go_mod_fits() {
        for (path, plain, major, expected) in [
            ("a.example/m", Some("a.example/m"), None, Choice::Plain),
            ("a.example/m", Some("b.example/fork"), None, Choice::Plain),
            ("a.example/m", Some("gopkg.in/m.v3"), None, Choice::Plain),
            ("a.example/m", None, None, Choice::Plain),
            ("a.example/m/v2", Some("a.example/m/v2"), None, Choice::Plain),
            ("a.example/m/v2", Some("a.example/m"), Some("a.example/m/v2"), Choice::Major),
            ("a.example/m/v2", None, Some("a.example/m/v2"), Choice::Major),
            ("a.example/m/v2", Some(""), Some("a.example/m/v2"), Choice::Major),
            ("a.example/m/sub", Some("a.example/m/sub"), None, Choice::Plain),
        ] {
            assert_eq!(choice(path, M, "v2.0.0", plain, major), Ok(expected), "{path} {plain:?} {major:?}");
        }
    }

    #[test]
    fn refusals_are_gos_words() {
        for (path, plain, major, expected) in [
            (
                "a.example/m/v2",
                Some("a.example/m/v2"),
                Some("a.example/m/v2"),
                "a.example/m/go.mod and .../v2/go.mod both have .../v2 module paths at revision v2.0.0",
            ),
            (
                "a.example/m/v2",
                Some("a.example/m/v2"),
                Some("a.example/m"),
                "a.example/m/v2/go.mod has non-.../v2 module path \"a.example/m\" at revision v2.0.0",
            ),
            (
                "a.example/m/v2",
                None,
                Some(""),
                "a.example/m/v2/go.mod is missing module path at revision v2.0.0",
            ),
            (
                "a.example/m/v2",
                Some("a.example/m"),
                None,
                "go.mod has non-.../v2 module path \"a.example/m\" (and .../v2/go.mod does not exist) at revision v2.0.0",
            ),
            ("a.example/m/v2", None, None, "missing a.example/m/go.mod and .../v2/go.mod at revision v2.0.0"),
            (
                "a.example/m",
                Some("a.example/m/v2"),
                None,
                "go.mod has post-v2 module path \"a.example/m/v2\" at revision v2.0.0",
            ),
            ("a.example/m", Some(""), None, "go.mod is missing module path at revision v2.0.0"),
            (
                "a.example/m",
                Some("a.example/m/v1"),
                None,
                "go.mod has malformed module path \"a.example/m/v1\" at revision v2.0.0",
            ),
            ("a.example/m/sub", None, None, "missing a.example/m/sub/go.mod at revision sub/v2.0.0"),
            (
                "a.example/m/sub/v2",
                None,
                Some("a.example/m"),
                "a.example/m/sub/v2/go.mod has non-.../v2 module path \"a.example/m\" at revision sub/v2.0.0",
            ),
        ] {
            assert_eq!(choice(path, M, "v2.0.0", plain, major), Err(expected.to_owned()), "{path}");
        }
    }

    #[test]
    fn a_repository_that_is_the_major_version_as_a_whole_has_no_folder_for_it() {
        let path = "a.example/m/v2";
        assert_eq!(choice(path, path, "v2.0.0", Some(path), None), Ok(Choice::Plain));
        let missing = "missing a.example/m/v2/go.mod at revision v2.0.0";
        assert_eq!(choice(path, path, "v2.0.0", None, None), Err(missing.to_owned()));
    }

    #[test]
    fn gopkg_in_may_lack_a_go_mod_but_not_have_another() {
        let path = "gopkg.in/m.v2";
        assert_eq!(choice(path, path, "v2.0.0", None, None), Ok(Choice::Plain));
        assert_eq!(choice(path, path, "v2.0.0", Some(path), None), Ok(Choice::Plain));
        let message = "go.mod has non-....v2 module path \"gopkg.in/m.v3\" at revision v2.0.0";
        assert_eq!(choice(path, path, "v2.0.0", Some("gopkg.in/m.v3"), None), Err(message.to_owned()));
    }
}
