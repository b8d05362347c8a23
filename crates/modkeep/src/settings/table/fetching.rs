//! The settings of how long fetching from an upstream may take, step by step.

use std::time::Duration;

use super::wait;
use crate::settings::values;
use crate::settings::{DefaultValue, Setting, Shape, Spec};

/// How long a connection may take.
pub static CONNECT_TIMEOUT: Setting<Duration> = Setting {
    spec: wait(
        "connect-timeout",
        "5s",
        "How long connecting to an upstream may take.\n\nName lookup, TCP and TLS together.",
    ),
    parse: values::wait,
};

/// How long an upstream may think.
pub static FIRST_BYTE_TIMEOUT: Setting<Duration> = Setting {
    spec: wait(
        "first-byte-timeout",
        "15s",
        "How long an upstream may take until its answer begins.\n\nCounted from the request to the head of the answer, \
         redirects included.",
    ),
    parse: values::wait,
};

/// How long an upstream may pause.
pub static IDLE_TIMEOUT: Setting<Duration> = Setting {
    spec: wait(
        "idle-timeout",
        "15s",
        "How long an upstream may send nothing in the middle of an answer.\n\nA slow answer is not cut off by \
         this, as long as it brings 1 KiB a second over this time.",
    ),
    parse: values::wait,
};

/// How long one question may take in all.
pub static ASK_TIMEOUT: Setting<Duration> = Setting {
    spec: wait(
        "ask-timeout",
        "10m",
        "How long one question may take in all, over all upstreams.\n\nLong enough for the largest module on a slow \
         line: it is the last resort after the other timeouts.",
    ),
    parse: values::wait,
};

/// After how long a client is sent what has come so far.
pub static STREAM_AFTER: Setting<Duration> = Setting {
    spec: Spec {
        expects: "a time such as 10s or 1m, between 0s and 24h",
        ..wait(
            "stream-after",
            "10s",
            "After how long a client that waits for a zip is sent what has come so far.\n\nSo that no load balancer in \
             between takes a large module on a slow line for a dead connection. The last 256 KiB are sent only when the \
             whole zip was looked at; if it turns out bad, the connection is cut. 0s sends nothing before that.",
        )
    },
    parse: values::wait_or_none,
};

/// Whether what will be asked is fetched before it is.
pub static LOOK_AHEAD: Setting<bool> = Setting {
    spec: Spec {
        key: "look-ahead",
        value_name: "SWITCH",
        shape: Shape::OneOf(values::switch_choices),
        expects: "on or off",
        default: DefaultValue::Text("on"),
        go: None,
        may_hold_secrets: false,
        doc: "Whether to fetch ahead what builds will ask for.\n\n`modkeep serve` asks upstream proxies in the background for what \
              a go.mod names while its client is still busy with it, never for private modules; what nobody asks for in the \
              end is bounded to a tenth of what is asked for, and a little more. `modkeep go` asks for what the go.mod and \
              go.sum of a project name before go does. Repositories are never asked ahead.",
    },
    parse: values::switch,
};
