//! Which settings each command takes as flags.

use std::sync::LazyLock;

use super::{
    AGENT_PORT, ASK_TIMEOUT, BUNDLES, CA_FILE, CONNECT_TIMEOUT, DATA, DISCOVERY_FOR, FALLBACK,
    FIRST_BYTE_TIMEOUT, GOINSECURE, GONOPROXY, GONOSUMDB, GOPRIVATE, GOSUMDB, GOVCS, IDLE_TIMEOUT,
    LOCK_REPOSITORIES, LOG, LOG_FORMAT, LOOK_AHEAD, MODULE_CACHES, REPOSITORY_CACHE, REPOSITORY_CACHE_SIZE,
    REPOSITORY_MAX_SIZE, REPOSITORY_PROCESSES, REPOSITORY_TAGS_AHEAD, REPOSITORY_TIMEOUT, REPOSITORY_WAYS,
    RUNGS, SIGNING_KEY, SSH_KEY, SSH_KNOWN_HOSTS, SUMDB_MIRRORS, TRUSTED_KEYS, UPSTREAM,
};
use crate::settings::AnySetting;

/// Settings that are put together from others.
type Group = LazyLock<Vec<&'static dyn AnySetting>>;

/// The settings of another group, and these.
fn with(
    others: &[&'static dyn AnySetting],
    more: &[&'static dyn AnySetting],
) -> Vec<&'static dyn AnySetting> {
    others.iter().chain(more).copied().collect()
}

/// The settings of commands that only look into the data folder.
pub static OF_STORE: [&dyn AnySetting; 3] = [&DATA, &LOG, &LOG_FORMAT];

/// The settings of `store verify`, which also looks at what vouches for the files.
pub static OF_VERIFY: [&dyn AnySetting; 7] =
    [&DATA, &GOPRIVATE, &GOSUMDB, &GONOSUMDB, &SUMDB_MIRRORS, &LOG, &LOG_FORMAT];

/// The settings of a ladder, whoever it is for: which places are asked, how, and who vouches.
static OF_LADDER: [&dyn AnySetting; 30] = [
    &RUNGS,
    &MODULE_CACHES,
    &BUNDLES,
    &DATA,
    &UPSTREAM,
    &FALLBACK,
    &GOPRIVATE,
    &GONOPROXY,
    &GOSUMDB,
    &GONOSUMDB,
    &CA_FILE,
    &CONNECT_TIMEOUT,
    &FIRST_BYTE_TIMEOUT,
    &IDLE_TIMEOUT,
    &ASK_TIMEOUT,
    &GOVCS,
    &GOINSECURE,
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
    &TRUSTED_KEYS,
    &LOG,
    &LOG_FORMAT,
];

/// The settings of the client, which works on a project with a lock.
pub static OF_CLIENT: Group = LazyLock::new(|| with(&OF_LADDER, &[&LOCK_REPOSITORIES, &LOOK_AHEAD]));

/// Where the agent listens, for whoever names its address.
pub static OF_PORT: [&dyn AnySetting; 1] = [&AGENT_PORT];

/// The settings of the agent, which knows no project.
pub static OF_AGENT: Group = LazyLock::new(|| with(&OF_LADDER, &[&AGENT_PORT]));

/// The settings of `bundle`: who signs and is believed, and where what goes into one is fetched and proven.
pub static OF_BUNDLE: [&dyn AnySetting; 14] = [
    &BUNDLES,
    &UPSTREAM,
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
    &SIGNING_KEY,
    &TRUSTED_KEYS,
];

/// The settings of `bundle record`, which runs a command as the client does.
pub static OF_RECORD: Group = LazyLock::new(|| with(&OF_CLIENT, &[&SUMDB_MIRRORS, &SIGNING_KEY]));

/// The settings of what signs and of what verifies signatures.
pub static OF_KEYS: [&dyn AnySetting; 2] = [&SIGNING_KEY, &TRUSTED_KEYS];

/// The settings of `import`, which keeps things, may ask a proxy, and asks who vouches.
pub static OF_IMPORT: [&dyn AnySetting; 10] = [
    &DATA,
    &UPSTREAM,
    &GOPRIVATE,
    &GOSUMDB,
    &GONOSUMDB,
    &CA_FILE,
    &CONNECT_TIMEOUT,
    &FIRST_BYTE_TIMEOUT,
    &IDLE_TIMEOUT,
    &ASK_TIMEOUT,
];
