//! What a driver hands back: numbers as measured, for `cargo xtask bench` to make medians and ratios of.

use serde::Serialize;

/// A measured row.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    /// Its name, for instance `P1`.
    pub(crate) name: &'static str,
    /// What was set how, one sentence each.
    pub(crate) settings: Vec<String>,
    /// What was measured, in the order in which it is shown.
    pub(crate) measures: Vec<Measure>,
}

/// One quantity, for all sides.
#[derive(Debug, Serialize)]
pub(crate) struct Measure {
    /// What it is, for instance `hits of .info`.
    pub(crate) name: String,
    /// Its unit.
    pub(crate) unit: &'static str,
    /// Whether more of it is better.
    pub(crate) more_is_better: bool,
    /// What the plan of this part asks of modkeep.
    pub(crate) goal: Option<Goal>,
    /// What grows from side to side, where the sides are points of a curve, for instance `stored versions`.
    pub(crate) axis: Option<&'static str>,
    /// Every side with what it reached; modkeep first.
    pub(crate) sides: Vec<Side>,
}

/// What modkeep shall reach.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Goal {
    /// The side whose value times `limit` is to be reached; `best` for the best one; none when `limit` is a value itself.
    pub(crate) against: Option<&'static str>,
    /// The factor or value.
    pub(crate) limit: f64,
}

/// One side of a measure.
#[derive(Debug, Serialize)]
pub(crate) struct Side {
    /// Who, for instance `nginx`.
    pub(crate) name: String,
    /// One value per round, in order. A round in which it failed has none.
    pub(crate) rounds: Vec<Option<f64>>,
    /// How much there is of what grows, on a curve.
    pub(crate) at: Option<f64>,
    /// What the numbers do not say, for instance how many requests failed.
    pub(crate) note: String,
}

impl Goal {
    /// At least (or, where less is better, at most) `limit` times what `side` has.
    pub(crate) fn times(limit: f64, side: &'static str) -> Self {
        Self { against: Some(side), limit }
    }

    /// At least (or at most) `limit` itself.
    pub(crate) fn value(limit: f64) -> Self {
        Self { against: None, limit }
    }
}

impl Measure {
    /// A measure without values yet.
    pub(crate) fn new(
        name: impl Into<String>,
        unit: &'static str,
        more_is_better: bool,
        goal: impl Into<Option<Goal>>,
    ) -> Self {
        Self { name: name.into(), unit, more_is_better, goal: goal.into(), axis: None, sides: Vec::new() }
    }

    /// A curve without points yet: `axis` is what grows.
    pub(crate) fn curve(
        name: impl Into<String>,
        unit: &'static str,
        more_is_better: bool,
        axis: &'static str,
    ) -> Self {
        Self { axis: Some(axis), ..Self::new(name, unit, more_is_better, None) }
    }

    /// Adds the value of one round where there is so much of what grows.
    #[expect(clippy::cast_precision_loss, reason = "nothing here grows to 2^52")]
    pub(crate) fn add_at(&mut self, count: usize, value: Option<f64>) {
        let side = format!("modkeep, {count} {}", self.axis.unwrap_or_default());
        self.add(&side, value);
        self.side(&side).at = Some(count as f64);
    }

    /// The same with a place for `side`, so that sides stand in this order, whoever has the first turn.
    pub(crate) fn with(mut self, side: &str) -> Self {
        self.side(side);
        self
    }

    /// What there is a value of, when our own side has one; without, there is nothing to compare.
    pub(crate) fn measured(mut self) -> Option<Self> {
        let is_ours = self.sides.first().is_some_and(|side| !side.rounds.is_empty());
        self.sides.retain(|side| !side.rounds.is_empty());
        is_ours.then_some(self)
    }

    /// Adds the value of `side` in one round.
    pub(crate) fn add(&mut self, side: &str, value: Option<f64>) {
        eprintln!("  {:<44} {side:<18} {}", self.name, value.map_or("failed".into(), |v| format!("{v:.4}")));
        self.side(side).rounds.push(value);
    }

    /// Says more about `side`; the last word stands.
    pub(crate) fn say(&mut self, side: &str, note: impl Into<String>) {
        self.side(side).note = note.into();
    }

    fn side(&mut self, name: &str) -> &mut Side {
        let at = self.sides.iter().position(|side| side.name == name).unwrap_or_else(|| {
            self.sides.push(Side {
                name: name.to_owned(),
                rounds: Vec::new(),
                at: None,
                note: String::new(),
            });
            self.sides.len() - 1
        });
        &mut self.sides[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_gather_by_side_in_order() {
        let mut measure = Measure::new("hits", "1/s", true, Goal::times(1.0, "nginx"));
        measure.add("modkeep", Some(2.0));
        measure.add("nginx", None);
        measure.add("modkeep", Some(3.0));
        measure.say("nginx", "3 failed");
        assert_eq!(measure.sides[0].rounds, [Some(2.0), Some(3.0)]);
        assert_eq!((measure.sides[1].rounds.len(), measure.sides[1].note.as_str()), (1, "3 failed"));
    }

    #[test]
    fn points_of_a_curve_are_sides_that_know_where_they_are() {
        let mut curve = Measure::curve("hits", "1/s", true, "clients");
        curve.add_at(10, Some(2.0));
        curve.add_at(100, Some(3.0));
        curve.add_at(10, Some(4.0));
        assert_eq!(curve.sides[0].name, "modkeep, 10 clients");
        assert_eq!((curve.sides[0].at, curve.sides[0].rounds.len()), (Some(10.0), 2));
        assert_eq!(curve.sides.len(), 2);
    }

    #[test]
    fn what_we_have_no_value_of_is_no_measure() {
        let mut measure =
            Measure::new("hits", "1/s", true, None).with("modkeep").with("nginx").with("Athens");
        measure.add("nginx", Some(1.0));
        assert!(measure.measured().is_none());
        let mut measure =
            Measure::new("hits", "1/s", true, None).with("modkeep").with("nginx").with("Athens");
        measure.add("Athens", Some(1.0));
        measure.add("modkeep", Some(1.0));
        let names: Vec<String> =
            measure.measured().unwrap().sides.into_iter().map(|side| side.name).collect();
        assert_eq!(names, ["modkeep", "Athens"]);
    }
}
