//! The settings of what goes from what is kept, and of looking for damage in it.

use std::time::Duration;

use super::wait;
use crate::settings::values;
use crate::settings::{Setting, Spec};

/// What goes for its age.
pub static GC_OLDER_THAN: Setting<Option<Duration>> = Setting {
    spec: Spec {
        expects: "a time such as 90d or 1year, at least 2d, or off",
        ..wait(
            "gc-older-than",
            "off",
            "Remove versions that nobody has asked for this long.\n\nThe last use is noted once a day at most. \
             `modkeep store gc` shows what would go.",
        )
    },
    parse: values::unused_or_off,
};

/// What goes for the size of all.
pub static GC_MAX_SIZE: Setting<Option<u64>> = Setting {
    spec: Spec {
        value_name: "SIZE",
        expects: "a size such as 50GB or 200GiB, or off",
        ..wait(
            "gc-max-size",
            "off",
            "Remove the least recently used versions when all together are larger than this.\n\nCounted are the bytes \
             of files, which take a little more room on a disk. `modkeep store gc` shows what would go.",
        )
    },
    parse: values::size_or_off,
};

/// How often the limits are looked at.
pub static GC_INTERVAL: Setting<Duration> = Setting {
    spec: wait(
        "gc-interval",
        "1h",
        "How often a server looks for versions to remove.\n\nEach time a little earlier or later, so that many servers \
         on one disk do not walk it at the same time.",
    ),
    parse: values::wait,
};

/// How fast what is kept is read for damage.
pub static SCRUB_RATE: Setting<Option<u64>> = Setting {
    spec: Spec {
        value_name: "SIZE",
        expects: "a size such as 4MiB, or off",
        ..wait(
            "scrub-rate",
            "4MiB",
            "How much of what is kept a server reads in a second to find damage.\n\nOnce a day it begins to read \
             everything; what is damaged is set aside and fetched again.",
        )
    },
    parse: values::size_or_off,
};
