//! Every setting, written once. To add one, add a `static` and name it in [`ALL`]; flag, variable, file key, schema, help
//! and the precedence test follow.

mod bundles;
mod client;
mod fetching;
mod groups;
mod keeping;
mod keys;
mod repositories;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use gomod::glob::PrefixPatterns;
use gomod::goproxy::ProxyList;
use gomod::gosumdb::{SumDb, SumDbSetting};
use protocol::{Prefix, UnavailableStatus};

use crate::env::Env;
use crate::settings::values::{self, Fallback, LogFilter, LogFormat};
use crate::settings::{AnySetting, DefaultValue, Invalid, Setting, Shape, Spec};
pub use bundles::BUNDLES;
pub use client::{AGENT_PORT, LOCK_REPOSITORIES, MODULE_CACHES, RUNGS};
pub use fetching::{
    ASK_TIMEOUT, CONNECT_TIMEOUT, FIRST_BYTE_TIMEOUT, IDLE_TIMEOUT, LOOK_AHEAD, STREAM_AFTER,
};
pub use groups::{
    OF_AGENT, OF_BUNDLE, OF_CLIENT, OF_IMPORT, OF_KEYS, OF_PORT, OF_RECORD, OF_STORE, OF_VERIFY,
};
pub use keeping::{GC_INTERVAL, GC_MAX_SIZE, GC_OLDER_THAN, SCRUB_RATE};
pub use keys::{KEYS_FOLDER, SIGNING_KEY, SYSTEM_TRUSTED_FILE, TRUSTED_FILE, TRUSTED_KEYS};
pub use repositories::{
    DISCOVERY_FOR, GIT_CONFIG, GOINSECURE, GOVCS, REPOSITORY_CACHE, REPOSITORY_CACHE_SIZE,
    REPOSITORY_MAX_SIZE, REPOSITORY_PROCESSES, REPOSITORY_TAGS_AHEAD, REPOSITORY_TIMEOUT, REPOSITORY_WAYS,
    SSH_KEY, SSH_KNOWN_HOSTS,
};

/// All settings, in the order in which they are shown.
pub static ALL: [&dyn AnySetting; 51] = [
    &LISTEN,
    &TLS_CERT,
    &TLS_KEY,
    &PATH_PREFIX,
    &DATA,
    &UPSTREAM,
    &FALLBACK,
    &GOPRIVATE,
    &GONOPROXY,
    &GOSUMDB,
    &GONOSUMDB,
    &SUMDB_MIRRORS,
    &CA_FILE,
    &CONNECT_TIMEOUT,
    &FIRST_BYTE_TIMEOUT,
    &IDLE_TIMEOUT,
    &ASK_TIMEOUT,
    &STREAM_AFTER,
    &LOOK_AHEAD,
    &GOVCS,
    &GOINSECURE,
    &GIT_CONFIG,
    &REPOSITORY_WAYS,
    &SSH_KEY,
    &SSH_KNOWN_HOSTS,
    &REPOSITORY_CACHE,
    &REPOSITORY_CACHE_SIZE,
    &REPOSITORY_MAX_SIZE,
    &REPOSITORY_PROCESSES,
    &REPOSITORY_TAGS_AHEAD,
    &REPOSITORY_TIMEOUT,
    &DISCOVERY_FOR,
    &MEMORY,
    &REPEAT_FOR,
    &UNAVAILABLE_STATUS,
    &HEADER_TIMEOUT,
    &DRAIN_DELAY,
    &DRAIN_TIMEOUT,
    &GC_OLDER_THAN,
    &GC_MAX_SIZE,
    &GC_INTERVAL,
    &SCRUB_RATE,
    &RUNGS,
    &MODULE_CACHES,
    &AGENT_PORT,
    &LOCK_REPOSITORIES,
    &BUNDLES,
    &SIGNING_KEY,
    &TRUSTED_KEYS,
    &LOG,
    &LOG_FORMAT,
];

/// The setting with this key.
pub fn find(key: &str) -> Option<&'static dyn AnySetting> {
    ALL.into_iter().find(|setting| setting.spec().key == key)
}

/// Where the server listens.
pub static LISTEN: Setting<SocketAddr> = Setting {
    spec: Spec {
        key: "listen",
        value_name: "ADDRESS",
        shape: Shape::Text,
        expects: "an IP address and a port, such as 127.0.0.1:3000 or [::1]:3000",
        default: DefaultValue::Text("127.0.0.1:3000"),
        go: None,
        may_hold_secrets: false,
        doc: "The address and port to listen on.\n\nPort 0 takes a free port and prints it.",
    },
    parse: values::address,
};

/// The certificate that the server shows.
pub static TLS_CERT: Setting<Option<PathBuf>> = Setting {
    spec: file(
        "tls-cert",
        "The certificate to serve https with (PEM).\n\nThe server's own first, then those that vouch for it. Needs \
         --tls-key. When the files change, new connections see the new certificate; SIGHUP makes it look at once. \
         Without it, http is served.",
    ),
    parse: values::optional_file,
};

/// The key of that certificate.
pub static TLS_KEY: Setting<Option<PathBuf>> = Setting {
    spec: file("tls-key", "The key of the certificate of --tls-cert (PEM).\n\nWithout a passphrase."),
    parse: values::optional_file,
};

/// The path below which the server answers.
pub static PATH_PREFIX: Setting<Prefix> = Setting {
    spec: Spec {
        key: "path-prefix",
        value_name: "PATH",
        shape: Shape::Text,
        expects: "a path that begins with /, such as /goproxy; / alone means no prefix",
        default: DefaultValue::Text("/"),
        go: None,
        may_hold_secrets: false,
        doc: "The path below which modules are served.\n\nFor a server that shares its host name with others.",
    },
    parse: values::path_prefix,
};

/// The folder of the store.
pub static DATA: Setting<PathBuf> = Setting {
    spec: Spec {
        key: "data",
        value_name: "FOLDER",
        shape: Shape::Text,
        expects: "a folder, such as /var/lib/modkeep or ~/modkeep",
        default: DefaultValue::FromEnv(data_folder, "$XDG_DATA_HOME/modkeep, else ~/.local/share/modkeep"),
        go: None,
        may_hold_secrets: false,
        doc: "The folder that keeps what was served.\n\nIts layout is that of a GOPROXY: go can read it with \
              GOPROXY=file://FOLDER when no server runs. In a file, a relative path begins at that file's folder.",
    },
    parse: values::path,
};

/// The places that are asked, in order.
pub static UPSTREAM: Setting<ProxyList> = Setting {
    spec: Spec {
        key: "upstream",
        value_name: "LIST",
        shape: Shape::Text,
        expects: "a list as in GOPROXY: URLs, direct or off, with , or | between them",
        default: DefaultValue::Text("direct"),
        go: Some("GOPROXY"),
        may_hold_secrets: true,
        doc: "The places to ask for modules, in the grammar of GOPROXY.\n\nURLs, `direct` (ask the repositories \
              themselves) or `off`, with `,` or `|` between them; --fallback says what the two mean. A list with a \
              password in it is refused as a flag, because everybody on the machine can read flags: use the variable \
              or a file.",
    },
    parse: values::proxy_list,
};

/// What `,` and `|` mean.
pub static FALLBACK: Setting<Fallback> = Setting {
    spec: Spec {
        key: "fallback",
        value_name: "MODE",
        shape: Shape::OneOf(Fallback::choices),
        expects: "resilient or go",
        default: DefaultValue::Text("resilient"),
        go: None,
        may_hold_secrets: false,
        doc: "When the next place of the upstream list is asked.",
    },
    parse: values::fallback,
};

/// Which modules are private.
pub static GOPRIVATE: Setting<PrefixPatterns> = Setting {
    spec: Spec {
        key: "goprivate",
        value_name: "PATTERNS",
        shape: Shape::Text,
        expects: "patterns as in GOPRIVATE, such as *.corp.example,git.example/team",
        default: DefaultValue::Text(""),
        go: Some("GOPRIVATE"),
        may_hold_secrets: false,
        doc: "Which module paths are private, as in GOPRIVATE.\n\nThe default of --gonoproxy and --gonosumdb.",
    },
    parse: values::patterns,
};

/// Which modules go only to private places.
pub static GONOPROXY: Setting<PrefixPatterns> = Setting {
    spec: Spec {
        key: "gonoproxy",
        value_name: "PATTERNS",
        shape: Shape::Text,
        expects: "patterns as in GONOPROXY, such as *.corp.example, or none",
        default: DefaultValue::SameAs("goprivate"),
        go: Some("GONOPROXY"),
        may_hold_secrets: false,
        doc: "Which module paths are asked only of places that are marked private.\n\nThe word none means that every \
              place may be asked for every path, also for those of --goprivate.",
    },
    parse: values::patterns,
};

/// The checksum database that clients verify with.
pub static GOSUMDB: Setting<SumDbSetting> = Setting {
    spec: Spec {
        key: "gosumdb",
        value_name: "DATABASE",
        shape: Shape::Text,
        expects: "a database as in GOSUMDB: sum.golang.org, a key, a key and a URL, or off",
        default: DefaultValue::Text("sum.golang.org"),
        go: Some("GOSUMDB"),
        may_hold_secrets: true,
        doc: "The checksum database that vouches for public modules, as in GOSUMDB.\n\nEach go.mod and zip is verified \
              with it before it is kept or served, and clients can verify through this server, also when nothing else \
              can be reached. It is asked through the upstreams that mirror it, then itself. off: what was seen first \
              counts.",
    },
    parse: values::checksum_database,
};

/// Databases that clients may verify with, though this server does not.
pub static SUMDB_MIRRORS: Setting<Vec<SumDb>> = Setting {
    spec: Spec {
        key: "sumdb-mirrors",
        value_name: "DATABASES",
        shape: Shape::Text,
        expects: "databases as in GOSUMDB, separated by commas",
        default: DefaultValue::Text(""),
        go: None,
        may_hold_secrets: true,
        doc: "Checksum databases that are answered for besides the one of --gosumdb.\n\nFor clients with another GOSUMDB. What \
              they say is proven and kept in the same way, but nothing is verified with them here.",
    },
    parse: values::checksum_databases,
};

/// Which modules no checksum database hears of.
pub static GONOSUMDB: Setting<PrefixPatterns> = Setting {
    spec: Spec {
        key: "gonosumdb",
        value_name: "PATTERNS",
        shape: Shape::Text,
        expects: "patterns as in GONOSUMDB, such as *.corp.example, or none",
        default: DefaultValue::SameAs("goprivate"),
        go: Some("GONOSUMDB"),
        may_hold_secrets: false,
        doc: "Which module paths are told to no checksum database, as in GONOSUMDB.\n\nAn outage of a place is not passed \
              over for them either: the next place must not learn their names because the first is down.",
    },
    parse: values::patterns,
};

/// Authorities that are trusted besides the system's.
pub static CA_FILE: Setting<Option<PathBuf>> = Setting {
    spec: file(
        "ca-file",
        "Certificate authorities that upstreams may be vouched for by (PEM).\n\nBesides those of the system, or of the \
         file that SSL_CERT_FILE names in their place.",
    ),
    parse: values::optional_file,
};

/// How much memory may remember.
pub static MEMORY: Setting<u64> = Setting {
    spec: Spec {
        key: "memory",
        value_name: "SIZE",
        shape: Shape::Text,
        expects: "a size such as 64MiB or 1GB; 0 remembers nothing",
        default: DefaultValue::Text("64MiB"),
        go: None,
        may_hold_secrets: false,
        doc: "How much memory may be used to answer small things without reading them again.\n\n.info and .mod files, \
              lists, and \"not found\". Zips are read from files, of which the system keeps in memory what it can.",
    },
    parse: values::size,
};

/// How long what can change is repeated.
pub static REPEAT_FOR: Setting<Duration> = Setting {
    spec: Spec {
        expects: "a time such as 10s or 1m, between 0s and 24h",
        ..wait(
            "repeat-for",
            "10s",
            "How long a list, @latest, branch or \"not found\" is repeated without asking again.\n\nA new version is \
             seen that much later, and a hundred builds that begin together ask upstreams once. Clients are told the \
             same time by Cache-Control. 0s asks each time. Versions never change and are not meant by this.",
        )
    },
    parse: values::wait_or_none,
};

/// How an outage is told.
pub static UNAVAILABLE_STATUS: Setting<UnavailableStatus> = Setting {
    spec: Spec {
        key: "unavailable-status",
        value_name: "STATUS",
        shape: Shape::OneOf(values::unavailable_statuses),
        expects: "502 or 404",
        default: DefaultValue::Text("502"),
        go: None,
        may_hold_secrets: false,
        doc: "The status with which clients are told that no upstream could be asked.\n\n404 is dangerous: go takes it \
              for \"does not exist\" and asks the next member of its list, which learns the names of private modules if \
              that is direct, or chooses another version. A checksum that does not match is always 502.",
    },
    parse: values::unavailable_status,
};

/// How long a client may take to ask.
pub static HEADER_TIMEOUT: Setting<Duration> = Setting {
    spec: wait(
        "header-timeout",
        "10s",
        "How long a client may take to send the head of a request.\n\nThe connection is closed after it, so that slow \
         or dead clients cannot use up the server.",
    ),
    parse: values::wait,
};

/// How long a stop is announced.
pub static DRAIN_DELAY: Setting<Duration> = Setting {
    spec: Spec {
        expects: "a time such as 500ms, 5s or 2m, between 0s and 24h",
        ..wait(
            "drain-delay",
            "0s",
            "How long to go on accepting connections when the server is told to stop.\n\n/readyz says 503 from the \
             first signal on; a load balancer needs this long to see it and to send no more. --drain-timeout counts \
             from its end.",
        )
    },
    parse: values::wait_or_none,
};

/// How long a stop may take.
pub static DRAIN_TIMEOUT: Setting<Duration> = Setting {
    spec: wait(
        "drain-timeout",
        "25s",
        "How long answers under way may take when the server is told to stop.\n\nBelow the 30 seconds after which \
         many supervisors kill.",
    ),
    parse: values::wait,
};

/// What is logged.
pub static LOG: Setting<LogFilter> = Setting {
    spec: Spec {
        key: "log",
        value_name: "FILTER",
        shape: Shape::Text,
        expects: "off, error, warn, info, debug or trace, or rules such as info,source=debug",
        default: DefaultValue::Text("info"),
        go: None,
        may_hold_secrets: false,
        doc: "What is logged to stderr.\n\nA level, or rules such as info,source=debug.",
    },
    parse: values::log_filter,
};

/// What log lines look like.
pub static LOG_FORMAT: Setting<LogFormat> = Setting {
    spec: Spec {
        key: "log-format",
        value_name: "FORMAT",
        shape: Shape::OneOf(LogFormat::choices),
        expects: "auto, text or json",
        default: DefaultValue::Text("auto"),
        go: None,
        may_hold_secrets: false,
        doc: "What log lines look like.",
    },
    parse: values::log_format,
};

/// The entry of a file that there need not be.
const fn file(key: &'static str, doc: &'static str) -> Spec {
    Spec {
        key,
        value_name: "FILE",
        shape: Shape::Text,
        expects: "the path of a file, such as /etc/modkeep/name.pem; empty means none",
        default: DefaultValue::Text(""),
        go: None,
        may_hold_secrets: false,
        doc,
    }
}

/// The entry of a wait. All waits take the same texts.
const fn wait(key: &'static str, default: &'static str, doc: &'static str) -> Spec {
    Spec {
        key,
        value_name: "TIME",
        shape: Shape::Text,
        expects: "a time such as 500ms, 5s or 2m, between 1ms and 24h",
        default: DefaultValue::Text(default),
        go: None,
        may_hold_secrets: false,
        doc,
    }
}

fn data_folder(env: &Env) -> Result<String, Invalid> {
    let none =
        || Invalid("neither XDG_DATA_HOME nor HOME is an absolute path, so there is no default".to_owned());
    text_of(env.data_home().ok_or_else(none)?.join("modkeep"))
}

/// The path of a default as a text, since that is what every value is.
fn text_of(folder: PathBuf) -> Result<String, Invalid> {
    let not_text = |_| Invalid("the path of the user's folder is not UTF-8".to_owned());
    folder.into_os_string().into_string().map_err(not_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_kebab_case_and_differ() {
        for (at, setting) in ALL.iter().enumerate() {
            let spec = setting.spec();
            assert!(spec.key.chars().all(|char| char.is_ascii_lowercase() || char == '-'), "{}", spec.key);
            assert!(ALL[at + 1..].iter().all(|other| other.spec().key != spec.key), "{}", spec.key);
        }
    }

    #[test]
    fn every_entry_is_documented() {
        for spec in ALL.map(AnySetting::spec) {
            let first = spec.doc.split("\n\n").next().unwrap_or_default();
            assert!(first.ends_with('.') && first.len() < 100, "{}", spec.key);
            assert!(!spec.doc.contains("  ") && !spec.expects.is_empty(), "{}", spec.key);
        }
    }

    #[test]
    fn settings_are_found_by_key() {
        assert_eq!(find("log-format").map(|setting| setting.spec().value_name), Some("FORMAT"));
        assert!(find("log_format").is_none());
    }
}
