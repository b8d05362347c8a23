//! The rows of docs/benchmarks.md, a file for each.

mod growth;
mod headline;
mod l1;
mod p1;
mod p10;
mod p2;
mod p3;
mod p4;
mod p5;
mod p6;
mod p7;
mod p8;
mod v1;

use crate::plan::Plan;
use crate::report::Row;

pub(crate) use p3::Side;

/// A row and how it is measured.
pub(crate) struct Measured {
    name: &'static str,
    /// Measures it.
    pub(crate) measure: fn(&Plan) -> Row,
}

const ROWS: &[Measured] = &[
    Measured { name: "P1", measure: p1::measure },
    Measured { name: "P2", measure: p2::measure },
    Measured { name: "P3", measure: p3::measure },
    Measured { name: "P3-5ms", measure: p3::measure_near },
    Measured { name: "P3-200ms", measure: p3::measure_farther },
    Measured { name: "P3-silent", measure: p3::measure_silent },
    Measured { name: "P4", measure: p4::measure },
    Measured { name: "P5", measure: p5::measure },
    Measured { name: "P6", measure: p6::measure },
    Measured { name: "P7", measure: p7::measure },
    Measured { name: "P8", measure: p8::measure },
    Measured { name: "P10", measure: p10::measure },
    Measured { name: "growth", measure: growth::measure },
    Measured { name: "L1", measure: l1::measure },
    Measured { name: "headline", measure: headline::measure },
    Measured { name: "V1", measure: v1::measure },
];

/// The row called `name`. Ends the program when there is none.
pub(crate) fn find(name: &str) -> &'static Measured {
    ROWS.iter().find(|row| row.name == name).unwrap_or_else(|| {
        eprintln!("no row is called {name}");
        std::process::exit(2)
    })
}
