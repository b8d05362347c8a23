//! The job for a CI: which CI, and what the job says.

use std::path::Path;

use super::Ci;
use super::repository::Repository;

const GITHUB: &str = include_str!("templates/github.yml");
const GITLAB: &str = include_str!("templates/gitlab.yml");

/// What a workspace builds and tests: all of its modules.
const OF_ALL: &str = r#"$(go list -m -f "{{.Dir}}/...")"#;

/// A job, and the file that it belongs into, below the top of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) file: &'static str,
    pub(super) content: String,
}

impl Job {
    /// The job for this CI.
    pub(super) fn of(ci: Ci, is_workspace: bool) -> Option<Self> {
        let (file, template) = match ci {
            Ci::Github => (".github/workflows/modkeep.yml", GITHUB),
            Ci::Gitlab => (".gitlab-ci.yml", GITLAB),
            Ci::None => return None,
        };
        let version_file = if is_workspace { "go.work" } else { "go.mod" };
        let content = template
            .replace("@VERSION_FILE@", version_file)
            .replace("@BUILD@", &command("build", is_workspace))
            .replace("@TEST@", &command("test", is_workspace));
        Some(Self { file, content })
    }
}

fn command(verb: &str, is_workspace: bool) -> String {
    if is_workspace {
        format!("modkeep exec -- sh -c 'go {verb} {OF_ALL}'")
    } else {
        format!("modkeep go {verb} ./...")
    }
}

/// The CI that the remote or the folder tells of.
pub(super) fn guessed(root: &Path, repository: &Repository) -> Ci {
    let host = repository.host().unwrap_or_default();
    let has = |name: &str| root.join(name).exists();
    match () {
        () if host.contains("github") => Ci::Github,
        () if host.contains("gitlab") => Ci::Gitlab,
        () if has(".github") => Ci::Github,
        () if has(".gitlab-ci.yml") => Ci::Gitlab,
        () => Ci::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remote_tells_first_and_then_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let at = |host: &str| Repository { origin: Some(format!("{host}/x")), ..Repository::default() };
        assert_eq!(guessed(folder.path(), &at("host.example")), Ci::None);
        std::fs::write(folder.path().join(".gitlab-ci.yml"), "").unwrap();
        assert_eq!(guessed(folder.path(), &at("host.example")), Ci::Gitlab);
        assert_eq!(guessed(folder.path(), &at("github.corp.example")), Ci::Github);
        assert_eq!(guessed(folder.path(), &at("gitlab.corp.example")), Ci::Gitlab);
    }

    #[test]
    fn nothing_of_a_template_is_left_open() {
        for (ci, is_workspace) in
            [(Ci::Github, true), (Ci::Github, false), (Ci::Gitlab, true), (Ci::Gitlab, false)]
        {
            let content = Job::of(ci, is_workspace).unwrap().content;
            assert!(
                content.contains("build") && !content.contains("@BUILD@") && !content.contains("@T"),
                "{content}"
            );
        }
        assert_eq!(Job::of(Ci::None, false), None);
    }
}
