//! The settings of the client alone: its rungs, and what it finds on this machine.

use std::path::PathBuf;

use gomod::glob::PrefixPatterns;
use ladder::rung::Rung;

use crate::settings::values;
use crate::settings::{DefaultValue, Setting, Shape, Spec};

/// Which rungs are asked, in which order.
pub static RUNGS: Setting<Option<Vec<Rung>>> = Setting {
    spec: Spec {
        key: "rungs",
        value_name: "NAMES",
        shape: Shape::Text,
        expects: "names of rungs with commas between them, such as cache,upstream,bundle; or nothing for all of them",
        default: DefaultValue::Text(""),
        go: None,
        may_hold_secrets: false,
        doc: "The rungs of the ladder to use, in this order: upstream, cache, vendor, git, bundle, static.\n\nWithout \
              it, all are used: what can never change is asked nearest first, and all else freshest first.",
    },
    parse: values::rungs,
};

/// Where the agent of the user listens.
pub static AGENT_PORT: Setting<u16> = Setting {
    spec: Spec {
        key: "agent-port",
        value_name: "PORT",
        shape: Shape::Text,
        expects: "a port between 1 and 65535",
        default: DefaultValue::Text("17663"),
        go: None,
        may_hold_secrets: false,
        doc: "The port of loopback that `modkeep agent start` listens on.\n\nThe same at each start, so that the address in \
              GOPROXY stays the same. Take one that the system gives to nobody by itself: below 32768.",
    },
    parse: values::port,
};

/// Where else modules may lie on this machine.
pub static MODULE_CACHES: Setting<Vec<PathBuf>> = Setting {
    spec: Spec {
        key: "module-caches",
        value_name: "FOLDERS",
        shape: Shape::Text,
        expects: "folders with : between them",
        default: DefaultValue::Text(""),
        go: None,
        may_hold_secrets: false,
        doc: "Module caches besides GOMODCACHE to take modules from.\n\nThose of other users or of a CI runner, say. They \
              are only read, and what they have is verified.",
    },
    parse: values::folders,
};

/// For which modules a modkeep.lock may say where the repository is.
pub static LOCK_REPOSITORIES: Setting<PrefixPatterns> = Setting {
    spec: Spec {
        key: "lock-repositories",
        value_name: "PATTERNS",
        shape: Shape::Text,
        expects: "patterns as in GOPRIVATE, such as *.corp.example,go.example/team",
        default: DefaultValue::Text(""),
        go: None,
        may_hold_secrets: false,
        doc: "For which module paths modkeep.lock may say where the repository is.\n\nIt is asked when nobody else says where. The \
              host that the lock names then hears of the module, and gets the credentials that you have for it. Patterns are as in \
              GOPRIVATE. Only you can set this, and no project.",
    },
    parse: values::patterns,
};
