//! The same modules in each side's own layout, and where that lies.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use testkit::Module;
use testkit::module::escape::escape;

/// What Linux calls a file system in memory.
const TMPFS: rustix::fs::FsWord = 0x0102_1994;

/// Writes `modules` as Athens's disk storage has them: `PATH/VERSION/` with `go.mod`, `source.zip` and `VERSION.info`.
pub(crate) fn write_athens<'a>(modules: impl IntoIterator<Item = &'a Module>, root: &Path) {
    for module in modules {
        let folder = root.join(module.path()).join(module.version());
        fs::create_dir_all(&folder).expect("a folder");
        let info = format!("{}.info", module.version());
        let files = [("go.mod", module.mod_file()), ("source.zip", module.zip()), (&info, module.info())];
        for (name, content) in files {
            fs::write(folder.join(name), content).expect("a file");
        }
    }
}

/// Writes `modules` as a GOPROXY has them, one after the other, however many there are.
pub(crate) fn write_proxy(modules: impl IntoIterator<Item = Module>, root: &Path) {
    for module in modules {
        let file = |path: String| root.join(path.trim_start_matches('/'));
        let list = file(list_path(&module));
        fs::create_dir_all(list.parent().expect("a list is in a folder")).expect("a folder");
        let mut list = OpenOptions::new().create(true).append(true).open(list).expect("a file");
        writeln!(list, "{}", module.version()).expect("a file");
        let files = [("info", module.info()), ("mod", module.mod_file()), ("zip", module.zip())];
        for (kind, content) in files {
            fs::write(file(module.url_path(kind)), content).expect("a file");
        }
    }
}

/// All files below `root`.
pub(crate) fn files(root: &Path) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder { folders.push(entry.path()) } else { files.push(entry.path()) }
        }
    }
    files
}

/// The path of a module's list of versions.
pub(crate) fn list_path(module: &Module) -> String {
    format!("/{}/@v/list", escape(module.path()))
}

/// One sentence for the page: where `things` lie. A project that is unpacked can be more than a slow disk takes in that time.
pub(crate) fn told_of_the_disk(things: &str) -> String {
    let about = rustix::fs::statfs(std::env::temp_dir());
    let is_memory = about.is_ok_and(|about| about.f_type == TMPFS);
    let place = if is_memory { "in memory (tmpfs), so that nobody waits for a disk" } else { "on a disk" };
    format!("{things} {place}; TMPDIR says where")
}
