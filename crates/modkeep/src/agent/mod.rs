//! The agent of a user: one ladder behind a port of loopback that stays, for gopls, IDEs and plain go.
//!
//! * [`home`]: its folder, and the secret word in its address.
//! * [`list`]: the user's GOPROXY list without the agent itself, which would ask itself for ever.
//! * [`running`]: which process is the agent, if one is; [`mark`]: what tells it from others of its number.
//! * [`probe`]: whether it answers.
//! * [`log`]: its log, with a limit.

pub mod home;
pub mod list;
pub mod log;
pub mod mark;
pub mod probe;
pub mod running;
