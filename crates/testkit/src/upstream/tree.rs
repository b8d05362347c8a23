//! The same modules as files, laid out as the URL space is (protocol.md B10, B31).

use std::fs;
use std::path::Path;

use super::catalogue::Catalogue;
use crate::Module;
use crate::module::escape::escape;

/// Writes `modules` as a `file://` GOPROXY tree below `folder`.
pub fn write_file_proxy(modules: impl IntoIterator<Item = Module>, folder: &Path) {
    let mut catalogue = Catalogue::default();
    modules.into_iter().for_each(|module| catalogue.publish(module));
    write(&catalogue, folder);
}

pub(super) fn write(catalogue: &Catalogue, folder: &Path) {
    for path in catalogue.paths() {
        let module_folder = folder.join(path);
        put(&module_folder.join("@v/list"), catalogue.list(path).as_bytes());
        if let Some(latest) = catalogue.latest(path) {
            put(&module_folder.join("@latest"), &latest.info());
        }
        catalogue.versions(path).for_each(|module| write_version(module, &module_folder));
    }
}

fn write_version(module: &Module, module_folder: &Path) {
    let version = escape(module.version());
    put(&module_folder.join(format!("@v/{version}.mod")), &module.mod_file());
    put(&module_folder.join(format!("@v/{version}.zip")), &module.zip());
    let names = module.revisions().iter().map(|revision| escape(revision));
    for name in std::iter::once(version).chain(names) {
        put(&module_folder.join(format!("@v/{name}.info")), &module.info());
    }
}

fn put(file: &Path, content: &[u8]) {
    let folder = file.parent().expect("a file in a folder");
    fs::create_dir_all(folder).unwrap_or_else(|error| panic!("cannot create {}: {error}", folder.display()));
    fs::write(file, content).unwrap_or_else(|error| panic!("cannot write {}: {error}", file.display()));
}
