//! The checksum database through the shipped binary, with the real go as the client that verifies.
//!
//! * [`scene`]: the parts; [`kept`]: what lies in a data folder, and whether it is true.
//! * [`happy`]: every way to a database that there is.
//! * [`lies`], [`forged`], [`mismatch`], [`early`]: who lies about hashes, and who sends other files.
//! * [`mirrors`]: who is broken, old, silent or not there.
//! * [`offline`], [`heads`], [`ahead`], [`lost`]: with nobody left to ask.
//! * [`private`], [`first_seen`]: paths that no database may hear of.
//! * [`vouched`]: what is kept on nobody's word.
//! * [`bad_input`], [`counted`]: what is asked of the upstreams, and what not.

mod ahead;
mod bad_input;
mod counted;
mod early;
mod first_seen;
mod forged;
mod happy;
mod heads;
mod kept;
mod lies;
mod lost;
mod mirrors;
mod mismatch;
mod offline;
mod private;
mod scene;
mod vouched;
