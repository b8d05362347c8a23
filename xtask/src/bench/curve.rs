//! The curves of a row as one SVG: a small chart for each, with what grows on a logarithmic axis.

use std::fmt::Write as _;

use super::row::{Measure, Row};
use super::table::number;

/// The size of a chart with its labels, in pixels.
const WIDTH: f64 = 400.0;
const HEIGHT: f64 = 240.0;

/// The room for labels: left of what is drawn, above and below it, and right of it.
const LEFT: f64 = 72.0;
const ABOVE: f64 = 44.0;
const BELOW: f64 = 48.0;
const RIGHT: f64 = 24.0;

/// Charts beside each other.
const COLUMNS: usize = 2;

/// Values that lie further apart than this are shown by their orders of magnitude.
const FAR_APART: f64 = 20.0;

/// A point: what has grown to where, and what was measured there.
struct Point {
    at: f64,
    low: f64,
    median: f64,
    high: f64,
}

/// From values to the height in a chart.
struct Scale {
    lowest: f64,
    highest: f64,
    is_logarithmic: bool,
}

/// The drawing; `None` for a row without curves.
pub(super) fn svg(row: &Row) -> Option<String> {
    let curves = row.measures.iter().filter_map(|measure| Some((measure, measure.axis.as_deref()?)));
    let curves = curves.filter(|(measure, _)| !points(measure).is_empty());
    let charts: Vec<String> =
        curves.enumerate().filter_map(|(nth, (measure, axis))| chart(nth, measure, axis)).collect();
    let rows = charts.len().div_ceil(COLUMNS);
    let (width, height) = (WIDTH * float(COLUMNS), HEIGHT * float(rows));
    let head = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">\n<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n"
    );
    (!charts.is_empty()).then(|| format!("{head}{}</svg>\n", charts.concat()))
}

/// One chart in its place; `None` where nothing was measured.
fn chart(nth: usize, measure: &Measure, axis: &str) -> Option<String> {
    let points = points(measure);
    let scale = Scale::of(&points)?;
    let (x, y) = (WIDTH * float(nth % COLUMNS), HEIGHT * float(nth / COLUMNS));
    let mut text = format!("<g transform=\"translate({x} {y})\">\n");
    let unit = if measure.unit.is_empty() { String::new() } else { format!(", {}", measure.unit) };
    let title = escaped(&format!("{}{unit}", measure.name));
    line(&mut text, format_args!("<text x=\"16\" y=\"24\" font-weight=\"bold\">{title}</text>"));
    grid(&mut text, &scale);
    let place = |point: &Point| (across(&points, point.at), scale.down(point.median));
    let way: Vec<String> = points.iter().map(place).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    line(
        &mut text,
        format_args!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"#06c\" stroke-width=\"2\"/>",
            way.join(" ")
        ),
    );
    for point in &points {
        mark(&mut text, place(point), &scale, point);
    }
    let (middle, bottom) = ((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12.0);
    line(
        &mut text,
        format_args!("<text x=\"{middle}\" y=\"{bottom}\" text-anchor=\"middle\">{}</text>", escaped(axis)),
    );
    text.push_str("</g>\n");
    Some(text)
}

/// Two lines with their values: the ends of the scale.
fn grid(text: &mut String, scale: &Scale) {
    let right = WIDTH - RIGHT;
    for value in [scale.lowest, scale.highest] {
        let (y, label) = (scale.down(value), number(value));
        line(
            text,
            format_args!("<line x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{right}\" y2=\"{y:.1}\" stroke=\"#ccc\"/>"),
        );
        line(
            text,
            format_args!(
                "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
                LEFT - 8.0,
                y + 4.0
            ),
        );
    }
}

/// A point with the middle half of its values, its value, and where it is.
fn mark(text: &mut String, (x, y): (f64, f64), scale: &Scale, point: &Point) {
    let (high, low) = (scale.down(point.high), scale.down(point.low));
    line(
        text,
        format_args!("<line x1=\"{x:.1}\" y1=\"{high:.1}\" x2=\"{x:.1}\" y2=\"{low:.1}\" stroke=\"#06c\"/>"),
    );
    line(text, format_args!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"#06c\"/>"));
    let middle = "text-anchor=\"middle\"";
    line(
        text,
        format_args!("<text x=\"{x:.1}\" y=\"{:.1}\" {middle}>{}</text>", y - 8.0, number(point.median)),
    );
    let below = HEIGHT - BELOW + 18.0;
    line(text, format_args!("<text x=\"{x:.1}\" y=\"{below}\" {middle}>{}</text>", whole(point.at)));
}

fn points(measure: &Measure) -> Vec<Point> {
    let point = |side: &super::row::Side| {
        let middle = side.sample.middle()?;
        Some(Point { at: side.at?, low: middle.low, median: middle.median, high: middle.high })
    };
    measure.sides.iter().filter_map(point).collect()
}

/// How far right a point is: equal factors are equal steps.
fn across(points: &[Point], at: f64) -> f64 {
    let ends = |choose: fn(f64, f64) -> f64, start: f64| {
        points.iter().map(|point| point.at.log10()).fold(start, choose)
    };
    let (first, last) = (ends(f64::min, f64::INFINITY), ends(f64::max, f64::NEG_INFINITY));
    let share = if last > first { (at.log10() - first) / (last - first) } else { 0.5 };
    // The first and the last label stay inside.
    let inset = 28.0;
    LEFT + inset + share * (WIDTH - LEFT - RIGHT - 2.0 * inset)
}

impl Scale {
    /// From 0 to above the highest value, or over whole orders of magnitude where the values lie far apart.
    fn of(points: &[Point]) -> Option<Self> {
        let least = points.iter().map(|point| point.low).reduce(f64::min)?;
        let most = points.iter().map(|point| point.high).reduce(f64::max)?.max(f64::MIN_POSITIVE);
        let is_logarithmic = least > 0.0 && most / least > FAR_APART;
        if is_logarithmic {
            let (lowest, highest) = (10f64.powf(least.log10().floor()), 10f64.powf(most.log10().ceil()));
            return Some(Self { lowest, highest, is_logarithmic });
        }
        Some(Self { lowest: 0.0, highest: most * 1.25, is_logarithmic })
    }

    /// How far down from the top of the chart a value is.
    fn down(&self, value: f64) -> f64 {
        let on = |value: f64| if self.is_logarithmic { value.log10() } else { value };
        let share = (on(value) - on(self.lowest)) / (on(self.highest) - on(self.lowest));
        ABOVE + (1.0 - share) * (HEIGHT - ABOVE - BELOW)
    }
}

/// A round count in few signs: 1,000, but 10⁵.
fn whole(count: f64) -> String {
    let exponent = count.log10();
    let is_power = (exponent - exponent.round()).abs() < 1e-9;
    if count < 9_999.0 || !is_power {
        return format!("{count:.0}");
    }
    format!("10<tspan dy=\"-5\" font-size=\"9\">{exponent:.0}</tspan>")
}

fn line(text: &mut String, what: std::fmt::Arguments<'_>) {
    // A string takes every write.
    let _ = writeln!(text, "{what}");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[expect(clippy::cast_precision_loss, reason = "charts are few")]
fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURVES: &str = r#"{"name":"growth","settings":[],"measures":[
        {"name":"hits <x>","unit":"1/s","more_is_better":true,"axis":"stored versions","sides":[
            {"name":"a","at":1000,"rounds":[50.0,50.0],"note":""},
            {"name":"b","at":100000,"rounds":[25.0,25.0],"note":""}]},
        {"name":"verify","unit":"s","more_is_better":false,"axis":"stored versions","sides":[
            {"name":"a","at":1000,"rounds":[0.1],"note":""},
            {"name":"b","at":100000,"rounds":[10.0],"note":""},
            {"name":"c","at":1000000,"rounds":[null],"note":""}]}]}"#;

    fn drawn(json: &str) -> Option<String> {
        svg(&Row::parse(json).unwrap())
    }

    #[test]
    fn equal_factors_are_equal_steps_and_the_ends_stay_inside() {
        let point = |at| Point { at, low: 1.0, median: 1.0, high: 1.0 };
        let points = [point(1e3), point(1e4), point(1e5)];
        let places = points.iter().map(|point| across(&points, point.at)).collect::<Vec<_>>();
        assert!((places[1] - places[0] - (places[2] - places[1])).abs() < 1e-6, "{places:?}");
        assert!(places[0] > LEFT && places[2] < WIDTH - RIGHT);
    }

    #[test]
    fn a_scale_begins_at_nothing_unless_values_lie_far_apart() {
        let point = |median| Point { at: 1.0, low: median, median, high: median };
        let near = Scale::of(&[point(25.0), point(50.0)]).unwrap();
        assert!(near.lowest.abs() < 1e-9 && near.down(0.0) > near.down(25.0));
        let far = Scale::of(&[point(0.2), point(30.0)]).unwrap();
        assert!((far.lowest - 0.1).abs() < 1e-9 && (far.highest - 100.0).abs() < 1e-9);
        assert!(Scale::of(&[]).is_none());
    }

    #[test]
    fn each_curve_is_a_chart_and_a_point_without_values_is_left_out() {
        let text = drawn(CURVES).unwrap();
        assert_eq!(text.matches("<polyline").count(), 2);
        assert_eq!(text.matches("<circle").count(), 4);
        assert!(text.contains("hits &lt;x&gt;, 1/s"), "{text}");
        assert!(text.contains("10<tspan dy=\"-5\" font-size=\"9\">5</tspan>"), "{text}");
    }

    #[test]
    fn a_row_without_curves_has_no_drawing() {
        assert_eq!(drawn(crate::bench::row::tests::PRINTED), None);
    }
}
