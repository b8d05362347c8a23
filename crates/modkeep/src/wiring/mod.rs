//! What `serve`, `import` and the client put together in the same way: places, how they are reached, who we are to them, and who
//! vouches for what they give.
//!
//! * [`upstreams`]: from the upstream list to the places that are asked, and why the others are not.
//! * [`places`]: those places as links of a chain.
//! * [`reach`]: how every place is reached.
//! * [`access`]: who we are to which place, and whom to trust.
//! * [`proxies`]: the HTTP proxies that the environment names.
//! * [`databases`]: who vouches for what is given.
//! * [`direct`]: how repositories are found and read; [`git_config`]: what the user's git is told about connections.
//! * [`ahead`]: what that ladder is asked before go asks it.
//! * [`client`]: the ladder of one go command.

pub(crate) mod access;
pub(crate) mod ahead;
pub(crate) mod client;
pub(crate) mod databases;
pub(crate) mod direct;
mod git_config;
pub(crate) mod places;
pub(crate) mod proxies;
pub(crate) mod reach;
pub(crate) mod upstreams;
