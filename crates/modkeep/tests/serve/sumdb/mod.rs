//! The checksum database through the shipped binary, with the real go as the client that verifies.
//!
//! * [`scene`]: the parts; [`kept`]: what lies in a data folder, and whether it is true.
//! * [`happy`]: every way to a database that there is.
//! * [`lies`], [`forged`], [`mismatch`]: who lies about hashes, and who sends other files.
//! * [`mirrors`]: who is broken, old, silent or not there.
//! * [`offline`], [`toolchain`], [`heads`], [`ahead`], [`lost`]: with nobody left to ask.
//! * [`private`], [`first_seen`]: paths that no database may hear of.
//! * [`bad_input`], [`counted`]: what is asked of the upstreams, and what not.

mod forged;
mod happy;
mod kept;
mod lies;
mod mirrors;
mod mismatch;
mod scene;
