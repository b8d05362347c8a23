//! The settings of `direct`: where repositories are, how they are reached, and what they may take.

use std::path::PathBuf;
use std::time::Duration;

use gomod::glob::PrefixPatterns;
use gomod::repository::GoVcs;

use super::{file, text_of, wait};
use crate::env::Env;
use crate::settings::values::{self, RepositoryWay};
use crate::settings::{DefaultValue, Invalid, Setting, Shape, Spec};

/// Where the cache is when nobody has a home, as with many services.
const CACHE_WITHOUT_HOME: &str = "/var/cache";

/// Which programs may be run for which modules.
pub static GOVCS: Setting<GoVcs> = Setting {
    spec: Spec {
        key: "govcs",
        value_name: "RULES",
        shape: Shape::Text,
        expects: "rules as in GOVCS, such as corp.example:git|svn,public:git",
        default: DefaultValue::Text("private:all,public:git|hg"),
        go: Some("GOVCS"),
        may_hold_secrets: false,
        doc: "Which version control systems may be used for which repositories, as in GOVCS.\n\nEach rule is a pattern \
              of paths, a colon, and systems (git, hg, svn) with | between them, or all, or off; the first rule that \
              matches decides. In the place of a pattern, private and public stand for what --goprivate matches and \
              does not match. Paths without a rule fall under the default.",
    },
    parse: values::govcs,
};

/// Which modules need no secure way.
pub static GOINSECURE: Setting<PrefixPatterns> = Setting {
    spec: Spec {
        key: "goinsecure",
        value_name: "PATTERNS",
        shape: Shape::Text,
        expects: "patterns as in GOINSECURE, such as old.corp.example/*",
        default: DefaultValue::Text(""),
        go: Some("GOINSECURE"),
        may_hold_secrets: false,
        doc: "Which modules may come over plain http or without a checked certificate, as in GOINSECURE.\n\nOnly where \
              their repositories are asked themselves. Whoever is in between can then read and change them: what a \
              checksum database vouches for is still verified, everything else is believed.",
    },
    parse: values::patterns,
};

/// The configuration that git reads.
pub static GIT_CONFIG: Setting<Option<PathBuf>> = Setting {
    spec: Spec {
        expects: "the path of a file, such as /etc/modkeep/gitconfig; empty means none",
        ..file(
            "git-config",
            "The one file of git configuration that is read when git fetches.\n\nFor proxies, certificates or credential \
             helpers. It can name programs that git runs, so only those who may administer this server should be able \
             to write it. Without it only modkeep's own settings count, never those of the system or a user.",
        )
    },
    parse: values::optional_file,
};

/// In which order ways to a repository are tried.
pub static REPOSITORY_WAYS: Setting<Vec<RepositoryWay>> = Setting {
    spec: Spec {
        key: "repository-ways",
        value_name: "WAYS",
        shape: Shape::Text,
        expects: "ssh, https or both with a comma between them, such as https,ssh",
        default: DefaultValue::Text("ssh,https"),
        go: None,
        may_hold_secrets: false,
        doc: "The ways on which repositories are reached, in the order in which they are tried.\n\nWhen one fails by \
              network, key or certificate, the next is tried; a way that is not named is not. ssh needs --ssh-key or \
              the keys of the user that runs modkeep; https takes its users and passwords from [[credential]] tables and \
              netrc.",
    },
    parse: values::repository_ways,
};

/// Who we are over ssh.
pub static SSH_KEY: Setting<Option<PathBuf>> = Setting {
    spec: Spec {
        expects: "the path of a file, such as /etc/modkeep/id_ed25519; empty means none",
        ..file(
            "ssh-key",
            "The private key with which repositories are reached over ssh.\n\nWithout a passphrase, since nobody is there \
             to type it, and readable by nobody but the user that runs modkeep, or ssh refuses it. Without it ssh looks \
             at its usual places in that user's home.",
        )
    },
    parse: values::optional_file,
};

/// Whom we trust over ssh.
pub static SSH_KNOWN_HOSTS: Setting<Option<PathBuf>> = Setting {
    spec: Spec {
        expects: "the path of a file, such as /etc/modkeep/known_hosts; empty means none",
        ..file(
            "ssh-known-hosts",
            "The keys of the hosts that may be reached over ssh, as in known_hosts.\n\nA host that is not in it is refused: \
             nobody is there to be asked. `ssh-keyscan HOST` prints the lines for it, which you should compare with what \
             the host publishes. Without it ssh looks at its usual places.",
        )
    },
    parse: values::optional_file,
};

/// The folder of repositories.
pub static REPOSITORY_CACHE: Setting<PathBuf> = Setting {
    spec: Spec {
        key: "repository-cache",
        value_name: "FOLDER",
        shape: Shape::Text,
        expects: "a folder, such as /var/cache/modkeep/repositories or ~/repositories",
        default: DefaultValue::FromEnv(
            cache_folder,
            "$XDG_CACHE_HOME/modkeep/repositories, else ~/.cache/modkeep/repositories, else \
             /var/cache/modkeep/repositories",
        ),
        go: None,
        may_hold_secrets: false,
        doc: "The folder that keeps what was fetched of repositories.\n\nOne copy of each, shared by all its modules and \
              versions. Nothing in it is needed for ever: what is missing is fetched again. In a file, a relative path \
              begins at that file's folder.",
    },
    parse: values::path,
};

/// How much all repositories may take.
pub static REPOSITORY_CACHE_SIZE: Setting<u64> = Setting {
    spec: size(
        "repository-cache-size",
        "10GiB",
        "How much all kept repositories together may take on the disk.\n\nBeyond this, those go that were used least \
         recently. Modules that were built of them stay in the data folder.",
    ),
    parse: values::some_size,
};

/// How much one repository may take.
pub static REPOSITORY_MAX_SIZE: Setting<u64> = Setting {
    spec: size(
        "repository-max-size",
        "4GiB",
        "How much one repository may take on the disk.\n\nA fetch that needs more is ended, and the question that needed \
         it fails. Only what is needed is fetched, which is mostly much less than the whole repository.",
    ),
    parse: values::some_size,
};

/// How many programs run.
pub static REPOSITORY_PROCESSES: Setting<usize> = Setting {
    spec: Spec {
        key: "repository-processes",
        value_name: "NUMBER",
        shape: Shape::Text,
        expects: "a number from 1 to 64",
        default: DefaultValue::Text("8"),
        go: None,
        may_hold_secrets: false,
        doc: "How many version control programs run at the same time.\n\nWhat comes beyond waits for its turn. Each may \
              take a whole processor for a while.",
    },
    parse: values::repository_processes,
};

/// How many more tags are fetched with one.
pub static REPOSITORY_TAGS_AHEAD: Setting<usize> = Setting {
    spec: Spec {
        key: "repository-tags-ahead",
        value_name: "NUMBER",
        shape: Shape::Text,
        expects: "a number from 0 to 10",
        default: DefaultValue::Text("1"),
        go: None,
        may_hold_secrets: false,
        doc: "How many more tags are fetched, in the background, after one was asked for.\n\nThe next higher ones first. \
              Next to a version that is there they cost little. `serve` also makes the next higher version of what it has \
              just made, one at a time, so that whoever upgrades finds it stored. 0 fetches and makes nothing unasked.",
    },
    parse: values::repository_tags_ahead,
};

/// How long one fetch may take.
pub static REPOSITORY_TIMEOUT: Setting<Duration> = Setting {
    spec: wait(
        "repository-timeout",
        "5m",
        "How long one fetch from a repository may take.\n\nThen its programs are ended, however many clients wait for \
         it. Long enough for the first fetch of the largest repository.",
    ),
    parse: values::wait,
};

/// How long it is known where repositories are.
pub static DISCOVERY_FOR: Setting<Duration> = Setting {
    spec: Spec {
        expects: "a time such as 10m or 1h, between 0s and 24h",
        ..wait(
            "discovery-for",
            "1h",
            "How long to believe what a host says about where a module's repository is.\n\nA repository that moved is found \
             that much later. While the host is down, what it said last is believed for longer. 0s asks each time.",
        )
    },
    parse: values::wait_or_none,
};

/// The entry of a size that is more than nothing.
const fn size(key: &'static str, default: &'static str, doc: &'static str) -> Spec {
    Spec {
        key,
        value_name: "SIZE",
        shape: Shape::Text,
        expects: "a size in bytes such as 500MB or 10GiB, more than 0",
        default: DefaultValue::Text(default),
        go: None,
        may_hold_secrets: false,
        doc,
    }
}

/// Unlike the data folder this needs no home: a service without one that never asks a repository must still start.
fn cache_folder(env: &Env) -> Result<String, Invalid> {
    let caches = env.cache_home().unwrap_or_else(|| PathBuf::from(CACHE_WITHOUT_HOME));
    text_of(caches.join("modkeep/repositories"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::env::Platform;

    fn folder(vars: &[(&str, &str)]) -> String {
        cache_folder(&Env::new(vars.iter().copied(), Path::new("/here"), Platform::Unix)).unwrap()
    }

    #[test]
    fn the_cache_is_where_users_keep_caches() {
        let home = ("HOME", "/home/u");
        assert_eq!(folder(&[home, ("XDG_CACHE_HOME", "/c")]), "/c/modkeep/repositories");
        assert_eq!(folder(&[home]), "/home/u/.cache/modkeep/repositories");
        assert_eq!(folder(&[]), "/var/cache/modkeep/repositories");
    }
}
