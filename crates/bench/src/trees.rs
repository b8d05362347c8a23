//! The same modules in each side's own layout.

use std::fs;
use std::path::Path;

use testkit::Module;
use testkit::module::escape::escape;

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

/// The path of a module's list of versions.
pub(crate) fn list_path(module: &Module) -> String {
    format!("/{}/@v/list", escape(module.path()))
}
