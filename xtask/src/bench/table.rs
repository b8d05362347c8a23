//! A row as Markdown: the same text for the terminal and for the page.

use super::row::{Goal, Measure, Row, Side};
use super::sample::Middle;

/// The settings, then a table for each measure. `about` says on what machine and with which versions.
pub(super) fn row(row: &Row, about: &str) -> String {
    let settings = row.settings.iter().map(|setting| format!("- {setting}\n")).collect::<Vec<_>>().concat();
    let measures = row.measures.iter().map(measure).collect::<Vec<_>>().join("\n");
    format!("{about}\n\n{settings}\n{measures}")
}

fn measure(measure: &Measure) -> String {
    let better = if measure.more_is_better { "more" } else { "less" };
    let head = format!("**{}**, {} ({better} is better)\n\n", measure.name, measure.unit);
    let columns = "| | median | middle half | modkeep ÷ it | |\n| --- | ---: | ---: | ---: | --- |\n";
    let lines = measure.sides.iter().map(|side| line(measure, side)).collect::<String>();
    let goal =
        measure.goal.as_ref().map(|goal| format!("\n{}\n", verdict(measure, goal))).unwrap_or_default();
    format!("{head}{columns}{lines}{goal}")
}

fn line(measure: &Measure, side: &Side) -> String {
    let own = side.sample.middle();
    let value = own.map_or("failed".to_owned(), |middle| number(middle.median));
    let spread = own.map(|middle| format!("{} to {}", number(middle.low), number(middle.high)));
    let ratio = ratio(measure, side).map(|middle| format!("{:.2}", middle.median));
    let (spread, ratio) = (spread.unwrap_or_default(), ratio.unwrap_or_default());
    format!("| {} | {value} | {spread} | {ratio} | {} |\n", side.name, side.note)
}

/// modkeep's values over those of `side`, unless that is modkeep itself.
fn ratio(measure: &Measure, side: &Side) -> Option<Middle> {
    let ours = measure.sides.first().filter(|ours| ours.name != side.name)?;
    ours.sample.over(&side.sample).middle()
}

/// What was to be reached, and what was.
fn verdict(measure: &Measure, goal: &Goal) -> String {
    let bound = if measure.more_is_better { "at least" } else { "at most" };
    let (what, reached) = match &goal.against {
        None => (number(goal.limit), measure.sides.first().and_then(|ours| ours.sample.middle())),
        Some(name) => {
            let against = against(measure, name);
            let told = against.map_or(name.as_str(), |side| side.name.as_str());
            (format!("{:.2} times {told}", goal.limit), against.and_then(|side| ratio(measure, side)))
        }
    };
    let Some(Middle { median, .. }) = reached else {
        return format!("Goal: {bound} {what}. Not measured here.");
    };
    let is_met = if measure.more_is_better { median >= goal.limit } else { median <= goal.limit };
    let met = if is_met { "met" } else { "missed" };
    let reached = if goal.against.is_some() { format!("{median:.2}") } else { number(median) };
    format!("Goal: {bound} {what}. **{reached}: {met}.**")
}

/// The side called `name`, or the best one beside modkeep when that is `best`.
fn against<'a>(measure: &'a Measure, name: &str) -> Option<&'a Side> {
    let others = measure.sides.iter().skip(1);
    if name != "best" {
        return others.into_iter().find(|side| side.name == name);
    }
    let median = |side: &Side| side.sample.middle().map(|middle| middle.median);
    let sign = if measure.more_is_better { 1.0 } else { -1.0 };
    let measured = others.filter_map(|side| Some((side, sign * median(side)?)));
    measured.max_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(side, _)| side)
}

/// Three digits that count; thousands apart.
pub(super) fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 999.5 => thousands(&format!("{value:.0}")),
        size if size >= 99.95 => format!("{value:.0}"),
        size if size >= 9.995 => format!("{value:.1}"),
        size if size >= 0.9995 || size == 0.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

fn thousands(digits: &str) -> String {
    let count = digits.len();
    let comma = |at: usize| at > 0 && (count - at).is_multiple_of(3) && !digits[..at].ends_with('-');
    digits
        .char_indices()
        .flat_map(|(at, digit)| comma(at).then_some(',').into_iter().chain([digit]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::row::tests::PRINTED;

    #[test]
    fn a_row_is_told_with_medians_ratios_and_its_goal() {
        let text = row(&Row::parse(PRINTED).unwrap(), "A machine.");
        assert!(
            text.starts_with("A machine.\n\n- one core\n\n**hits of list**, 1/s (more is better)\n"),
            "{text}"
        );
        assert!(text.contains("| modkeep | 55,000 | 52,500 to 57,500 |  |  |\n"), "{text}");
        assert!(text.contains("| nginx | 100,000 | 100,000 to 100,000 | 0.55 | 3 failed |\n"), "{text}");
        assert!(text.ends_with("Goal: at least 1.00 times nginx. **0.55: missed.**\n"), "{text}");
    }

    #[test]
    fn the_best_one_is_the_one_to_beat() {
        let less = PRINTED.replace("\"against\":\"nginx\"", "\"against\":\"best\"").replace("true", "false");
        let text = row(&Row::parse(&less).unwrap(), "");
        assert!(text.contains("at most 1.00 times nginx. **0.55: met.**"), "{text}");
    }

    #[test]
    fn a_goal_can_be_a_value_and_a_peer_can_be_missing() {
        let value = PRINTED.replace("\"against\":\"nginx\"", "\"against\":null").replace("1.0}", "60000.0}");
        let text = row(&Row::parse(&value).unwrap(), "");
        assert!(text.ends_with("Goal: at least 60,000. **55,000: missed.**\n"), "{text}");
        let other = PRINTED.replace("\"against\":\"nginx\"", "\"against\":\"lighttpd\"");
        let text = row(&Row::parse(&other).unwrap(), "");
        assert!(text.ends_with("Goal: at least 1.00 times lighttpd. Not measured here.\n"), "{text}");
    }

    #[test]
    fn numbers_have_three_digits() {
        let told = [1_234_567.0, 999.7, 123.4, 12.34, 1.234, 0.1234, 0.0].map(number);
        assert_eq!(told, ["1,234,567", "1,000", "123", "12.3", "1.23", "0.123", "0.00"]);
    }
}
