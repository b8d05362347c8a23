//! Looking at all places at once, and once more at those that a wrong clock has hidden.

use futures_util::future::join_all;
use gomod::gosum::GoSum;

use crate::certificate::Shown;
use crate::diagnose::{self, Diagnosis, Sky};
use crate::evidence::Observation;
use crate::options::Options;
use crate::place::Place;
use crate::probe::{Reserve, observe};

/// Looks at every place, all at the same time, and says what is wrong. Content is held to `pins`, the hashes that the project has on
/// record, else to what the database says.
///
/// Where certificates look out of their time and the places agree that this machine's clock is wrong, these places are looked at again by
/// the clock that they agree on, without telling them who we are.
pub async fn examine(places: &[Place], pins: &GoSum, options: &Options) -> Diagnosis {
    let looks = places.iter().map(|place| observe(place, options, Reserve::None));
    let mut seen: Vec<Observation> = join_all(looks).await;
    let sky = Sky::of(&seen, options);
    let mut hidden = 0;
    if let Some(offset) = sky.offset() {
        let right = Options { clock: options.clock.set(offset), ..options.clone() };
        let again = places.iter().zip(&mut seen).map(|(place, seen)| by_right_clock(place, seen, &right));
        hidden = join_all(again).await.into_iter().filter(|is_hidden| *is_hidden).count();
    }
    diagnose::diagnose(places, seen, &sky, hidden, pins, &options.limits)
}

fn is_out_of_time(seen: &Observation) -> bool {
    seen.certificate.as_ref().is_some_and(Shown::is_out_of_time)
}

/// Whether it was the clock alone that made the certificate look out of its time. What was seen of the two clocks stays. What looked
/// good by the wrong clock need not be so by the right one.
async fn by_right_clock(place: &Place, seen: &mut Observation, right: &Options) -> bool {
    if !is_out_of_time(seen) {
        seen.certificate.iter_mut().for_each(|shown| shown.at = right.clock.now());
        return false;
    }
    let (reading, first_byte) = (seen.reading, seen.first_byte);
    let again = observe(place, right, Reserve::ByOthersClock).await;
    *seen = Observation { first_byte, reading, ..again };
    !is_out_of_time(seen)
}
