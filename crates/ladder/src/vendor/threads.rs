//! The same work for many files, on as many threads as help.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::error::VendorError;
use super::name::Name;

/// The most threads that work at once: more do not help one disk.
const THREADS_MAX: usize = 8;

/// Files of one thread's share at least; below that, starting a thread takes longer than the work.
const SHARE_MIN: usize = 32;

/// Does `work` for every file and gives the results in the order of the files. The first error ends it.
pub(super) fn for_each<T: Send>(
    names: &[&Name],
    work: impl Fn(&Name) -> Result<T, VendorError> + Sync,
) -> Result<Vec<T>, VendorError> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX);
    let threads = threads.min(names.len() / SHARE_MIN).max(1);
    let next = AtomicUsize::new(0);
    let share = || share(names, &next, &work);
    let mut all: Vec<(usize, T)> = Vec::with_capacity(names.len());
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(share)).collect();
        all.extend(share()?);
        for other in others {
            all.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok::<(), VendorError>(())
    })?;
    all.sort_unstable_by_key(|(index, _)| *index);
    Ok(all.into_iter().map(|(_, result)| result).collect())
}

/// Takes files until there are no more, or one fails, which ends the shares of the others too.
fn share<T>(
    names: &[&Name],
    next: &AtomicUsize,
    work: impl Fn(&Name) -> Result<T, VendorError>,
) -> Result<Vec<(usize, T)>, VendorError> {
    let mut own = Vec::new();
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(name) = names.get(index) else { return Ok(own) };
        let result = work(name).inspect_err(|_| next.store(names.len(), Ordering::Relaxed))?;
        own.push((index, result));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_an_error_ends_it() {
        let names: Vec<Name> = (0..1000).map(|n| Name::parse(format!("{n}").as_bytes()).unwrap()).collect();
        let names: Vec<&Name> = names.iter().collect();
        let all = for_each(&names, |name| Ok(name.to_string())).unwrap();
        assert_eq!(all, names.iter().map(ToString::to_string).collect::<Vec<_>>());
        let fail = |name: &Name| if name.is_top("500") { Err(VendorError::ListDiffers) } else { Ok(()) };
        assert!(for_each(&names, fail).is_err());
    }
}
