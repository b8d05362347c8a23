//! How much room things take.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::sleep;

/// How often a folder that grows is looked at.
const PAUSE: Duration = Duration::from_millis(100);

/// The bytes of all files below a folder. What goes away meanwhile counts as nothing.
pub(crate) fn of(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => of(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

/// Returns once the folder takes more than that.
pub(crate) async fn exceeds(folder: &Path, bytes_max: u64) {
    loop {
        sleep(PAUSE).await;
        if in_background(folder.to_owned()).await > bytes_max {
            return;
        }
    }
}

/// The same as [`of`], off the async workers.
pub(crate) async fn in_background(folder: PathBuf) -> u64 {
    spawn_blocking(move || of(&folder)).await.unwrap_or(0)
}
