//! What a driver measured, read from the JSON that it prints (crate `bench`, `report.rs`).

use serde_json::Value;

use super::sample::Sample;
use crate::failure::{Context as _, Failure};

/// A measured row.
#[derive(Debug)]
pub(super) struct Row {
    /// What was set how.
    pub(super) settings: Vec<String>,
    /// What was measured.
    pub(super) measures: Vec<Measure>,
}

/// One quantity, for all sides.
#[derive(Debug)]
pub(super) struct Measure {
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) more_is_better: bool,
    pub(super) goal: Option<Goal>,
    /// What grows from side to side, where the sides are points of a curve.
    pub(super) axis: Option<String>,
    /// modkeep, then the others.
    pub(super) sides: Vec<Side>,
}

/// What modkeep shall reach: `limit` times what `against` has, or `limit` itself.
#[derive(Debug)]
pub(super) struct Goal {
    pub(super) against: Option<String>,
    pub(super) limit: f64,
}

/// One side of a measure.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) name: String,
    /// How much there is of what grows, on a curve.
    pub(super) at: Option<f64>,
    pub(super) sample: Sample,
    pub(super) note: String,
}

impl Row {
    /// Reads a driver's output.
    pub(super) fn parse(json: &str) -> Result<Self, Failure> {
        let row: Value = serde_json::from_str(json).cannot("read what the driver measured")?;
        let measures: Option<Vec<Measure>> = items(&row["measures"])
            .map(measure)
            .collect::<Option<_>>()
            .filter(|all: &Vec<_>| !all.is_empty());
        let measures =
            measures.ok_or_else(|| Failure::new(format!("the driver printed no measures: {json}")))?;
        Ok(Self { settings: items(&row["settings"]).filter_map(text).collect(), measures })
    }
}

fn measure(value: &Value) -> Option<Measure> {
    let sides: Vec<Side> = items(&value["sides"]).map(side).collect::<Option<_>>()?;
    let measure = Measure {
        name: text(&value["name"])?,
        unit: text(&value["unit"])?,
        more_is_better: value["more_is_better"].as_bool()?,
        goal: goal(&value["goal"]),
        axis: text(&value["axis"]),
        sides,
    };
    (!measure.sides.is_empty()).then_some(measure)
}

fn goal(value: &Value) -> Option<Goal> {
    Some(Goal { against: text(&value["against"]), limit: value["limit"].as_f64()? })
}

fn side(value: &Value) -> Option<Side> {
    let rounds = items(&value["rounds"]).map(Value::as_f64).collect();
    let (name, note) = (text(&value["name"])?, text(&value["note"])?);
    Some(Side { name, at: value["at"].as_f64(), sample: Sample(rounds), note })
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A row as a driver prints it.
    pub(in super::super) const PRINTED: &str = r#"{"name":"P1","settings":["one core"],"measures":[
        {"name":"hits of list","unit":"1/s","more_is_better":true,"goal":{"against":"nginx","limit":1.0},"sides":[
            {"name":"modkeep","rounds":[50000.0,60000.0,null],"note":""},
            {"name":"nginx","rounds":[100000.0,100000.0,100000.0],"note":"3 failed"}]}]}"#;

    #[test]
    fn a_driver_is_understood() {
        let row = Row::parse(PRINTED).unwrap();
        assert_eq!(row.settings, ["one core"]);
        let [measure] = &row.measures[..] else { unreachable!("one measure was printed") };
        assert_eq!(measure.sides[0].sample, Sample(vec![Some(5e4), Some(6e4), None]));
        assert_eq!(measure.goal.as_ref().and_then(|goal| goal.against.as_deref()), Some("nginx"));
    }

    #[test]
    fn a_driver_that_says_something_else_has_failed() {
        for text in ["", "1 2", "{}", r#"{"measures":[{}]}"#, r#"{"measures":[]}"#] {
            assert!(Row::parse(text).is_err(), "{text:?}");
        }
    }
}
