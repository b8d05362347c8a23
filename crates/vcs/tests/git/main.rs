//! Git repositories, read through the system's git, from real servers on loopback.

mod answers;
mod archives;
mod damage;
mod hostile;
mod kit;
mod limits;
mod servers;
mod sharing;
mod ways;
