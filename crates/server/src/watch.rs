//! Numbers that somebody else keeps, read when they are asked for.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// How a number moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moves {
    /// Only upwards: a counter, shown with `_total` behind its name.
    Up,
    /// Any way: a gauge.
    Freely,
}

/// One number: its name without prefix and suffix, and who knows it.
pub struct Watch {
    /// The name, in the conventions of Prometheus.
    pub name: &'static str,
    /// What it says.
    pub help: &'static str,
    /// How it moves.
    pub moves: Moves,
    /// The series: the labels of each, and the number now. Reading must be quick.
    pub read: Box<dyn Fn() -> Vec<(Labels, u64)> + Send + Sync>,
}

/// Names and values of labels. There are few values of each.
pub type Labels = Vec<(&'static str, String)>;

impl Collector for Watch {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let series = (self.read)();
        let shown = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let kind = match self.moves {
            Moves::Up => ConstCounter::new(0_u64).metric_type(),
            Moves::Freely => ConstGauge::new(0_i64).metric_type(),
        };
        let mut metric = encoder.encode_descriptor(self.name, self.help, None, kind)?;
        for (labels, value) in series {
            let one = metric.encode_family(&labels)?;
            match self.moves {
                Moves::Up => ConstCounter::new(value).encode(one)?,
                Moves::Freely => ConstGauge::new(shown(value)).encode(one)?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("name", &self.name).finish_non_exhaustive()
    }
}
